"""The faces that an evaluation shows: right and wrong ones, beside their cue maps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spoofcue.labels import ATTACK
from spoofcue.records.gallery import GALLERY_FILE, Gallery, GalleryEntry
from spoofcue.scoring.face import FaceScore, FaceScorer, for_picture
from spoofcue.scoring.pictures import (
    MAX_FACES,
    PERCENTILE,
    attack_magnitudes,
    cue_heatmap,
    cue_overlay,
    cue_scale,
    spread,
    write_picture,
)
from spoofcue.scoring.prepared_face import face_of_row

if TYPE_CHECKING:
    import polars as pl

PER_GROUP = 8


@dataclass(frozen=True, slots=True)
class _Pick:
    group: str
    row: int


def write_gallery(
    out: Path,
    model: FaceScorer,
    rows: pl.DataFrame,
    score: NDArray[np.float64],
    data: Path,
    threshold: float,
) -> None:
    """Write missed, refused, caught and accepted faces, each from the clearest to the nearest.

    Args:
        out: the evaluation folder; gets ``gallery.json`` and the pictures in ``gallery/``.
        model: the detector, which judges the shown faces once more for their maps.
        rows: N of a manifest.
        score: (N,) NaN where there is none; such faces are not shown.
        data: the prepared folder.
        threshold: attack above it.

    """
    attack = rows["label"].to_numpy() == ATTACK
    attacks = np.flatnonzero(np.isfinite(score) & attack)
    shown = rows["crop"].gather(attacks[spread(len(attacks), MAX_FACES)])
    magnitudes = attack_magnitudes(model, [data / crop for crop in shown])
    cue_max = cue_scale(magnitudes) if len(magnitudes) else None
    entries = []
    for number, pick in enumerate(_picks(score, attack, threshold)):
        row = rows.row(pick.row, named=True)
        (result,) = model.score([face_of_row(row, data, model.facts.crop)])
        pictures = _pictures(result, cue_max)
        names = {k: f"gallery/{number:03d}_{k}.jpg" for k in pictures}
        for kind, picture in pictures.items():
            write_picture(out / names[kind], picture)
        entries.append(
            GalleryEntry(
                group=pick.group,
                score=float(score[pick.row]),
                **{k: row[k] for k in ("label", "media", "subject")},
                pai=row["pai"] or "",
                frame=row["frame"] or 0,
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


def _picks(score: NDArray[np.float64], attack: NDArray[np.bool_], threshold: float) -> list[_Pick]:
    """Per group up to PER_GROUP faces, spread over the scores; of no face without a score."""
    picks = []
    answered, called = np.isfinite(score), score > threshold
    for group, members, above in (
        ("missed_attack", attack & ~called, False),
        ("refused_live", ~attack & called, True),
        ("caught_attack", attack & called, True),
        ("accepted_live", ~attack & ~called, False),
    ):
        rows = np.flatnonzero(answered & members)
        ordered = rows[np.argsort(-score[rows] if above else score[rows], kind="stable")]
        picks += [_Pick(group, int(ordered[at])) for at in spread(len(ordered), PER_GROUP)]
    return picks
