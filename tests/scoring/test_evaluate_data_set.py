"""What `spoofcue score` wrote is evaluated, compared and reported as it lies there."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from helpers.score_data_sets import data_set
from spoofcue.compare.comparison import compare
from spoofcue.errors import InputError
from spoofcue.records.evaluation_record import EvaluationRecord
from spoofcue.report.page import write_report
from spoofcue.scoring.evaluate import evaluate


def test_dev_sets_the_threshold_and_test_is_judged_by_hand(tmp_path: Path) -> None:
    scores = data_set(tmp_path / "set")
    frame = evaluate(scores=scores).frame
    # dev: 0.1 and 0.2 are live, 0.6 and 0.8 attacks
    assert 0.2 <= frame.threshold.value < 0.6
    assert frame.threshold.value == pytest.approx(0.4)
    # test: live at 0.3 and 0.5, a print at 0.35, a replay at 0.7, and a live face that was lost
    assert frame.rates.bpcer.value == 0.5
    by_pai = {name: rate.value for name, rate in frame.rates.apcer_by_pai.items()}
    assert by_pai == {"print": 1.0, "replay": 0.0}
    assert frame.nonresponse.bpnrr.errors == 1
    record = EvaluationRecord.read(scores / "evaluation" / "metrics.json")
    assert (record.model, record.data) == ("hand-1", "/archive")
    with (scores / "evaluation" / "test.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["media"] for row in rows] == [f"/archive/t{n}.jpg" for n in (1, 2, 3, 4, 5)]
    # as two files, or with a threshold of one's own
    dev, test = (scores / "evaluation" / f"{name}.csv" for name in ("dev", "test"))
    assert evaluate(scores=test, dev=dev).frame.rates == frame.rates
    assert evaluate(scores=scores, dev=dev, out=tmp_path / "e").frame.rates == frame.rates
    assert evaluate(scores=scores, threshold=0.55).frame.rates.bpcer.value == 0


def test_what_is_written_is_read_back_to_the_last_digit(tmp_path: Path) -> None:
    odd = [
        ("a,b.jpg", "é\n"),
        ('"q".png', "x"),
        (".jpg", ""),
        ("s3://b/c.jpg", "y"),
        ("d.mp4", "z"),
    ]
    scores = np.random.default_rng(0).normal(size=5) * [1, 1e-9, 1e9, 1e300, 1e-300]
    table = {
        "path": [f"/archive/{name}" if "://" not in name else name for name, _ in odd],
        "score": scores,
        "label": ["0", "1", "live", "attack", "1"],
        "pai": ["", "print", "none", "mask", ""],
        "recording": [video for _, video in odd],
    }
    folder = tmp_path / "set"
    folder.mkdir()
    pl.DataFrame(table).write_parquet(folder / "a.parquet")
    evaluate(scores=folder, out=tmp_path / "e", threshold=0.5)
    with (tmp_path / "e" / "test.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["score"]) for row in rows] == scores.tolist()
    assert [row["label"] for row in rows] == ["0", "1", "0", "1", "1"]
    assert [row["pai"] for row in rows] == ["", "print", "", "mask", ""]
    assert [row["media"] for row in rows] == table["path"]
    assert [bool(row["crop"]) for row in rows] == [True, True, False, False, False]
    assert [row["video"] for row in rows] == ["é", "x", "", "y", "z"]


def test_two_models_are_compared_and_one_reported_without_a_training(tmp_path: Path) -> None:
    for name, add in (("a", 0.0), ("b", 0.01)):
        evaluate(scores=data_set(tmp_path / name, model=f"{name}-1", add=add))
    made = compare([str(tmp_path / "a"), str(tmp_path / "b")], 0, 0, 2)
    (match,) = made.matches
    assert set(match.standings.cells) == {"a", "b"}
    page = write_report(tmp_path / "a").read_text(encoding="utf-8")
    assert "<h1>a-1</h1>" in page
    assert "of /archive" in page
    assert "What it was trained on" not in page


def test_what_does_not_go_together_is_said(tmp_path: Path) -> None:
    scores = data_set(tmp_path / "set")
    with pytest.raises(InputError, match="leave out RUN"):
        evaluate("run", scores=scores)
    with pytest.raises(InputError, match="leave out RUN"):
        evaluate(scores=scores / "rows" / "part-00000.parquet", out=tmp_path / "e")
    for part in (1, 2):
        (scores / "rows" / f"part-0000{part}.parquet").unlink()
    (scores / "job.json").unlink()
    with pytest.raises(InputError, match="has the splits dev and no test"):
        evaluate(scores=scores)
    with pytest.raises(InputError, match=r"no run folder"):
        write_report(tmp_path)
