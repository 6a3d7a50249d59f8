"""Score the dev and test splits of a prepared folder and evaluate them; fills RUN/evaluation."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spoofcue.data.manifest import read_manifest
from spoofcue.data.same_pictures import refuse_shared_pictures
from spoofcue.errors import InputError
from spoofcue.media.image import read_image
from spoofcue.metrics.evaluation import Evaluation, EvaluationOptions, evaluate
from spoofcue.metrics.score_files import read_scores
from spoofcue.metrics.scores import ScoreSet
from spoofcue.patches.inputs import groups_of_one_shape
from spoofcue.records.evaluation_record import METRICS_FILE, EvaluationRecord
from spoofcue.records.gallery import GALLERY_FILE, Gallery, GalleryEntry
from spoofcue.scoring.face import FaceScore, FaceScorer, for_picture
from spoofcue.scoring.pictures import (
    PERCENTILE,
    attack_magnitudes,
    cue_heatmap,
    cue_overlay,
    cue_scale,
    write_picture,
)
from spoofcue.whole_files import whole_folder

if TYPE_CHECKING:
    import polars as pl

SCORE_COLUMNS = (
    "score",
    "label",
    "pai",
    "video",
    "subject",
    "media",
    "frame",
    "crop",
    "status",
    "reason",
)
PER_GROUP = 8
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Pick:
    group: str
    row: dict[str, Any]


def evaluate_run(
    model: FaceScorer,
    data: Path,
    out: Path,
    options: EvaluationOptions | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Score dev and test, choose the threshold on dev, judge test, keep all in ``out``.

    Writes dev.csv, test.csv, metrics.json and the gallery; ``out`` is replaced as a whole.

    Args:
        model: the detector.
        data: a prepared folder.
        out: the evaluation folder.
        options: how the scores are judged; None: at the EER of dev.
        progress: called with (faces scored, all).

    Raises:
        InputError: a split has no live or no attack face, or shares a picture with the other.

    """
    options = options or EvaluationOptions()
    rows = read_manifest(data).filter(_in_splits("dev", "test"))
    refuse_shared_pictures(rows, data)
    total, done = int((rows["status"] == "ok").sum()), 0
    with whole_folder(out) as part:
        sets: dict[str, ScoreSet] = {}
        for split in ("dev", "test"):
            of_split = rows.filter(rows["split"] == split)
            if split == "dev" and not options.threshold.needs_dev and not of_split.height:
                continue  # a threshold fixed beforehand needs no dev
            scores = _score_rows(model, of_split, data, partial(_tell, progress, done, total))
            done += int((of_split["status"] == "ok").sum())
            _write_scores(part / f"{split}.csv", of_split, scores)
            try:
                sets[split] = read_scores(part / f"{split}.csv")
            except InputError as error:
                raise InputError(
                    f"the {split} split of {data} cannot be judged: {error}"
                ) from error
        result = evaluate(sets["test"], sets.get("dev"), options)
        EvaluationRecord(
            evaluation=result.to_dict(),
            data=str(data.resolve()),
            model=model.facts.id,
            input=model.facts.input.scoring,
            created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        ).write(part / METRICS_FILE)
        level = result.video or result.frame
        _write_gallery(part, model, data, level.threshold.value)
    return result


def _in_splits(*names: str) -> pl.Expr:
    import polars as pl

    return pl.col("split").is_in(list(names))


def _tell(progress: Progress | None, before: int, total: int, scored: int) -> None:
    if progress:
        progress(before + scored, total)


def _score_rows(
    model: FaceScorer, rows: pl.DataFrame, data: Path, progress: Callable[[int], None]
) -> dict[str, float]:
    """Crop path -> score, over the rows that have a crop."""
    usable = rows.filter(rows["status"] == "ok")
    sizes = list(zip(usable["crop_h"], usable["crop_w"], strict=True))
    names = usable["crop"].to_list()
    scores: dict[str, float] = {}
    for group in groups_of_one_shape(sizes, model.facts.input):
        crops = [read_image(data / names[i]) for i in group]
        for i, result in zip(group, model.score(crops), strict=True):
            scores[names[i]] = result.score
        progress(len(scores))
    return scores


def _write_scores(path: Path, rows: pl.DataFrame, scores: dict[str, float]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, SCORE_COLUMNS, extrasaction="ignore")
        writer.writeheader()
        for row in rows.iter_rows(named=True):
            score = scores.get(row["crop"])
            # A network that returns no number has not responded; it must not vanish from the table.
            silent = score is None or not np.isfinite(score)
            writer.writerow(row | {"score": "" if silent else repr(score)})


def _write_gallery(out: Path, model: FaceScorer, data: Path, threshold: float) -> None:
    """Faces beside their cue maps, right and wrong ones, from the clearest to the nearest."""
    with (out / "test.csv").open(newline="", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["score"]]
    attacks = [data / r["crop"] for r in rows if r["label"] == "1"]
    magnitudes = attack_magnitudes(model, attacks)
    cue_max = cue_scale(magnitudes) if len(magnitudes) else None
    entries = []
    for number, pick in enumerate(_picks(rows, threshold)):
        result: FaceScore = model.score([read_image(data / pick.row["crop"])])[0]
        pictures = _pictures(result, cue_max)
        names = {k: f"gallery/{number:03d}_{k}.jpg" for k in pictures}
        for kind, picture in pictures.items():
            write_picture(out / names[kind], picture)
        kept = {k: pick.row[k] for k in ("pai", "subject", "media")}
        entries.append(
            GalleryEntry(
                group=pick.group,
                score=float(pick.row["score"]),
                label=int(pick.row["label"]),
                frame=int(pick.row["frame"]),
                **kept,
                **names,
            )
        )
    gallery = Gallery(cue_max=cue_max, percentile=PERCENTILE, entries=entries)
    gallery.write(out / GALLERY_FILE)


def _pictures(result: FaceScore, cue_max: float | None) -> dict[str, NDArray[np.uint8]]:
    """Thumbnails by kind; a method without a cue map shows the face alone."""
    if cue_max is None or result.cue is None:
        return {"face": result.seen}
    face, cue = for_picture(result, 240)
    return {
        "face": face,
        "cue": cue_heatmap(cue, cue_max),
        "overlay": cue_overlay(face, cue, cue_max),
    }


def _picks(rows: list[dict[str, str]], threshold: float) -> list[_Pick]:
    """Per group up to PER_GROUP faces, spread over the scores."""
    picks = []
    for group, label, above in (
        ("missed_attack", "1", False),
        ("refused_live", "0", True),
        ("caught_attack", "1", True),
        ("accepted_live", "0", False),
    ):
        members = sorted(
            (r for r in rows if r["label"] == label and (float(r["score"]) > threshold) == above),
            key=lambda r: float(r["score"]),
            reverse=above,
        )
        last = len(members) - 1
        at = sorted(
            {round(k * last / (PER_GROUP - 1)) for k in range(PER_GROUP)} if members else ()
        )
        picks += [_Pick(group, members[i]) for i in at]
    return picks
