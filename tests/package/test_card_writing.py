from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from helpers.made_package import WEIGHTS, spec
from helpers.made_runs import judged
from spoofcue.cli.main import app
from spoofcue.errors import InputError
from spoofcue.metrics.evaluation import EvaluationOptions
from spoofcue.metrics.score_files import write_scores
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import ThresholdRule
from spoofcue.package.card_writing import read_card, write_card
from spoofcue.package.read import Package, read_package
from spoofcue.package.write import write_package
from spoofcue.records.evaluation_record import METRICS_FILE

CARD = {
    "intended_use": "Webcams at a desk.",
    "licence": "MIT",
    "source": ["spoofcue train --data prepared --out runs/a"],
    "evaluation": [{"set": "older", "auc": {"value": 0.9}}],
}


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return write_package(tmp_path / "p", spec(), WEIGHTS)


def evaluated(folder: Path, model: str | None, replicates: int = 0) -> Path:
    """metrics.json as evaluate_run leaves it: 2 of 40 live refused, 3 of 20 replays pass at 0.5."""
    folder.mkdir(parents=True, exist_ok=True)
    score = np.r_[np.linspace(0.1, 0.4, 38), 0.8, 0.9, np.full(10, 0.95), 0.2, 0.3, 0.4, [0.9] * 17]
    label = np.repeat([0, 1], [40, 30])
    pai = [""] * 40 + ["print"] * 10 + ["replay|b"] * 20
    people = [f"s{i % 8}" for i in range(70)]
    test = ScoreSet.of(score, label, pai, None, people)
    write_scores(test, folder / "test.csv", "csv")
    options = EvaluationOptions(ThresholdRule("fixed", 0.5), replicates=replicates)
    record = judged(test, None, options, data=str(folder / "gone"), model=model)
    record.write(folder / METRICS_FILE)
    return folder / METRICS_FILE


def test_an_evaluation_becomes_an_entry_with_its_intervals(
    tmp_path: Path, package: Package
) -> None:
    path = evaluated(tmp_path / "e", package.id, replicates=50)
    made = write_card(package, tmp_path / "new.spoofcue", None, [("own set", path)])
    assert made.spec.card is not None
    (entry,) = made.spec.card.evaluation
    assert (entry.set, entry.level, entry.n_live, entry.n_attack, entry.subjects) == (
        *("own set", "frame", 40, 30, 8),
    )
    assert (entry.threshold, entry.threshold_rule) == (0.5, "fixed beforehand")
    assert entry.bpcer is not None
    # Clopper-Pearson of 2 of 40, from a table
    assert (entry.bpcer.value, entry.bpcer.low, entry.bpcer.high) == (
        *(0.05, pytest.approx(0.0061, abs=1e-4), pytest.approx(0.1692, abs=1e-4)),
    )
    assert {k: v.value for k, v in entry.apcer.items()} == {"print": 0.0, "replay|b": 0.15}
    assert entry.measured["acer"].value == pytest.approx((0.15 + 0.05) / 2)
    assert entry.measured["acer"].low is not None  # of the bootstrap
    assert made.weights == package.weights
    assert made.spec.threshold == package.spec.threshold
    assert made.spec.scores_as == [package.id]


def test_without_a_bootstrap_only_counted_rates_have_intervals(
    tmp_path: Path, package: Package
) -> None:
    path = evaluated(tmp_path / "e", None)
    made = write_card(package, tmp_path / "q", None, [("s", path)])
    assert made.spec.card is not None
    (entry,) = made.spec.card.evaluation
    assert entry.measured["acer"].low is None
    assert entry.bpcer is not None
    assert entry.bpcer.low is not None
    assert entry.subjects == 8  # counted in test.csv


def test_the_command_puts_a_file_in_adds_evaluations_and_prints_the_card(
    tmp_path: Path, package: Package
) -> None:
    path, out = evaluated(tmp_path / "e", package.id), tmp_path / "new"
    (tmp_path / "card.yaml").write_text(yaml.safe_dump(CARD))
    run = CliRunner().invoke
    done = run(
        app,
        [
            *("model", "card", str(package.path), "--with", str(tmp_path / "card.yaml")),
            *("--evaluation", f"own={path}", "--evaluation", f"older={path}", "--out", str(out)),
        ],
    )
    assert done.exit_code == 0, done.output
    section = read_package(out).spec.card
    assert section is not None
    assert [e.set for e in section.evaluation] == ["older", "own"]  # the older one is replaced
    assert section.evaluation[0].n_live == 40
    printed = run(app, ["model", "card", str(out)]).stdout
    assert printed == (out / "README.md").read_text()
    for told in (
        "Webcams at a desk.",
        "at the threshold 0.5 (fixed beforehand), **not** the package's 0.01",
        "40 live frames, 30 attack frames, 8 people",
        r"| APCER replay\|b | 15.00 % (3.21 to 37.89) |",
        "| BPCER | 5.00 % (0.61 to 16.92) |",
        "    spoofcue train --data prepared --out runs/a\n",
    ):
        assert told in printed
    info = run(app, ["model", "info", str(out)], env={"COLUMNS": "200"}).stdout
    assert "Webcams at a desk." in info
    assert "on own" in info


def test_what_a_card_has_no_place_for_is_refused(tmp_path: Path, package: Package) -> None:
    path = tmp_path / "card.yaml"
    wrong: list[tuple[Any, str]] = [
        ({"colour": "red"}, "colour"),
        ({"intended_use": "x" * 5001}, "intended_use"),
        ({"intended_use": "\x1b[2J"}, "intended_use"),
        ({"licence": "two\nlines"}, "licence"),
        ({"evaluation": [{"auc": {"value": 0.5}}]}, r"evaluation\.0\.set"),
        ({"evaluation": [{"set": "a", "auc": {"value": 1.5}}]}, r"auc\.value"),
        ({"evaluation": [{"set": "a", "auc": {"value": 0.5, "low": 0.4}}]}, "both low and high"),
        ({"evaluation": [{"set": "a"}] * 51}, "evaluation"),
        (["a"], "some of the keys intended_use"),
    ]
    for tree, told in wrong:
        path.write_text(yaml.dump(tree))
        with pytest.raises(InputError, match=told):
            read_card(path)
    path.write_text("a: [")
    with pytest.raises(InputError, match="not valid YAML"):
        read_card(path)
    with pytest.raises(InputError, match="cannot read"):
        read_card(tmp_path / "none.yaml")
    other = evaluated(tmp_path / "e", "other-1")
    nothing = tmp_path / "x.json"
    nothing.write_text("{}")
    for file, told in ((other, "of the model other-1"), (nothing, "it is not an evaluation")):
        with pytest.raises(InputError, match=told):
            write_card(package, tmp_path / "q", None, [("a", file)])
    for args, told in (
        (["--evaluation", "nameless.json", "--out", "q"], "NAME=metrics"),
        (["--evaluation", f"a={nothing}"], "--out"),
        (["--out", "q"], "nothing to change"),
    ):
        done = CliRunner().invoke(app, ["model", "card", str(package.path), *args])
        assert told in str(done.exception)
    assert not (tmp_path / "q").exists()
