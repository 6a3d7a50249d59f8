"""The whole medium: a sheet with its cut edges, a screen with its frame and what it shows about
the picture, in millimetres; and how much of the attacker's picture is on it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.presentation import Portrait
from spoofcue.simulate.raster import FloatImage, Generator, Rgb
from spoofcue.simulate.scene.interface import paint_interface

Box = tuple[float, float, float, float]  # left, top, right, bottom, mm from the face's middle
# the most that the medium's picture is wide or high, px
_MOST_PX = 1500


@dataclass(frozen=True, slots=True)
class Medium:
    """A sheet or a device, and how the picture lies on it.

    Attributes:
        kind: ``sheet``, ``phone``, ``tablet``, ``laptop``, ``monitor`` or ``television``.
        width_mm, height_mm: of the sheet or the screen.
        aspect: width over height of the part of the picture that is shown.
        spread: how much of the picture that is, 0 hardly more than the face..1 all that fits.
        aside: where the face lies in it, parts of its width and height from the middle.
        share: of the medium's width that the picture takes, above 0..1.
        place: of the picture on the rest of the medium, 0 left or top..1.
        ground: sRGB around the picture; white is a sheet's paper.
        bars: status, head and foot bars are shown.
        frame_mm: of the device, left, top, right, bottom.
        corner_mm: radius of the outer corners.
        shade: reflectance of the frame.
        slant: of each side of a sheet against a true rectangle, radians; left, top, right, bottom.
        ragged_mm: how far a hand's cut wanders.
        cut_out: a sheet is cut along head and shoulders.
        seed: of what is written and of the cut.

    """

    kind: str
    width_mm: float
    height_mm: float
    aspect: float
    spread: float
    aside: tuple[float, float]
    share: float
    place: tuple[float, float]
    ground: tuple[int, int, int]
    bars: bool
    frame_mm: tuple[float, float, float, float]
    corner_mm: float
    shade: Rgb
    slant: tuple[float, float, float, float]
    ragged_mm: float
    cut_out: bool
    seed: int

    def to_dict(self) -> dict[str, object]:
        """For the record of parameters."""
        return asdict(self)


def draw_sheet(rng: Generator) -> Medium:
    """A photo print, a half or whole page, whole or cut by hand, with a white border or none."""
    width, height = [(100, 150), (130, 180), (148, 210), (210, 297), (210, 297)][
        int(rng.integers(5))
    ]
    if rng.uniform() < 0.25:
        width, height = height, width
    grow = float(rng.uniform(0.75, 1.0))  # cut off, or a smaller format
    bare = rng.uniform() < 0.45
    by_hand = rng.uniform() < 0.6
    aspect = width / height * float(np.exp(rng.normal(0, 0.12)))
    if rng.uniform() < 0.25:
        aspect = float(rng.choice([1.0, 0.75, 1.33]))
    slant = rng.normal(0, 0.02 if by_hand else 0.002, 4)
    return Medium(
        kind="sheet",
        width_mm=width * grow,
        height_mm=height * grow,
        aspect=width / height if bare else aspect,
        spread=float(rng.uniform(0, 1)),
        aside=(float(rng.normal(0, 0.05)), float(rng.normal(0.05, 0.05))),
        share=1.0 if bare else float(rng.uniform(0.6, 0.97)),
        place=(float(rng.uniform(0.3, 0.7)), float(rng.uniform(0.2, 0.7))),
        ground=(255, 255, 255),
        bars=False,
        frame_mm=(0.0, 0.0, 0.0, 0.0),
        corner_mm=float(rng.choice([0.0, 3.0])),
        shade=(0.0, 0.0, 0.0),
        slant=(float(slant[0]), float(slant[1]), float(slant[2]), float(slant[3])),
        ragged_mm=float(rng.uniform(0.3, 2.5)) if by_hand else 0.0,
        cut_out=bool(rng.uniform() < 0.07),
        seed=int(rng.integers(2**31)),
    )


def draw_screen(rng: Generator, kind: str) -> Medium:
    """A device of that kind, upright or on its side, and how it shows a photo or a video."""
    wide, high = {
        "phone": (float(rng.uniform(62, 72)), float(rng.uniform(1.75, 2.2))),
        "tablet": (float(rng.uniform(120, 170)), float(rng.uniform(1.33, 1.6))),
        "laptop": (float(rng.uniform(165, 215)), float(rng.uniform(1.5, 1.78))),
        "monitor": (float(rng.uniform(270, 360)), float(rng.uniform(1.6, 1.78))),
        "television": (float(rng.uniform(400, 800)), 1.78),
    }[kind]
    lying = kind not in ("phone", "tablet") or rng.uniform() < (0.12 if kind == "phone" else 0.4)
    width, height = (wide * high, wide) if lying else (wide, wide * high)
    full = rng.uniform() < 0.45
    aspect = width / height if full else float(rng.choice([0.5625, 0.75, 0.8, 1.0, 1.33, 1.78]))
    thick = {
        "phone": rng.uniform(1.5, 6), "tablet": rng.uniform(5, 18), "laptop": rng.uniform(5, 18),
        "monitor": rng.uniform(5, 25), "television": rng.uniform(8, 35),
    }[kind]  # fmt: skip
    old = kind == "phone" and rng.uniform() < 0.25  # with a chin and a forehead
    along = float(thick + (rng.uniform(8, 18) if old else 0))
    across = float(thick)
    sides = (along, across, along, across) if lying else (across, along, across, along)
    if kind in ("laptop", "monitor", "television"):
        sides = (across, across, across, across * float(rng.uniform(1, 2.5)))
    corner = {"phone": (4, 13), "tablet": (5, 15)}.get(kind, (0, 6))
    dark = rng.uniform() < 0.8
    level = float(np.exp(rng.uniform(*np.log([0.012, 0.05] if dark else [0.3, 0.8]))))
    grounds = [(0, 0, 0)] * 5 + [(255, 255, 255)] * 3 + [(32, 33, 36), (60, 90, 140)]
    windowed = kind in ("laptop", "monitor") and not full
    return Medium(
        kind=kind,
        width_mm=width,
        height_mm=height,
        aspect=aspect,
        spread=float(rng.uniform(0, 1)),
        aside=(float(rng.normal(0, 0.10 if lying else 0.04)), float(rng.normal(0.06, 0.05))),
        share=float(rng.uniform(0.35, 1.0)) if windowed else 1.0,
        place=(float(rng.uniform(0.1, 0.9)), float(rng.uniform(0.3, 0.7))),
        ground=grounds[int(rng.integers(len(grounds)))],
        bars=bool(rng.uniform() < (0.3 if full else 0.85)),
        frame_mm=sides,
        corner_mm=float(rng.uniform(*corner)),
        shade=(level, level, level * float(rng.uniform(0.92, 1.1))),
        slant=(0.0, 0.0, 0.0, 0.0),
        ragged_mm=0.0,
        cut_out=False,
        seed=int(rng.integers(2**31)),
    )


def compose(portrait: Portrait, medium: Medium) -> tuple[Portrait, float]:
    """What the whole medium shows, and the width of one of its px on the medium, mm.

    Args:
        portrait: the attacker's picture.
        medium: that shows it.

    Returns:
        The medium's own picture with the face's box in it, (H, W, 3) uint8 sRGB: the photo, the
        ground about it, bars and buttons; and mm a px.

    """
    photo, face = _part(portrait, medium)
    rows, columns = photo.shape[:2]
    wide = min(medium.width_mm * medium.share, medium.height_mm * medium.share * columns / rows)
    px_mm = columns / wide
    most = max(medium.width_mm, medium.height_mm) * px_mm
    if most > _MOST_PX:
        shrink = _MOST_PX / most
        size = max(round(columns * shrink), 8), max(round(rows * shrink), 8)
        photo = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
        face = (face[0] * shrink, face[1] * shrink, face[2] * shrink, face[3] * shrink)
        rows, columns = photo.shape[:2]
        px_mm = columns / wide
    width, height = (max(round(medium.width_mm * px_mm), columns),
                     max(round(medium.height_mm * px_mm), rows))  # fmt: skip
    page = np.full((height, width, 3), medium.ground, np.uint8)
    x = round((width - columns) * medium.place[0])
    y = round((height - rows) * medium.place[1])
    page[y : y + rows, x : x + columns] = photo
    if medium.bars:
        free = y, height - y - rows
        paint_interface(page, px_mm, free, medium.kind, medium.ground, medium.seed)
    return Portrait(page, (face[0] + x, face[1] + y, face[2], face[3]), portrait.lit), 1 / px_mm


def _part(portrait: Portrait, medium: Medium) -> tuple[NDArray[np.uint8], Box]:
    rows, columns = portrait.photo.shape[:2]
    left, top, wide, high = portrait.face
    most = min(columns, rows * medium.aspect)
    least = min(max(1.35 * wide, 1.5 * high * medium.aspect), most)
    width = least * (most / least) ** medium.spread
    height = width / medium.aspect
    x = left + wide / 2 - width * (0.5 + medium.aside[0])
    y = top + high / 2 - height * (0.5 - medium.aside[1])
    x, y = np.clip(x, 0, columns - width), np.clip(y, 0, rows - height)
    x0, y0, x1, y1 = int(x), int(y), int(x + width), int(y + height)
    return portrait.photo[y0:y1, x0:x1], (left - x0, top - y0, wide, high)


def box_mm(page: Portrait, px_mm: float) -> Box:
    """Edges of what the medium shows, mm from the face's middle."""
    left, top, wide, high = page.face
    x, y = left + wide / 2, top + high / 2
    rows, columns = page.photo.shape[:2]
    return -x * px_mm, -y * px_mm, (columns - x) * px_mm, (rows - y) * px_mm


def outer(box: Box, medium: Medium) -> Box:
    """Edges of the whole thing with its frame."""
    left, top, right, bottom = medium.frame_mm
    return box[0] - left, box[1] - top, box[2] + right, box[3] + bottom


def beyond_edge(x: FloatImage, y: FloatImage, box: Box, corner_mm: float) -> FloatImage:
    """Signed distance outside a rounded rectangle, mm; negative inside."""
    left, top, right, bottom = box
    cx, cy = (left + right) / 2, (top + bottom) / 2
    half_w, half_h = (right - left) / 2 - corner_mm, (bottom - top) / 2 - corner_mm
    dx, dy = np.abs(x - np.float32(cx)) - half_w, np.abs(y - np.float32(cy)) - half_h
    outside = np.hypot(np.maximum(dx, 0), np.maximum(dy, 0))
    return np.asarray(outside + np.minimum(np.maximum(dx, dy), 0) - corner_mm, np.float32)


def beyond_cut(x: FloatImage, y: FloatImage, box: Box, medium: Medium, face_mm: float
               ) -> FloatImage:  # fmt: skip
    """Signed distance outside a sheet as it was cut, mm; negative on the paper."""
    rng = np.random.default_rng([medium.seed, 0xC07])
    left, top, right, bottom = box
    cx, cy = (left + right) / 2, (top + bottom) / 2
    a, b, c, d = (np.float32(s) for s in medium.slant)
    away = np.maximum(
        np.maximum(left - x + a * (y - np.float32(cy)), top - y + b * (x - np.float32(cx))),
        np.maximum(x - right + c * (y - np.float32(cy)), y - bottom + d * (x - np.float32(cx))),
    )
    if medium.corner_mm:
        away = np.maximum(away, beyond_edge(x, y, box, medium.corner_mm))
    if medium.cut_out:
        head = np.hypot(x / np.float32(0.85), (y + np.float32(0.1 * face_mm)) / np.float32(1.1))
        head = head - np.float32(face_mm)
        body = np.abs(x) - np.float32(1.6 * face_mm)
        body = np.maximum(body, np.float32(0.8 * face_mm) - y + 0.2 * np.abs(x))
        away = np.maximum(away, np.minimum(head, body))
    if medium.ragged_mm:
        angle = np.arctan2(y - np.float32(cy), x - np.float32(cx))
        for waves in (3, 7, 16, 37):
            phase = float(rng.uniform(0, 2 * np.pi))
            part = medium.ragged_mm * float(rng.normal(0, 0.7)) / waves**0.5
            away = away + np.float32(part) * np.sin(np.float32(waves) * angle + np.float32(phase))
    return np.asarray(away, np.float32)
