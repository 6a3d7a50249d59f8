"""Prepared folders, runs, evaluations and folds as the commands leave them, without their work.

All that is stored goes through the records' own writers, so that a record which changes changes
here too.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml
from PIL import Image

from spoofcue.data.prepared_folder import CropOptions, PreparedFolder, PreparedRecord
from spoofcue.methods.settings import load_settings
from spoofcue.metrics.evaluation import EvaluationOptions, evaluate
from spoofcue.metrics.score_files import read_scores
from spoofcue.metrics.scores import ScoreSet
from spoofcue.records.evaluation_record import METRICS_FILE, EvaluationRecord
from spoofcue.records.fold_record import RESULT_FILE, FoldRecord, KeysEntry, RuleEntry
from spoofcue.records.run_folder import (
    BestEntry,
    DataEntry,
    ModelEntry,
    RunFolder,
    RunRecord,
    TrainingEntry,
)

COLUMNS = ("score", "label", "pai", "video", "subject", "media", "frame", "crop")
# name, PAI (empty: live), subject
FACES = (
    ("l1", "", "ann"),
    ("l2", "", "ann"),
    ("l3", "", "bob"),
    ("l4", "", "bob"),
    ("p1", "print", "ann"),
    ("p2", "print", "bob"),
    ("r1", "replay", "ann"),
    ("r2", "replay", "bob"),
)
DEV = (0.1, 0.2, 0.1, 0.2, 0.8, 0.9, 0.8, 0.9)  # the EER threshold is 0.5
#        l1   l2   l3   l4   p1   p2   r1   r2
A = (0.1, 0.2, 0.3, 0.4, 0.9, 0.3, 0.9, 0.9)  # passes p2
B = (0.6, 0.1, 0.2, 0.3, 0.9, 0.9, 0.8, 0.7)  # refuses l1
BAD = (0.6, 0.7, 0.2, 0.3, 0.9, 0.1, 0.2, 0.7)  # refuses l1 and l2, passes p2 and r1
Face = tuple[str, str, str]
CROPS = {"margin": 0.2, "detector": "dlib", "min_face_px": 48}


def write_prepared(folder: Path, root: str = "", **options: Any) -> None:
    """prepare.json; ``options`` beside those of the crops."""
    crops = CropOptions(**{**CROPS, **options})
    record = PreparedRecord(root=root, options=crops, warnings=[])
    PreparedFolder(folder).write_record(record)


def run_record(name: str, data: Path | None = None, **changes: Any) -> RunRecord:
    """A finished training of LGSC; ``changes`` go into the record, of ``training`` into it."""
    training = {"epochs": 1, "precision": "fp32", "seed": 0, "finished": True}
    training |= {"best": BestEntry(epoch=0, dev_acer=0.25, threshold=0.5)}
    training |= changes.pop("training", {})
    entry = {"root": str(data or "/gone"), "protocol": None, "counts": [], "warnings": []}
    entry |= changes.pop("data_entry", {})
    record: dict[str, Any] = {
        "name": name, "created": "2026-01-01T00:00:00+00:00", "spoofcue": "0.1.0", "commit": None,
        "method": "lgsc", "preset": "small", "model": ModelEntry(id=name, parameters=1),
        "software": {"python": "3"},
    }  # fmt: skip
    return RunRecord(
        **{**record, "data": DataEntry(**entry), "training": TrainingEntry(**training), **changes}
    )


def begin_run(folder: Path, data: Path | None = None, **changes: Any) -> Path:
    """A run folder with its run.json alone, see :func:`run_record`."""
    folder.mkdir(parents=True, exist_ok=True)
    RunFolder(folder).write_record(run_record(folder.name, data, **changes))
    return folder


def judged(
    test: ScoreSet,
    dev: ScoreSet | None,
    options: EvaluationOptions | None = None,
    **facts: Any,
) -> EvaluationRecord:
    """The record of an evaluation of these scores; ``facts`` are its other keys."""
    result = evaluate(test, dev, options or EvaluationOptions())
    return EvaluationRecord(evaluation=result.to_dict(), **facts)


def write_evaluation(folder: Path, **facts: Any) -> EvaluationRecord:
    """metrics.json of the dev.csv and test.csv that the folder holds."""
    test, dev = (read_scores(folder / f"{split}.csv") for split in ("test", "dev"))
    record = judged(test, dev, **facts)
    record.write(folder / METRICS_FILE)
    return record


def write_scores(
    path: Path, scores: Sequence[float | None], faces: Sequence[Face] = FACES, frames: int = 1
) -> None:
    """A score file; ``frames`` rows in a row are of one recording."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for at, (score, (name, pai, subject)) in enumerate(zip(scores, faces, strict=True)):
            video = faces[at - at % frames][0]
            shown = "" if score is None else repr(score)
            media, crop = f"media/{name}.jpg", f"crops/{name}.jpg"
            writer.writerow([shown, int(pai != ""), pai, video, subject, media, at % frames, crop])


def evaluation_with(**measures: float) -> dict[str, Any]:
    """An evaluation of single frames that found these measures, whatever the scores."""
    labels, pais = [int(pai != "") for _, pai, _ in FACES], [pai for _, pai, _ in FACES]
    dev, test = (ScoreSet.of(scores, labels, pais) for scores in (DEV, A))
    evaluation = judged(test, dev).evaluation
    return evaluation | {"frame": evaluation["frame"] | measures}


def fold_record(method: str, evaluation: Mapping[str, Any], **changes: Any) -> FoldRecord:
    """A finished fold of openpad's P1; ``changes`` go into the record."""
    record: dict[str, Any] = {
        "set": "openpad", "protocol": "P1", "title": "unseen session", "mirrors": "",
        "report": "acer", "species": "instrument",
        "threshold": RuleEntry(rule="eer", value=None), "fold": "P1", "folds": 1,
        "method": method, "preset": "small", "seed": 0, "settings": {"training": {"seed": 0}},
        "spoofcue": "0.1.0", "commit": None, "created": "2026-01-02T00:00:00+00:00",
        "selection": {}, "counts": {}, "training": f"{method}/P1/P1/seed-0",
        "keys": KeysEntry(training="t", scores="s"), "evaluation": evaluation,
    }  # fmt: skip
    return FoldRecord(**{**record, **changes})


def write_fold(
    folder: Path,
    method: str,
    test: Sequence[float | None],
    dev: Sequence[float] = DEV,
    faces: Sequence[Face] = FACES,
    frames: int = 1,
    **changes: Any,
) -> Path:
    """A finished fold of a benchmark; ``changes`` go into result.json."""
    scores = folder / "scores"
    write_scores(scores / "test.csv", test, faces, frames)
    write_scores(scores / "dev.csv", dev)
    result = judged(*(read_scores(scores / f"{split}.csv") for split in ("test", "dev")))
    fold_record(method, result.evaluation, **changes).write(folder / RESULT_FILE)
    return folder


def write_run(folder: Path, test: Sequence[float], data: Path, **changes: Any) -> Path:
    """An evaluated run; ``changes`` go into run.json."""
    run = RunFolder(begin_run(folder, data, **changes))
    write_scores(run.evaluation / "test.csv", test)
    write_scores(run.evaluation / "dev.csv", DEV)
    write_evaluation(run.evaluation, data=str(data))
    return folder


def draw_run(folder: Path, data: Path, model: str, **settings: Any) -> Path:
    """A run of that name, judged on ``data`` with drawn scores; ``section__key`` are settings."""
    rng = np.random.default_rng(1)
    run = RunFolder(begin_run(folder, data))
    run.evaluation.mkdir()
    rows = PreparedFolder(data).rows()
    for split in ("dev", "test"):
        with (run.evaluation / f"{split}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
            writer.writeheader()
            for row in rows.filter(pl.col("split") == split).iter_rows(named=True):
                score = float(rng.lognormal(-6 + row["label"], 0.5))
                writer.writerow(row | {"score": score, "pai": row["pai"] or ""})
    write_evaluation(run.evaluation, data=str(data), model=model)
    tree: dict[str, dict[str, Any]] = load_settings("small").model_dump(mode="json")
    for key, value in settings.items():
        section, name = key.split("__")
        tree[section][name] = value
    run.write_settings(yaml.safe_dump(tree))
    return folder


def write_crops(data: Path) -> None:
    """A small picture of every face."""
    (data / "crops").mkdir(parents=True)
    for name, _, _ in FACES:
        Image.new("RGB", (200, 200), (90, 60, 50)).save(data / "crops" / f"{name}.jpg")
