"""Where on the face the evidence lies: cue maps averaged over aligned faces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spoofcue.data.manifest import scan_manifest
from spoofcue.faces.box import DEFAULT_MARGIN, Box, cut_of_size
from spoofcue.figures.canvas import (
    HEAT,
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
from spoofcue.figures.evidence import Evidence, face_evidence
from spoofcue.figures.run import FigureRun
from spoofcue.figures.scored_faces import ScoredFace, ScoredFaces
from spoofcue.media.crops import read_crop
from spoofcue.scoring.face import FaceScorer
from spoofcue.scoring.pictures import spread
from spoofcue.streamed import collected

if TYPE_CHECKING:
    import polars as pl

RASTER_PX = 160
FACES_A_KIND = 100


@dataclass(frozen=True, slots=True)
class MeanFace:
    """Averages over the faces of one kind.

    Attributes:
        faces: how many.
        face: (RASTER_PX, RASTER_PX, 3) uint8 RGB.
        magnitude: (RASTER_PX, RASTER_PX) float32, mean |cue|; NaN where no face reaches.

    """

    faces: int
    face: NDArray[np.uint8]
    magnitude: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Region:
    """A square in a crop, as fractions of its width and height; may reach over its border."""

    left: float
    top: float
    right: float
    bottom: float


WHOLE = Region(0, 0, 1, 1)
Aligned = tuple[NDArray[np.float32], NDArray[np.float32]]


def mean_faces(
    run: FigureRun, model: FaceScorer, data: Path, progress: Callable[[int], None] | None = None
) -> dict[str, MeanFace]:
    """Kind -> averages over at most FACES_A_KIND faces, evenly spaced in order of person and file.

    Each face is aligned by its box: the square about the box's centre with the same margin.

    Args:
        run: evaluated.
        model: its detector; one that makes cue maps.
        data: prepared folder of the test faces.
        progress: called with the number of faces scored.

    """
    import polars as pl

    crop = run.faces.crop_ranks()
    chosen = {kind: _spread_faces(run.faces, kind, crop) for kind in run.kinds}
    shown = [face.crop for faces in chosen.values() for face in faces]
    rows = scan_manifest(data).select(LOOKED_AT).filter(pl.col("crop").is_in(shown))
    boxes = face_regions(collected(rows, str(data)))
    means: dict[str, MeanFace] = {}
    done = 0

    def aligned(kind: str) -> Iterator[Aligned]:
        nonlocal done
        for face in chosen[kind]:
            evidence = face_evidence(model, read_crop(data / face.crop))
            assert evidence is not None  # the caller has seen that this method makes cue maps
            yield align(evidence, boxes.get(face.crop, WHOLE))
            done += 1
            if progress:
                progress(done)

    for kind in run.kinds:
        means[kind] = average(aligned(kind))
    return means


def _spread_faces(faces: ScoredFaces, kind: str, crop: NDArray[np.int64]) -> list[ScoredFace]:
    rows = faces.of_kind(kind)
    ordered = rows[np.lexsort((crop[rows], faces.subject.codes[rows]))]
    return faces.at(ordered[spread(len(rows), FACES_A_KIND)])


def face_regions(rows: pl.DataFrame) -> dict[str, Region]:
    """Crop -> the box with DEFAULT_MARGIN of it on each side, in fractions of the crop.

    A crop whose box is unknown, or does not fit it, is not listed.

    Args:
        rows: of a manifest.

    """
    regions = {}
    for row in rows.filter(rows["status"] == "ok").iter_rows(named=True):
        if row["box_w"] is None or row["box_x"] is None or row["frame_w"] is None:
            continue
        box = Box(row["box_x"], row["box_y"], row["box_w"], row["box_h"])
        size = row["crop_w"], row["crop_h"]
        cut = cut_of_size(box, (row["frame_w"], row["frame_h"]), size)
        if cut is None:
            continue
        side = max(box.w, box.h) * (1 + 2 * DEFAULT_MARGIN)
        x, y = box.x + box.w / 2 - cut.x, box.y + box.h / 2 - cut.y
        regions[row["crop"]] = Region(
            (x - side / 2) / size[0],
            (y - side / 2) / size[1],
            (x + side / 2) / size[0],
            (y + side / 2) / size[1],
        )
    return regions


def align(evidence: Evidence, region: Region, side: int = RASTER_PX) -> Aligned:
    """Face (side, side, 3) and magnitude (side, side) of the region; NaN outside the crop."""
    import cv2

    height, width = evidence.magnitude.shape
    left, right = round(region.left * width), round(region.right * width)
    top, bottom = round(region.top * height), round(region.bottom * height)
    layers = np.full((max(bottom - top, 1), max(right - left, 1), 4), np.nan, np.float32)
    y0, y1 = max(top, 0), min(bottom, height)
    x0, x1 = max(left, 0), min(right, width)
    if y1 > y0 and x1 > x0:
        inside = layers[y0 - top : y1 - top, x0 - left : x1 - left]
        inside[..., :3] = evidence.face[y0:y1, x0:x1]
        inside[..., 3] = evidence.magnitude[y0:y1, x0:x1]
    shrinks = min(layers.shape[:2]) > side
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    if layers.shape[:2] != (side, side):
        layers = np.asarray(cv2.resize(layers, (side, side), interpolation=method), np.float32)
    return layers[..., :3], layers[..., 3]


def average(aligned: Iterable[Aligned]) -> MeanFace:
    """Pixel by pixel over the faces that reach there; one at a time, so memory stays small."""
    count = 0
    sums: list[NDArray[np.float64]] = []
    reach: list[NDArray[np.int64]] = []
    for layers in aligned:
        count += 1
        if not sums:
            sums = [np.zeros(a.shape) for a in layers]
            reach = [np.zeros(a.shape, np.int64) for a in layers]
        for total, times, layer in zip(sums, reach, layers, strict=True):
            there = ~np.isnan(layer)
            total[there] += layer[there]
            times += there
    face, magnitude = (
        np.divide(t, n, out=np.full(t.shape, np.nan), where=n > 0)
        for t, n in zip(sums, reach, strict=True)
    )
    return MeanFace(
        count,
        np.rint(np.nan_to_num(face, nan=255.0)).astype(np.uint8),
        magnitude.astype(np.float32),
    )


LABEL_IN, GAP_IN, BAR_IN = 0.8, 0.05, 0.72
# of a manifest
LOOKED_AT = (
    *("status", "crop", "crop_w", "crop_h", "frame_w", "frame_h"),
    *("box_x", "box_y", "box_w", "box_h"),
)
ROWS = ("mean face", "mean cue\nmagnitude", "both")
PER_LINE = 8


def draw_where(run: FigureRun, means: dict[str, MeanFace], out: Path) -> Drawn:
    """Write where.png and .svg.

    Args:
        run: that the averages are of.
        means: as of :func:`spoofcue.figures.where.mean_faces`.
        out: folder.

    """
    scale = float(np.nanpercentile(np.stack([m.magnitude for m in means.values()]), 99.5))
    scale = max(scale, float(np.finfo(np.float32).tiny))
    files = _draw(means, scale, out)
    return Drawn(
        "where",
        "Where on the face the evidence lies",
        f"Mean cue magnitude over aligned test faces of {run.name}, live and each attack "
        "instrument: "
        f"{', '.join(f'{m.faces} {k}' for k, m in means.items())} faces (at most {FACES_A_KIND} of "
        "a kind, evenly spaced). Each face is cut to the square about its face box with "
        f"{100 * DEFAULT_MARGIN:.0f} % margin on each side and resized to {RASTER_PX} px before "
        "averaging; no landmark is used, so poses blur. One colour scale (colour by the square "
        f"root): black = 0, brightest = {number(scale)}, the 99.5th percentile of these means. "
        "Last row: the map over the mean face in grey, the more opaque the stronger.",
        True,
        files,
        {"scale": scale, "faces": {k: m.faces for k, m in means.items()},
         "mean": {k: float(np.nanmean(m.magnitude)) for k, m in means.items()}},
    )  # fmt: skip


def _draw(means: dict[str, MeanFace], scale: float, out: Path) -> dict[str, str]:
    import matplotlib as mpl

    columns = min(len(means), PER_LINE)
    lines = -(-len(means) // columns)
    side = min((WIDTH_IN - LABEL_IN - BAR_IN - GAP_IN * (columns - 1)) / columns, 1.3)
    names = {k: shown(k, int(side / 0.072)) for k in means}
    above = 0.13 * max(n.count("\n") + 1 for n in names.values())
    head = 0.21 + above
    line_height = head + 3 * (side + GAP_IN)
    width = LABEL_IN + columns * (side + GAP_IN) + BAR_IN
    height = lines * line_height
    with canvas(width, height) as figure:
        heat = None
        for index, (kind, mean) in enumerate(means.items()):
            line, column = divmod(index, columns)
            left, top = LABEL_IN + column * (side + GAP_IN), line * line_height + head
            label(figure, left + side / 2, top - 0.16 - above / 2, names[kind], "center", bold=True)
            label(figure, left + side / 2, top - 0.08, f"n = {mean.faces}", "center", size=6.5)
            tops = [top + k * (side + GAP_IN) for k in range(3)]
            show(place(figure, left, tops[0], side, side), mean.face)
            values = np.nan_to_num(mean.magnitude)
            heat = show(place(figure, left, tops[1], side, side), values, scale)
            grey = np.repeat(mean.face.mean(axis=2, keepdims=True) / 255, 3, axis=2)
            level = np.sqrt(np.clip(values / scale, 0, 1))[..., None]
            warm = mpl.colormaps[HEAT](level[..., 0])[..., :3]
            show(
                place(figure, left, tops[2], side, side),
                grey * 0.85 * (1 - 0.85 * level) + warm * 0.85 * level,
            )
            if column == 0:
                for y, text in zip(tops, ROWS, strict=True):
                    label(figure, LABEL_IN - 0.07, y + side / 2, text, "right")
        bar_left = LABEL_IN + columns * (side + GAP_IN) - GAP_IN + 0.1
        axes = place(figure, bar_left, head, 0.09, 3 * side + 2 * GAP_IN)
        colour_bar(figure, heat, axes, scale, "mean cue magnitude, mean |C|")
        return save(figure, out, "where")
