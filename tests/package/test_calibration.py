from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from helpers.made_package import WEIGHTS, spec
from helpers.made_runs import judged
from spoofcue.cli.main import app
from spoofcue.errors import InputError
from spoofcue.metrics.score_files import read_scores
from spoofcue.package.calibration import calibrate_package
from spoofcue.package.read import Package, read_package
from spoofcue.package.schema import CardSection, EvaluationEntry, Measured
from spoofcue.package.write import write_package
from spoofcue.records.evaluation_record import METRICS_FILE


@pytest.fixture
def package(tmp_path: Path) -> Package:
    made = spec().model_copy(update={"metrics": {"dev acer": 0.1}, "scores_as": ["ckpt-0"]})
    return write_package(tmp_path / "old.spoofcue", made, WEIGHTS)


def score_file(
    path: Path, live: int = 100, attack: int = 100, more: str = "", tail: str = ""
) -> Path:
    """Live scores 0.001, 0.002 ..., attack scores 0.501, 0.502 ..., of ten people."""
    lines = [f"score,label,pai,subject{more}"]
    lines += [f"{(i + 1) / 1000},0,,s{i % 10}{tail}" for i in range(live)]
    lines += [f"{0.5 + (i + 1) / 1000},1,print,s{i % 10}{tail}" for i in range(attack)]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_only_the_threshold_and_what_is_said_of_it_change(tmp_path: Path, package: Package) -> None:
    scores = score_file(tmp_path / "own.csv")
    done = calibrate_package(
        package.path, scores, "apcer=0.05", tmp_path / "new", protocol="own cameras"
    )
    new = read_package(tmp_path / "new")
    t = new.spec.threshold
    # five of a hundred attacks may pass: 0.501 ... 0.505 do
    assert t.value == 0.505
    assert (t.rule, t.target, t.source) == ("apcer<=0.05", 0.05, "calibrated on scores of own.csv")
    assert (t.data, t.protocol, t.live, t.attack, t.people) == (
        *("own.csv", "own cameras", 100, 100, 10),
    )
    assert (t.supported, done.doubt) == (True, "")  # 3 / 0.05 = 60 attacks
    assert new.weights == package.weights
    assert new.id != package.id
    assert new.spec.scores_as == ["ckpt-0", package.id]
    assert new.spec.metrics == {"dev and test rates are at the threshold": 0.01, "dev acer": 0.1}
    changed = {"threshold", "scores_as", "metrics"}
    same = set(new.spec.model_dump()) - changed
    assert new.spec.model_dump(include=same) == package.spec.model_dump(include=same)
    assert read_package(package.path).id == package.id  # the old one stays


def test_rates_of_the_card_stay_with_the_threshold_that_they_are_true_of(tmp_path: Path) -> None:
    rates = [
        EvaluationEntry(set="own", bpcer=Measured(value=0.2)),
        EvaluationEntry(set="fixed", bpcer=Measured(value=0.3), threshold=0.5),
    ]
    card = CardSection(evaluation=rates, licence="apache-2.0")
    old = write_package(tmp_path / "old.spoofcue", spec(card=card), WEIGHTS)
    scores = score_file(tmp_path / "own.csv")
    new = calibrate_package(old.path, scores, "apcer=0.05", tmp_path / "new").package.spec
    assert new.card is not None
    assert [(e.threshold, e.threshold_rule) for e in new.card.evaluation] == [
        (0.01, "eer"),
        (0.5, None),
    ]
    assert [e.bpcer for e in new.card.evaluation] == [e.bpcer for e in rates]
    assert new.card.licence == "apache-2.0"
    text = (tmp_path / "new" / "README.md").read_text()
    assert "at the threshold 0.01 (eer), **not** the package's 0.505" in text


def test_bpcer_and_eer_are_targets_too(tmp_path: Path, package: Package) -> None:
    scores = score_file(tmp_path / "own.csv")
    bpcer = calibrate_package(package.path, scores, "bpcer=0.1", tmp_path / "a").package
    live = np.arange(1, 101) / 1000
    assert (live > bpcer.spec.threshold.value).mean() == pytest.approx(0.1)
    eer = calibrate_package(package.path, scores, "eer", tmp_path / "b").package.spec.threshold
    assert eer.value == pytest.approx((0.1 + 0.501) / 2)
    assert (eer.rule, eer.target, eer.supported) == ("eer", None, None)


def test_too_few_attempts_are_told_and_the_threshold_is_set_all_the_same(
    tmp_path: Path, package: Package
) -> None:
    scores = score_file(tmp_path / "own.csv", attack=59)
    out = tmp_path / "new.spoofcue"
    done = CliRunner().invoke(
        app,
        [
            *("model", "calibrate", str(package.path), "--scores", str(scores), "--json"),
            *("--target", "apcer=0.05", "--out", str(out)),
        ],
    )
    assert done.exit_code == 0, done.output
    assert "apcer=0.05 cannot be promised: there are 59 print attempts" in done.stderr
    told = json.loads(done.stdout)
    assert told["threshold"]["supported"] is False
    assert (told["id"], told["threshold_before"]) == (read_package(out).id, 0.01)


def test_frames_of_a_video_are_one_attempt(tmp_path: Path, package: Package) -> None:
    path = tmp_path / "own.csv"
    rows = [(0.1, 0, "", "a"), (0.3, 0, "", "a"), (0.7, 1, "print", "b"), (0.9, 1, "print", "b")]
    lines = [",".join(map(str, row)) for row in rows]
    path.write_text("\n".join(["score,label,pai,video", *lines]))
    t = calibrate_package(package.path, path, "eer", tmp_path / "p").package.spec.threshold
    assert t.value == pytest.approx((0.2 + 0.8) / 2)
    assert (t.live, t.attack, t.people) == (1, 1, None)


def test_dev_is_taken_of_a_file_with_splits_and_any_other_must_be_named(
    tmp_path: Path, package: Package
) -> None:
    path = tmp_path / "all.csv"
    path.write_text(
        "score,label,split\n0.1,0,dev\n0.5,1,dev\n0.2,0,test\n0.8,1,test\n0.4,0,train\n"
    )
    for split, value in ((None, 0.3), ("test", 0.5)):
        done = calibrate_package(package.path, path, "eer", tmp_path / "p", split=split).package
        assert done.spec.threshold.value == pytest.approx(value)
        assert f"{split or 'dev'} scores" in done.spec.threshold.source
    with pytest.raises(InputError, match="no split 'val'"):
        calibrate_package(package.path, path, "eer", tmp_path / "p", split="val")
    path.write_text("score,label,split\n0.2,0,test\n0.8,1,test\n")
    with pytest.raises(InputError, match="name one"):
        calibrate_package(package.path, path, "eer", tmp_path / "q")
    plain = score_file(tmp_path / "plain.csv")
    with pytest.raises(InputError, match="no column split"):
        calibrate_package(package.path, plain, "eer", tmp_path / "q", split="dev")
    assert not (tmp_path / "q").exists()


def test_scores_of_another_model_are_refused(tmp_path: Path, package: Package) -> None:
    path = tmp_path / "own.csv"
    first = calibrate_package(
        package.path, score_file(path, more=",model", tail=f",{package.id}"), "eer", tmp_path / "b"
    ).package
    # its own id, the package it was made from, and the checkpoint all score alike
    for model in (first.id, package.id, "ckpt-0"):
        score_file(path, more=",model", tail=f",{model}")
        calibrate_package(first.path, path, "eer", tmp_path / "c")
    score_file(path, more=",model", tail=",other-123")
    with pytest.raises(InputError, match="of the model other-123"):
        calibrate_package(package.path, path, "eer", tmp_path / "q")
    folder = tmp_path / "evaluation"
    folder.mkdir()
    dev = score_file(folder / "dev.csv")
    test = score_file(folder / "test.csv")
    for model, told in ((package.id, None), ("other-123", "of the model other-123")):
        scores = read_scores(dev)
        judged(scores, scores, model=model).write(folder / METRICS_FILE)
        if told is None:
            calibrate_package(package.path, dev, "eer", tmp_path / "d")
            continue
        with pytest.raises(InputError, match=told):
            calibrate_package(package.path, dev, "eer", tmp_path / "q")
    with pytest.raises(InputError, match=r"give the dev\.csv"):
        calibrate_package(package.path, test, "eer", tmp_path / "q")
    assert not (tmp_path / "q").exists()


def test_what_cannot_carry_a_threshold_is_refused(tmp_path: Path, package: Package) -> None:
    path = tmp_path / "own.csv"
    for text, target, told in (
        ("score,label\n-3.0,0\n7,1\n", "eer", "2 of 2 scores are outside"),
        ("score,label\n0.1,0\n0.2,0\n", "eer", "attack"),
        ("score,label\n0.1,0\n0.9,1\n", "acer=0.1", "write apcer=RATE"),
        ("score,label\n0.1,0\n0,1\n", "apcer=0.01", "outside 0..1"),
    ):
        path.write_text(text)
        with pytest.raises(InputError, match=told):
            calibrate_package(package.path, path, target, tmp_path / "q")
    assert not (tmp_path / "q").exists()
