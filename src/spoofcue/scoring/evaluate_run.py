"""Score the dev and test splits of a prepared folder and evaluate them; fills RUN/evaluation."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
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
from spoofcue.media.crops import read_crop
from spoofcue.metrics.evaluation import Evaluation, EvaluationOptions, evaluate
from spoofcue.metrics.score_files import read_scores
from spoofcue.metrics.scores import ScoreSet
from spoofcue.patches.inputs import groups_of_one_shape
from spoofcue.records.evaluation_record import METRICS_FILE, EvaluationRecord, ExpertEntry
from spoofcue.records.gallery import GALLERY_FILE, Gallery, GalleryEntry
from spoofcue.records.owner import held
from spoofcue.scoring.combination import Evidence, Unscored
from spoofcue.scoring.face import FaceScore, FaceScorer, for_picture
from spoofcue.scoring.pictures import (
    PERCENTILE,
    attack_magnitudes,
    cue_heatmap,
    cue_overlay,
    cue_scale,
    write_picture,
)
from spoofcue.scoring.prepared_face import prepared_face
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
class _Given:
    """What is kept of a face's score; its maps are not."""

    score: float
    unscored: Unscored | None
    evidence: tuple[Evidence, ...]


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
    rows = read_manifest(data, splits=("dev", "test"))
    refuse_shared_pictures(rows, data)
    total, done = int((rows["status"] == "ok").sum()), 0
    with held(out, "evaluate"), whole_folder(out) as part:
        sets: dict[str, ScoreSet] = {}
        given: list[_Given] = []
        for split in ("dev", "test"):
            of_split = rows.filter(rows["split"] == split)
            if split == "dev" and not options.threshold.needs_dev and not of_split.height:
                continue  # a threshold fixed beforehand needs no dev
            scores = _score_rows(model, of_split, data, partial(_tell, progress, done, total))
            done += int((of_split["status"] == "ok").sum())
            _write_scores(part / f"{split}.csv", of_split, scores)
            _refuse_all_unscored(scores, split, data, model)
            given += scores.values()
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
            **_experts(given),
        ).write(part / METRICS_FILE)
        level = result.video or result.frame
        _write_gallery(part, model, rows, data, level.threshold.value)
    return result


def _tell(progress: Progress | None, before: int, total: int, scored: int) -> None:
    if progress:
        progress(before + scored, total)


def _score_rows(
    model: FaceScorer, rows: pl.DataFrame, data: Path, progress: Callable[[int], None]
) -> dict[str, _Given]:
    """Crop path -> what the model said, over the rows that have a crop."""
    usable = rows.filter(rows["status"] == "ok")
    sizes = list(zip(usable["crop_h"], usable["crop_w"], strict=True))
    names = usable["crop"].to_list()
    scores: dict[str, _Given] = {}
    # a group at a time, so that memory is bounded
    for group in groups_of_one_shape(sizes, model.facts.input):
        faces = [
            prepared_face(usable.row(i, named=True), read_crop(data / names[i]), model.facts.crop)
            for i in group
        ]
        for i, result in zip(group, model.score(faces), strict=True):
            scores[names[i]] = _Given(result.score, result.unscored, result.evidence)
        progress(len(scores))
    return scores


def _refuse_all_unscored(
    scores: dict[str, _Given], split: str, data: Path, model: FaceScorer
) -> None:
    why = [given.unscored for given in scores.values() if given.unscored]
    if why and len(why) == len(scores):
        raise InputError(
            f"{model.facts.id} gives none of the {len(scores)} {split} faces of {data} a score: "
            f"{why[0].detail}. Crops with more around the face (`spoofcue prepare --margin 1.5`) "
            "show such an expert what it looks at."
        )


def _experts(given: Sequence[_Given]) -> dict[str, dict[str, ExpertEntry]]:
    """Of how many faces each expert of a package had evidence; nothing of other models."""
    names = dict.fromkeys(e.expert for one in given for e in one.evidence)
    entries = {}
    for name in names:
        parts = [e for one in given for e in one.evidence if e.expert == name]
        why = [e.missing for e in parts if e.missing]
        entries[name] = ExpertEntry(faces=len(parts), missing=len(why), why=why[0] if why else None)
    return {"experts": entries} if entries else {}


def _write_scores(path: Path, rows: pl.DataFrame, scores: dict[str, _Given]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, SCORE_COLUMNS, extrasaction="ignore")
        writer.writeheader()
        for row in rows.iter_rows(named=True):
            given = scores.get(row["crop"])
            # A network that returns no number has not responded; it must not vanish from the table.
            silent = given is None or not np.isfinite(given.score)
            why = given.unscored if given else None
            row |= {"status": why.reason, "reason": why.detail} if why else {}
            writer.writerow(row | {"score": "" if silent or not given else repr(given.score)})


def _write_gallery(
    out: Path, model: FaceScorer, manifest: pl.DataFrame, data: Path, threshold: float
) -> None:
    """Faces beside their cue maps, right and wrong ones, from the clearest to the nearest."""
    import polars as pl

    with (out / "test.csv").open(newline="", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["score"]]
    attacks = [data / r["crop"] for r in rows if r["label"] == "1"]
    magnitudes = attack_magnitudes(model, attacks)
    cue_max = cue_scale(magnitudes) if len(magnitudes) else None
    entries = []
    for number, pick in enumerate(_picks(rows, threshold)):
        name = pick.row["crop"]
        row = manifest.row(by_predicate=pl.col("crop") == name, named=True)
        face = prepared_face(row, read_crop(data / name), model.facts.crop)
        (result,) = model.score([face])
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
