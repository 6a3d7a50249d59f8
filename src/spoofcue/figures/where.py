"""Where on the face the evidence lies: cue maps averaged over aligned faces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spoofcue.data.manifest import read_manifest
from spoofcue.faces.box import Box
from spoofcue.faces.crop import DEFAULT_MARGIN, expand_box
from spoofcue.figures.evidence import Evidence, face_evidence
from spoofcue.figures.run import FigureRun
from spoofcue.media.image import read_image
from spoofcue.scoring.face import FaceScorer
from spoofcue.scoring.scale import spread

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
    boxes = face_regions(read_manifest(data))
    found: dict[str, MeanFace] = {}
    done = 0

    def aligned(kind: str) -> Iterator[Aligned]:
        nonlocal done
        faces = sorted((f for f in run.faces if f.kind == kind), key=lambda f: (f.subject, f.crop))
        for at in spread(len(faces), FACES_A_KIND):
            evidence = face_evidence(model, read_image(data / faces[at].crop))
            assert evidence is not None  # the caller has seen that this method makes cue maps
            yield align(evidence, boxes.get(faces[at].crop, WHOLE))
            done += 1
            if progress:
                progress(done)

    for kind in run.kinds:
        found[kind] = average(aligned(kind))
    return found


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
        cut = _cut(box, (row["frame_w"], row["frame_h"]), size)
        if cut is None:
            continue
        side = max(box.w, box.h) * (1 + 2 * DEFAULT_MARGIN)
        x, y = box.x + box.w / 2 - cut[0], box.y + box.h / 2 - cut[1]
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
        for total, number, layer in zip(sums, reach, layers, strict=True):
            there = ~np.isnan(layer)
            total[there] += layer[there]
            number += there
    face, magnitude = (
        np.divide(t, n, out=np.full(t.shape, np.nan), where=n > 0)
        for t, n in zip(sums, reach, strict=True)
    )
    return MeanFace(
        count,
        np.rint(np.nan_to_num(face, nan=255.0)).astype(np.uint8),
        magnitude.astype(np.float32),
    )


def _cut(box: Box, frame: tuple[int, int], crop: tuple[int, int]) -> tuple[int, int] | None:
    """Left and top of the crop in the frame: the whole frame, or a box with some margin."""
    if crop == frame:
        return 0, 0
    # The margin of the preparation is not in the manifest; the one that gives this size is it.
    for hundredths in range(0, 101, 5):
        cut = expand_box(box, hundredths / 100, *frame)
        if (cut.w, cut.h) == crop:
            return cut.x, cut.y
    return None
