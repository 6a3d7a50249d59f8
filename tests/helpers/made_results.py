"""Results folders of a few faces, as `benchmark` and `evaluate` leave them."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from spoofcue.metrics.evaluation import evaluate
from spoofcue.metrics.score_files import read_scores

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
    write_scores(folder / "scores" / "test.csv", test, faces, frames)
    write_scores(folder / "scores" / "dev.csv", dev)
    record: dict[str, Any] = {
        "set": "openpad",
        "protocol": "P1",
        "title": "unseen session",
        "report": "acer",
        "species": "instrument",
        "threshold": {"rule": "eer", "value": None},
        "fold": "P1",
        "folds": 1,
        "method": method,
        "preset": "small",
        "seed": 0,
        "settings": {"training": {"seed": 0}},
        "spoofcue": "0.1.0",
        "created": "2026-01-02T00:00:00+00:00",
    }
    (folder / "result.json").write_text(json.dumps(record | changes))
    return folder


def write_run(folder: Path, test: Sequence[float], data: Path, **changes: Any) -> Path:
    """An evaluated run; ``changes`` go into run.json."""
    evaluation = folder / "evaluation"
    write_scores(evaluation / "test.csv", test)
    write_scores(evaluation / "dev.csv", DEV)
    found = evaluate(*(read_scores(evaluation / f"{s}.csv") for s in ("test", "dev")))
    metrics = {"evaluation": found.to_dict(), "data": str(data)}
    (evaluation / "metrics.json").write_text(json.dumps(metrics))
    record = {"name": folder.name, "preset": "small", "training": {"seed": 0}}
    (folder / "run.json").write_text(json.dumps(record | changes))
    return folder


def write_crops(data: Path) -> None:
    """A small picture of every face."""
    (data / "crops").mkdir(parents=True)
    for name, _, _ in FACES:
        Image.new("RGB", (200, 200), (90, 60, 50)).save(data / "crops" / f"{name}.jpg")
