"""The same faces through several runs (Fig. 3: inputs and auxiliary classifiers)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
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
from spoofcue.figures.evidence import Evidence, Window, face_evidence
from spoofcue.figures.run import FigureRun, differing, flatten, titles
from spoofcue.figures.scored_faces import ScoredFace, ScoredFaces
from spoofcue.media.crops import read_crop
from spoofcue.metrics.names import Names
from spoofcue.scoring.face import FaceScorer
from spoofcue.scoring.pictures import PERCENTILE, cue_scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Scale = Literal["common", "own"]
# An eye with the cheek below it, where most crops have them: chosen once, for every face.
DETAIL = Window(0.26, 0.22, 0.54, 0.5)


@dataclass(frozen=True, slots=True)
class Variant:
    """A run beside others.

    Attributes:
        run: evaluated.
        model: its detector; one that makes cue maps.
        data: prepared folder of its test faces.
        magnitudes: of its own test attacks, as of ``attack_magnitudes``.

    """

    run: FigureRun
    model: FaceScorer
    data: Path
    magnitudes: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class VariantSheet:
    """What the figure shows.

    Attributes:
        titles: lines for each run.
        kinds: of each row.
        evidence: row by row, for each run.
        scores: row by row, for each run.
        scales: magnitude of the brightest colour, for each run.
        own_input: for each run, whether its faces are shown because the run before sees others.

    """

    titles: list[list[str]]
    kinds: list[str]
    evidence: list[list[Evidence]]
    scores: list[list[float]]
    scales: list[float]
    own_input: list[bool]


def as_scale(text: str) -> Scale:
    """Check a scale that a user typed.

    Raises:
        InputError: there is none of that name.

    """
    for known in get_args(Scale):
        if text == known:
            return known
    raise InputError(f"--scale {text}: choose common or own.")


def shared_faces(runs: Sequence[FigureRun]) -> ScoredFaces:
    """The first run's test faces that are test faces of all.

    Raises:
        InputError: they do not hold live faces and attacks; names the run that lacks them.

    """
    faces = runs[0].faces
    for run in runs[1:]:
        pictures, _ = Names.concatenated([faces.picture, run.faces.picture]).ranks()
        mine, theirs = pictures[: len(faces)], pictures[len(faces) :]
        faces = faces.rows(np.flatnonzero(np.isin(mine, theirs)))
        if not faces.has_both_classes:
            raise InputError(
                f"{run.folder} and {runs[0].folder} share no live and attack test faces; runs can "
                "be shown side by side only on the same recordings, prepared alike."
            )
    return faces


def draw_variants(
    variants: Sequence[Variant],
    out: Path,
    scale: Scale = "common",
    per_kind: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Drawn:
    """Write variants_SETTING.png and .svg, with the setting that differs in the name.

    Args:
        variants: two or more; the first one's scores choose the faces.
        out: folder.
        scale: one for all runs, or each run's own.
        per_kind: faces of live and of each species.
        progress: called with the number of maps drawn.

    Raises:
        InputError: the runs share no test faces, or their pictures differ.

    """
    runs = [v.run for v in variants]
    settings = [r.settings for r in runs]
    shared = shared_faces(runs)
    chosen = median_faces(shared, per_kind)
    shown = [face.picture for faces in chosen.values() for face in faces]
    own = [run.faces.of_pictures(shown) for run in runs]
    _refuse_other_pictures(variants, own)
    inputs = [v.model.facts.input for v in variants]
    if scale == "common":
        scales = [cue_scale(np.concatenate([v.magnitudes for v in variants]))] * len(variants)
    else:
        scales = [cue_scale(v.magnitudes) for v in variants]
    names = [_unlike(runs, i) for i in range(len(runs))]
    unlike = [i == 0 or inputs[i] != inputs[i - 1] for i in range(len(runs))]
    sheet = VariantSheet(titles(settings, names), [], [], [], scales, unlike)
    for kind, faces in chosen.items():
        for face in faces:
            sheet.kinds.append(kind)
            theirs = [faces_of[face.picture] for faces_of in own]
            sheet.evidence.append([_evidence(*of) for of in zip(variants, theirs, strict=True)])
            sheet.scores.append([their.score for their in theirs])
            if progress:
                progress(len(sheet.kinds) * len(variants))
    keys = differing([flatten(s) for s in settings])
    name = "variants_" + ("_".join(k.split(".")[-1] if k != "input.mode" else "input"
                                   for k in keys[:2]) or "runs")  # fmt: skip
    scale_text = (
        f"One colour scale (square root) for all runs: brightest = {number(scales[0])}, the "
        f"{PERCENTILE}th percentile of the magnitudes of all these runs' test attacks."
        if scale == "common"
        else "Each run has its own colour scale (square root), so brightness cannot be compared "
        f"between runs: brightest = the {PERCENTILE}th percentile of its own test attacks, "
        f"{', '.join(number(s) for s in scales)}."
    )
    return Drawn(
        name,
        f"Cue maps side by side: {', '.join(' '.join(t) for t in sheet.titles)}",
        "The same test faces through several runs, after Fig. 3 of LGSC; each run scores them with "
        f"its own input settings. Of each pair: the whole face and an enlarged detail (frame). "
        f"{HOW_MEDIAN} The scores that chose them are the first run's; below each map stands its "
        f"own run's score. {scale_text}",
        True,
        draw_sheet(sheet, scale, out, name),
        {"runs": [r.name for r in runs], "scale": scale, "scales": scales,
         "titles": sheet.titles, "faces": {k: [f.crop for f in v] for k, v in chosen.items()}},
    )  # fmt: skip


def _refuse_other_pictures(
    variants: Sequence[Variant], own: Sequence[Mapping[str, ScoredFace]]
) -> None:
    """Two prepared folders may name different pictures alike, or have cut one in two ways."""
    first = variants[0]
    for picture, face in own[0].items():
        shown = read_crop(first.data / face.crop)
        for other, theirs in zip(variants[1:], own[1:], strict=True):
            # their pixels: a shard may hold them without compression
            if not np.array_equal(shown, read_crop(other.data / theirs[picture].crop)):
                raise InputError(
                    f"{picture} is another picture in {other.data} than in {first.data}; runs can "
                    "be shown side by side only on the same recordings, prepared alike."
                )


def _evidence(variant: Variant, face: ScoredFace) -> Evidence:
    evidence = face_evidence(variant.model, read_crop(variant.data / face.crop))
    assert evidence is not None  # the caller has seen that this method makes cue maps
    return evidence


def _unlike(runs: Sequence[FigureRun], index: int) -> str:
    """Its name; with its folder where another run is called the same."""
    name = runs[index].name
    alike = sum(r.name == name for r in runs) > 1
    return f"{runs[index].folder.resolve().parent.name}/{name}" if alike else name


LABEL_IN, GAP_IN, BETWEEN_IN, BAR_IN, TEXT_IN = 0.72, 0.03, 0.1, 0.72, 0.16
LEAST_IN, LINE_IN, RIGHT_IN = 0.55, 0.12, 0.16


def draw_sheet(sheet: VariantSheet, scale: Scale, out: Path, name: str) -> dict[str, str]:
    """Write ``name``.png and .svg; kind -> file name."""
    runs = len(sheet.titles)
    pairs = runs + sum(sheet.own_input)
    room = WIDTH_IN - LABEL_IN - (pairs - 1) * BETWEEN_IN - pairs * GAP_IN
    room -= BAR_IN if scale == "common" else RIGHT_IN
    # Many runs make a wide figure rather than one that nobody can read.
    side = min(max(room / (2 * pairs), LEAST_IN), 1.1)
    pair = 2 * side + GAP_IN + BETWEEN_IN
    lines = max(len(t) for t in sheet.titles)
    head = 0.1 + lines * LINE_IN + 0.15
    row_height = side + TEXT_IN
    bar_below = 0.46 if scale == "own" else 0.0
    width = LABEL_IN + pairs * pair - BETWEEN_IN + (BAR_IN if scale == "common" else RIGHT_IN)
    height = head + len(sheet.kinds) * row_height + bar_below
    with canvas(width, height) as figure:
        left = LABEL_IN
        for run in range(runs):
            if sheet.own_input[run]:
                what = "face" if run == 0 else "face as this run sees it"
                _heads(figure, left, side, [what], head)
                _faces(figure, sheet, run, left=left, side=side, head=head)
                left += pair
            _heads(figure, left, side, sheet.titles[run], head)
            heat = _maps(figure, sheet, run, left=left, side=side, head=head)
            if scale == "own":
                at = head + len(sheet.kinds) * row_height + 0.04
                axes = place(figure, left, at, 2 * side + GAP_IN, 0.08)
                colour_bar(figure, heat, axes, sheet.scales[run], "mean |C|", flat=True)
            left += pair
        for row, kind in enumerate(sheet.kinds):
            if row == 0 or kind != sheet.kinds[row - 1]:
                y = head + row * row_height + side / 2
                label(figure, LABEL_IN - 0.07, y, shown(kind), "right", bold=True)
        if scale == "common":
            bar = min(len(sheet.kinds) * row_height - TEXT_IN, 2.6)
            axes = place(figure, left - BETWEEN_IN + 0.1, head, 0.09, bar)
            colour_bar(figure, heat, axes, sheet.scales[0], "cue magnitude, mean |C|")
        return save(figure, out, name)


def _heads(figure: Figure, left: float, side: float, lines: list[str], head: float) -> None:
    middle = left + side + GAP_IN / 2
    for k, line in enumerate(lines):
        at = head - 0.19 - (len(lines) - 1 - k) * LINE_IN
        label(figure, middle, at, line, "center", size=7, bold=True)
    label(figure, left + side / 2, head - 0.07, "whole", "center", size=6)
    label(figure, left + 1.5 * side + GAP_IN, head - 0.07, "detail", "center", size=6)


def _faces(
    figure: Figure, sheet: VariantSheet, run: int, *, left: float, side: float, head: float
) -> None:
    for row, evidence in enumerate(sheet.evidence):
        top = head + row * (side + TEXT_IN)
        axes = place(figure, left, top, side, side)
        face = evidence[run].face
        show(axes, face)
        _frame(axes, *face.shape[:2])
        show(place(figure, left + side + GAP_IN, top, side, side), DETAIL.of(face))


def _maps(
    figure: Figure, sheet: VariantSheet, run: int, *, left: float, side: float, head: float
) -> object:
    heat: object = None
    for row, evidence in enumerate(sheet.evidence):
        top = head + row * (side + TEXT_IN)
        magnitude, brightest = evidence[run].magnitude, sheet.scales[run]
        axes = place(figure, left, top, side, side)
        heat = show(axes, magnitude, brightest)
        _frame(axes, *magnitude.shape)
        show(place(figure, left + side + GAP_IN, top, side, side), DETAIL.of(magnitude), brightest)
        score_text = f"score {number(sheet.scores[row][run])}"
        label(figure, left, top + side + 0.06, score_text, "left", size=6)
    return heat


def _frame(axes: Axes, height: int, width: int) -> None:
    from matplotlib.patches import Rectangle

    corner = DETAIL.left * width - 0.5, DETAIL.top * height - 0.5
    size = (DETAIL.right - DETAIL.left) * width, (DETAIL.bottom - DETAIL.top) * height
    axes.add_patch(Rectangle(corner, *size, fill=False, ec="white", lw=0.7))
