"""Faces beside their cue maps, whole and as native patches (Figs. 1 and 3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spoofcue.figures.canvas import (
    WIDTH_IN,
    Drawn,
    canvas,
    colour_bar,
    label,
    number,
    place,
    save,
    show,
    shown,
)
from spoofcue.figures.choice import HOW_MEDIAN, median_faces
from spoofcue.figures.evidence import Evidence, Window, face_evidence, patch_evidence
from spoofcue.figures.run import FigureRun
from spoofcue.figures.scored_faces import ScoredFace
from spoofcue.media.crops import read_crop
from spoofcue.scoring.face import FaceScorer
from spoofcue.scoring.pictures import PERCENTILE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LABEL_IN, GAP_IN, BAR_IN, HEAD_IN, TEXT_IN = 0.72, 0.03, 0.72, 0.2, 0.15
SAMPLES_A_ROW = 2
COLUMNS = ("face", "cue map", "patch", "its cue map")
UNIT = "cue magnitude, mean |C|"


@dataclass(frozen=True, slots=True)
class Sample:
    """One face with its evidence; ``patch`` is None where the run trains on resized faces."""

    face: ScoredFace
    whole: Evidence
    patch: tuple[Evidence, Window] | None

    def panels(self) -> list[Evidence]:
        """Whole face, then the patch if there is one."""
        return [self.whole, self.patch[0]] if self.patch else [self.whole]


def draw_cue_maps(
    run: FigureRun,
    model: FaceScorer,
    data: Path,
    out: Path,
    *,
    scale: float,
    per_kind: int = 2,
    progress: Callable[[int], None] | None = None,
) -> Drawn:
    """Write cue_maps.png and .svg.

    Args:
        run: evaluated.
        model: its detector; one that makes cue maps.
        data: prepared folder of the test faces.
        out: folder.
        scale: magnitude of the brightest colour.
        per_kind: samples of live and of each species.
        progress: called with the number of faces scored.

    """
    chosen = median_faces(run.faces, per_kind)
    rows: list[tuple[str, list[Sample]]] = []
    done = 0
    for kind, faces in chosen.items():
        for start in range(0, len(faces), SAMPLES_A_ROW):
            samples = []
            for face in faces[start : start + SAMPLES_A_ROW]:
                samples.append(_sample(model, data, face))
                done += 1
                if progress:
                    progress(done)
            rows.append((kind if start == 0 else "", samples))
    files = _draw(rows, run.threshold.value, scale, out)
    settings = model.facts.input
    patches = (
        f" Left pair: the whole face (frame: the patch); right pair: its middle patch of "
        f"{settings.size} px at native resolution, as in training."
        if settings.mode == "patch"
        else f" The run trains on faces resized to {settings.size} px, so there are no patches."
    )
    return Drawn(
        "cue_maps",
        "Spoof cue maps of live and attack faces",
        f"Test faces of {run.name} and their spoof cue maps, after Figs. 1 and 3 of LGSC.{patches} "
        f"{HOW_MEDIAN} One colour scale for all maps (colour by the square root): black = 0, "
        f"brightest = {number(scale)}, the {PERCENTILE}th percentile of the magnitudes of this "
        "run's test attacks. Above each face its score and the decision at the threshold "
        f"{number(run.threshold.value)}.",
        True,
        files,
        {"scale": scale, "faces": {k: [f.crop for f in v] for k, v in chosen.items()}},
    )


def _sample(model: FaceScorer, data: Path, face: ScoredFace) -> Sample:
    crop = read_crop(data / face.crop)
    whole = face_evidence(model, crop)
    assert whole is not None  # the caller has seen that this method makes cue maps
    patch = patch_evidence(model, crop) if model.facts.input.mode == "patch" else None
    return Sample(face, whole, patch)


def _draw(
    rows: list[tuple[str, list[Sample]]], threshold: float, scale: float, out: Path
) -> dict[str, str]:
    panels = 2 * len(rows[0][1][0].panels())
    across = SAMPLES_A_ROW if any(len(r[1]) > 1 for r in rows) else 1
    between = 0.12
    side = (
        WIDTH_IN - LABEL_IN - BAR_IN - between * (across - 1) - GAP_IN * across * (panels - 1)
    ) / (across * panels)
    side = min(side, 1.3)
    block = panels * side + (panels - 1) * GAP_IN + between
    row_height = TEXT_IN + side + 0.04
    width = LABEL_IN + across * block + BAR_IN
    height = HEAD_IN + len(rows) * row_height + 0.03
    with canvas(width, height) as figure:
        heat = None
        for at, (kind, samples) in enumerate(rows):
            top = HEAD_IN + at * row_height + TEXT_IN
            label(
                figure,
                LABEL_IN - 0.07,
                top + side / 2,
                shown(kind),
                "right",
                bold=True,
            )
            for column, sample in enumerate(samples):
                left = LABEL_IN + column * block
                verdict = "attack" if sample.face.score > threshold else "live"
                text = f"{number(sample.face.score)}, called {verdict}"
                label(figure, left, top - 0.055, text, "left", size=6)
                heat = _panels(figure, sample, left=left, top=top, side=side, scale=scale)
        for column in range(across):
            for k, name in enumerate(COLUMNS[:panels]):
                left = LABEL_IN + column * block + k * (side + GAP_IN) + side / 2
                label(figure, left, 0.1, name, "center")
        bar_top = HEAD_IN + TEXT_IN
        bar_height = min(height - bar_top - 0.07, 2.6)
        axes = place(figure, LABEL_IN + across * block - between + 0.1, bar_top, 0.09, bar_height)
        colour_bar(figure, heat, axes, scale, UNIT)
        return save(figure, out, "cue_maps")


def _panels(
    figure: Figure, sample: Sample, *, left: float, top: float, side: float, scale: float
) -> object:
    from matplotlib.patches import Rectangle

    heat = None
    for k, evidence in enumerate(sample.panels()):
        at = left + 2 * k * (side + GAP_IN)
        axes = place(figure, at, top, side, side)
        show(axes, evidence.face)
        if k == 0 and sample.patch:
            height, width = evidence.face.shape[:2]
            w = sample.patch[1]
            corner = (w.left * width - 0.5, w.top * height - 0.5)
            size = (w.right - w.left) * width, (w.bottom - w.top) * height
            axes.add_patch(Rectangle(corner, *size, fill=False, ec="white", lw=0.7))
        heat = show(place(figure, at + side + GAP_IN, top, side, side), evidence.magnitude, scale)
    return heat
