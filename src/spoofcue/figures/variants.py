"""The same faces through several runs (Fig. 3: inputs and auxiliary classifiers)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.figures.canvas import Drawn, number
from spoofcue.figures.choice import HOW_MEDIAN, median_faces
from spoofcue.figures.differences import differing, flatten, titles
from spoofcue.figures.evidence import Evidence, Window, face_evidence
from spoofcue.figures.run import FigureRun, ScoredFace
from spoofcue.media.image import read_image
from spoofcue.scoring.face import FaceScorer
from spoofcue.scoring.scale import PERCENTILE, cue_scale

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


def shared_faces(runs: Sequence[FigureRun]) -> list[ScoredFace]:
    """The first run's test faces that are test faces of all.

    Raises:
        InputError: they do not hold live faces and attacks; names the run that lacks them.

    """
    faces = list(runs[0].faces)
    for run in runs[1:]:
        theirs = {f.crop for f in run.faces}
        faces = [f for f in faces if f.crop in theirs]
        if {f.is_attack for f in faces} != {False, True}:
            raise InputError(
                f"{run.folder} and {runs[0].folder} share no live and attack test faces; runs are "
                "set beside each other on one prepared folder."
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
    from spoofcue.figures.variants_figure import draw_sheet

    runs = [v.run for v in variants]
    settings = [r.settings for r in runs]
    shared = shared_faces(runs)
    chosen = median_faces(shared, per_kind)
    _refuse_other_pictures(variants, [f for faces in chosen.values() for f in faces])
    inputs = [v.model.facts.input for v in variants]
    if scale == "common":
        scales = [cue_scale(np.concatenate([v.magnitudes for v in variants]))] * len(variants)
    else:
        scales = [cue_scale(v.magnitudes) for v in variants]
    names = [_unlike(runs, i) for i in range(len(runs))]
    unlike = [i == 0 or inputs[i] != inputs[i - 1] for i in range(len(runs))]
    sheet = VariantSheet(titles(settings, names), [], [], [], scales, unlike)
    scores = [{f.crop: f.score for f in r.faces} for r in runs]
    for kind, faces in chosen.items():
        for face in faces:
            sheet.kinds.append(kind)
            sheet.evidence.append([_evidence(v, face) for v in variants])
            sheet.scores.append([s[face.crop] for s in scores])
            if progress:
                progress(len(sheet.kinds) * len(variants))
    keys = differing([flatten(s) for s in settings])
    name = "variants_" + ("_".join(k.split(".")[-1] if k != "input.mode" else "input"
                                   for k in keys[:2]) or "runs")  # fmt: skip
    told = (
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
        f"own run's score. {told}",
        True,
        draw_sheet(sheet, scale, out, name),
        {"runs": [r.name for r in runs], "scale": scale, "scales": scales,
         "titles": sheet.titles, "faces": {k: [f.crop for f in v] for k, v in chosen.items()}},
    )  # fmt: skip


def _refuse_other_pictures(variants: Sequence[Variant], faces: Sequence[ScoredFace]) -> None:
    """Two prepared folders may name different pictures alike."""
    first = variants[0]
    for other in variants[1:]:
        for face in faces:
            if (first.data / face.crop).read_bytes() != (other.data / face.crop).read_bytes():
                raise InputError(
                    f"{face.crop} is another picture in {other.data} than in {first.data}; runs "
                    "are set beside each other on one prepared folder."
                )


def _evidence(variant: Variant, face: ScoredFace) -> Evidence:
    found = face_evidence(variant.model, read_image(variant.data / face.crop))
    assert found is not None  # the caller has seen that this method makes cue maps
    return found


def _unlike(runs: Sequence[FigureRun], index: int) -> str:
    """Its name; with its folder where another run is called the same."""
    name = runs[index].name
    alike = sum(r.name == name for r in runs) > 1
    return f"{runs[index].folder.resolve().parent.name}/{name}" if alike else name
