from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from spoofcue.cli.main import app
from spoofcue.errors import InputError
from spoofcue.metrics.score_files import read_scores


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """dev.csv and test.csv: 12 people, four instruments of long names, three frames a video."""
    folder = tmp_path_factory.mktemp("scores")
    rng = np.random.default_rng(0)
    kinds = ("", "print-glossy-photo-paper", "print-2", "replay-tablet", "mask-silicone-full-head")
    for split in ("dev", "test"):
        lines = ["score,label,pai,video,subject"]
        for person in range(12):
            for number, pai in enumerate(kinds):
                for _ in range(3):
                    lost = rng.random() < 0.05 or (person, number) == (3, 1)
                    score = "" if lost else repr(float(rng.normal(0.02 * (number > 0), 0.01)))
                    video = f"{split}/{person}-{number}"
                    lines.append(f"{score},{int(number > 0)},{pai},{video},{split}-{person}")
        (folder / f"{split}.csv").write_text("\n".join(lines) + "\n")
    return folder


def run(*args: str | Path) -> str:
    """What the command prints in a terminal of 80 columns."""
    done = CliRunner(env={"COLUMNS": "80", "NO_COLOR": "1"}).invoke(app, [str(a) for a in args])
    if done.exception:
        raise done.exception
    return done.stdout


def judge(files: Path, *args: str) -> str:
    return run("evaluate", "--scores", files / "test.csv", "--dev", files / "dev.csv", *args)


def test_tables_fit_80_columns_and_name_grouping_and_marks(files: Path) -> None:
    text = judge(files, "--species", "family", "--bootstrap", "50")
    assert max(len(line) for line in text.splitlines()) <= 80
    assert text.count("species by family") == 2  # frame and video level
    assert "by subject" in text
    assert "BPCER at dev APCER 0.1 % †" in text
    assert "† dev has too few attempts" in text
    assert "APNRR" in text


def test_json_holds_what_the_table_shows(files: Path) -> None:
    found = json.loads(judge(files, "--json", "--species", "family", "--bootstrap", "50"))
    assert found["grouping"] == "family"
    assert list(found["frame"]["apcer_by_pai"]) == ["mask", "print", "replay"]
    assert found["video"]["nonresponse"]["attack"] == 1
    assert found["video"]["nonresponse"]["apnrr"] == pytest.approx(1 / 48)
    assert found["video"]["bootstrap"]["replicates"] == 50
    assert json.loads(judge(files, "--json"))["grouping"] == "instrument"


def test_bobs_files_are_judged_alike(files: Path, tmp_path: Path) -> None:
    paths = {s: tmp_path / f"scores-{s}" for s in ("dev", "test")}
    run("convert-scores", files / "dev.csv", paths["dev"], "--to", "bob4")
    run("convert-scores", files / "test.csv", paths["test"], "--to", "bob5")
    text = run("evaluate", "--scores", paths["test"], "--dev", paths["dev"], "--json")
    assert json.loads(text) == json.loads(judge(files, "--json"))
    run("convert-scores", paths["test"], tmp_path / "back.csv", "--to", "csv")
    back, first = read_scores(tmp_path / "back.csv"), read_scores(files / "test.csv")
    assert back.score.tolist() == first.score.tolist()


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--species", "kind"], "instrument, family, pooled"),
        (["--format", "bob4"], "columns where bob4"),
        (["--format", "xml"], "csv, bob4, bob5"),
        (
            ["--threshold", "best"],
            "eer, min-hter, apcer=RATE, bpcer=RATE, expected-bpcer=RATE or a number",
        ),
        (["--bootstrap", "-3"], "replicates"),
    ],
)
def test_wrong_options_are_told(files: Path, args: list[str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        judge(files, *args)
