from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from helpers.tiny_run import facts
from spoofcue.config import InputSettings
from spoofcue.data.manifest import write_manifest
from spoofcue.errors import InputError
from spoofcue.faces.box import Box
from spoofcue.metrics.evaluation import EvaluationOptions
from spoofcue.metrics.thresholds import ThresholdRule
from spoofcue.scoring.combination import Evidence, Unscored
from spoofcue.scoring.evaluate_run import SCORE_COLUMNS, evaluate_run
from spoofcue.scoring.face import Face, FaceScore

PICTURE = np.zeros((8, 8, 3), np.uint8)
FIXED = EvaluationOptions(ThresholdRule.parse("0.5"))


class Judge:
    """Gives the scores that it was told, in the order in which faces come, and looks at none."""

    def __init__(self, scores: Sequence[float | Unscored]) -> None:
        self.facts = facts(InputSettings(size=224, scoring="resize"))
        self.scores, self.at = scores, 0
        self.blocks: list[int] = []

    def score(self, faces: Sequence[Face]) -> list[FaceScore]:
        self.blocks.append(sys.getallocatedblocks())
        said = [self.scores[(self.at + k) % len(self.scores)] for k in range(len(faces))]
        self.at += len(faces)
        return [self._one(score) for score in said]

    def _one(self, score: float | Unscored) -> FaceScore:
        missing = score.detail if isinstance(score, Unscored) else None
        part = Evidence("e", None, None, None, None, Box(0, 0, 8, 8), 1.0, missing)
        if isinstance(score, Unscored):
            return FaceScore(float("nan"), None, PICTURE, (part,), score)
        return FaceScore(score, None, PICTURE, (part,))


@pytest.fixture(autouse=True)
def _no_crops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spoofcue.scoring.prepared_face.read_crop", lambda path: PICTURE)
    monkeypatch.setattr("spoofcue.scoring.pictures.read_crop", lambda path: PICTURE)


def prepared(folder: Path, count: int, **columns: Any) -> pl.DataFrame:
    """A manifest of test faces, live and attack by turns; no crop is there."""
    folder.mkdir()
    at = range(count)
    rows = pl.DataFrame(
        {
            "media": [f"{k}.png" for k in at],
            "frame": [0] * count,
            "subject": [f"s{k % 7}" for k in at],
            "label": [k % 2 for k in at],
            "pai": ["print, matte" if k % 2 else None for k in at],
            "split": ["test"] * count,
            "status": ["ok"] * count,
            "crop": [f"crops/{k}.png" for k in at],
            "crop_w": [8] * count,
            "crop_h": [8] * count,
            "pixels": [f"{k:032x}" for k in at],
        }
        | columns
    )
    write_manifest(rows, folder)
    return rows


def test_scores_are_written_as_the_csv_module_writes_them(tmp_path: Path) -> None:
    silent = Unscored("no_context", 'too little, only "half"')
    scores = [1e-05, 0.1 + 0.2, silent, 1.0, float("inf"), 0.5]
    rows = prepared(
        tmp_path / "data",
        7,
        media=["a,b.png", 'c"d.png', "e\nf.png", "g.png", " h ", "é.png", "i.png"],
        video=["", None, "v", "1e5", "w", "x", "y"],
        status=["ok"] * 6 + ["no_face"],
        reason=[None] * 6 + ["no face, at all"],
        crop=[*(f"{k}.png" for k in range(6)), None],
    )
    evaluate_run(Judge(scores), tmp_path / "data", tmp_path / "out", FIXED)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, SCORE_COLUMNS, extrasaction="ignore")
    writer.writeheader()
    for row, score in zip(rows.iter_rows(named=True), [*scores, None], strict=True):
        told = {"status": silent.reason, "reason": silent.detail} if score is silent else {}
        known = isinstance(score, float) and np.isfinite(score)
        writer.writerow(row | told | {"score": repr(score) if known else ""})
    assert (tmp_path / "out/test.csv").read_bytes() == out.getvalue().encode()
    record = json.loads((tmp_path / "out/metrics.json").read_text())
    assert record["experts"] == {"e": {"faces": 6, "missing": 1, "why": silent.detail}}


def test_faces_of_the_gallery_are_spread_over_the_scores_of_their_group(tmp_path: Path) -> None:
    prepared(tmp_path / "data", 60)
    # live 0.00, 0.02 .. 0.58 and attacks 0.31, 0.33 .. 0.89
    scores = [0.01 * k + 0.3 * (k % 2) for k in range(60)]
    evaluate_run(Judge(scores), tmp_path / "data", tmp_path / "out", FIXED)
    shown: dict[str, list[float]] = {}
    for entry in json.loads((tmp_path / "out/gallery.json").read_text())["entries"]:
        assert entry["score"] == scores[int(entry["media"].split(".")[0])]
        shown.setdefault(entry["group"], []).append(round(entry["score"], 2))
    assert shown == {
        "missed_attack": [0.31, 0.33, 0.37, 0.39, 0.41, 0.43, 0.47, 0.49],
        "refused_live": [0.58, 0.56, 0.54, 0.52],
        "caught_attack": [0.89, 0.83, 0.79, 0.73, 0.67, 0.61, 0.57, 0.51],
        "accepted_live": [0.0, 0.08, 0.14, 0.22, 0.28, 0.36, 0.42, 0.5],
    }


def test_a_model_that_scores_no_face_is_refused_with_its_reason(tmp_path: Path) -> None:
    prepared(tmp_path / "data", 4)
    silent = [Unscored("no_context", "nothing around"), Unscored("no_context", "too dark")]
    with pytest.raises(InputError, match=r"none of the 4 test faces .* nothing around\."):
        evaluate_run(Judge(silent), tmp_path / "data", tmp_path / "out", FIXED)
    assert not (tmp_path / "out").exists()


def test_a_face_that_was_scored_leaves_no_python_object(tmp_path: Path) -> None:
    prepared(tmp_path / "data", 4000)
    judge = Judge([0.123, 0.789, Unscored("no_context", "nothing around")])
    evaluate_run(judge, tmp_path / "data", tmp_path / "out", FIXED)
    calls = 4000 // 16  # those after them are the gallery's
    assert judge.blocks[calls - 1] - judge.blocks[0] < 4000 / 4
