"""A person cut out of a portrait, and what a portrait does not show of them.

A portrait ends near the head. Beyond its sides the shoulders go on downward, below it the
clothes go on, above it a head that was cut is closed; nothing but clothes and a strip beside the
border is ever repeated, so that no second head appears. Which part of the portrait is the person
is told by colour (GrabCut), about where the face says that a head and shoulders are.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.lighting import Lamp, soften
from spoofcue.simulate.placement import FaceBox, Tilt, photo_maps
from spoofcue.simulate.presentation import Portrait
from spoofcue.simulate.raster import FloatImage, blur, linear_from_srgb, luminance
from spoofcue.simulate.recapture import shrunk

# the cut is made with the face this wide, px
_CUT_FACE = 40
# half the width of the shoulders, in face widths
SHOULDERS = 1.75


@dataclass(frozen=True, slots=True)
class Figure:
    """A person on a grid of lines of sight, all (C, C) or (C, C, 3) float32.

    Attributes:
        light: linear light of the person, and of what the portrait shows behind.
        person: 0 behind..1 the person.
        beyond: how far outside the portrait a sample lies, face widths; 0 inside.
        behind: what the portrait's background looks like from afar, continued outward.
        plain: 0..1, how far that background is one surface without things in it.
        border: how far inside the portrait's sides and top a sample lies, face widths.

    """

    light: FloatImage
    person: FloatImage
    beyond: FloatImage
    behind: FloatImage
    plain: float
    border: FloatImage


def figure(portrait: Portrait, matrix: NDArray[np.float64], size: int, lamp: Lamp) -> Figure:
    """The person as a grid sees them.

    Args:
        portrait: photo and face.
        matrix: (3, 3) homography from the grid to the photo, photo px.
        size: side C of the grid.
        lamp: whose fill light softens a photo.

    """
    u, v = photo_maps(matrix, size, Tilt(), portrait.face)
    shape = portrait.photo.shape[:2]
    x, y, beyond = continued(u, v, shape, portrait.face)
    # the outline goes on from the very border; the look of the clothes from a strip beside it
    edge_x, edge_y = np.clip(x, 0, shape[1] - 1), np.clip(y, 0, shape[0] - 1)
    fold(x, y, shape, portrait.face)
    matte, behind, plain = _parts(portrait)
    scale = matte.shape[1] / portrait.photo.shape[1]
    person = _at(matte, edge_x, edge_y, scale, cv2.BORDER_REPLICATE)
    # the map is smooth inside the portrait only, and there it has one scale
    step = float(np.hypot(matrix[0, 0], matrix[1, 0]) / matrix[2, 2])
    photo, factor = shrunk(portrait.photo, step)
    light = _at(decoded(photo, portrait, lamp), x, y, factor, cv2.BORDER_REPLICATE)
    if not portrait.lit:
        behind = soften(behind, lamp.fill)
    far = _at(behind, u, v, behind.shape[1] / portrait.photo.shape[1], cv2.BORDER_REPLICATE)
    columns, wide = portrait.photo.shape[1], portrait.face[2]
    border = np.minimum(np.minimum(u, columns - 1 - u), v) * np.float32(1 / wide)
    return Figure(light, person, beyond, far, plain, border)


def decoded(photo: NDArray[np.uint8], portrait: Portrait, lamp: Lamp) -> FloatImage:
    """Linear light of a portrait's pixels, softened by the lamp's fill unless it is lit already."""
    table = linear_from_srgb(np.arange(256, dtype=np.uint8))
    if not portrait.lit:
        table = soften(table, lamp.fill)
    return np.asarray(cv2.LUT(photo, table.ravel()), np.float32)


def continued(
    u: FloatImage, v: FloatImage, shape: tuple[int, int], face: FaceBox
) -> tuple[FloatImage, FloatImage, FloatImage]:
    """Where the portrait would have to be looked at for a place that may be outside of it.

    Beside the portrait shoulders sink; what then still lies outside, :func:`fold` brings in.

    Args:
        u: (C, C) float32, photo px.
        v: likewise, downward.
        shape: height and width of the photo.
        face: its box.

    Returns:
        x and y, photo px, and the distance outside the photo, face widths, each (C, C) float32.

    """
    last_row, last_column = shape[0] - 1, shape[1] - 1
    left, _, wide, _ = face
    middle = left + wide / 2
    over_left, over_right = np.maximum(-u, 0), np.maximum(u - last_column, 0)
    side = (over_left + over_right) * np.float32(1 / wide)
    above = np.maximum(-v, 0) * np.float32(1 / wide)
    below = np.maximum(v - last_row, 0) * np.float32(1 / wide)
    beyond = np.sqrt(side * side + above * above + below * below)
    # shoulders slope, and arms fall where shoulders end
    room_left = max(SHOULDERS - middle / wide, 0.25)
    room_right = max(SHOULDERS - (last_column - middle) / wide, 0.25)
    turn = np.minimum((over_left / room_left + over_right / room_right) / np.float32(wide), 1.6)
    droop = np.float32(0.45) * side + np.float32(1.6) * turn**4
    y = v - np.float32(wide) * droop
    # a head that the border cut is closed by a dome
    dome = np.sqrt(np.maximum(1 - (above * np.float32(1 / 0.18)) ** 2, np.float32(1e-4)))
    x = np.where(above > 0, np.float32(middle) + (u - np.float32(middle)) / dome, u)
    return x.astype(np.float32), y.astype(np.float32), beyond.astype(np.float32)


def fold(x: FloatImage, y: FloatImage, shape: tuple[int, int], face: FaceBox) -> None:
    """Bring places outside the photo into a strip beside its border, in place.

    Args:
        x: (C, C) float32, photo px, from :func:`continued`.
        y: likewise.
        shape: height and width of the photo.
        face: its box, which no strip reaches.

    """
    last_row, last_column = shape[0] - 1, shape[1] - 1
    left, top, wide, high = face
    strips = 0.5 * left, 0.5 * (last_column - left - wide), 0.7 * (last_row - top - 1.25 * high)
    near = [float(np.clip(s, 1, m * wide)) for s, m in zip(strips, (0.12, 0.12, 0.06), strict=True)]
    _fold(x, x < 0, 0, near[0], 1)
    _fold(x, x > last_column, last_column, near[1], -1)
    _fold(y, y > last_row, last_row, near[2], -1)
    _fold(y, y < 0, 0, 0.06 * wide, 1)


def _fold(
    place: FloatImage, where: NDArray[np.bool_], border: float, strip: float, inward: int
) -> None:
    """Walk a strip beside the border there and back, again and again, in place."""
    over = np.abs(place[where] - np.float32(border))
    back = np.abs((over + np.float32(strip)) % np.float32(2 * strip) - np.float32(strip))
    place[where] = np.float32(border) + np.float32(inward) * back


def _at(image: FloatImage, x: FloatImage, y: FloatImage, scale: float, border: int) -> FloatImage:
    """An image, drawn at ``scale`` of the photo, at photo coordinates."""
    half, by = np.float32(0.5), np.float32(scale)
    across, down = (x + half) * by - half, (y + half) * by - half
    seen = cv2.remap(image, across, down, cv2.INTER_LINEAR, borderMode=border)
    return np.asarray(seen, np.float32)


def _parts(portrait: Portrait) -> tuple[FloatImage, FloatImage, float]:
    """Matte, background and plainness of a portrait, at the size of the cut."""
    scale = min(_CUT_FACE / portrait.face[2], 1.0)
    height, width = portrait.photo.shape[:2]
    size = max(round(width * scale), 8), max(round(height * scale), 8)
    small = np.asarray(cv2.resize(portrait.photo, size, interpolation=cv2.INTER_AREA), np.uint8)
    return _cut(small.tobytes(), small.shape, tuple(c * scale for c in portrait.face))


def _told_apart(small: NDArray[np.uint8], classes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """1 where GrabCut finds the person, from what is sure and what is likely."""
    cv2.setRNGSeed(0)  # its k-means draws from a generator of OpenCV's
    bgr = np.ascontiguousarray(small[..., ::-1])
    none = np.zeros((1, 65))
    cv2.grabCut(bgr, classes, (0, 0, 1, 1), none, none.copy(), 3, cv2.GC_INIT_WITH_MASK)
    return ((classes == cv2.GC_FGD) | (classes == cv2.GC_PR_FGD)).astype(np.uint8)


@functools.lru_cache(maxsize=64)
def _cut(
    pixels: bytes, shape: tuple[int, int, int], face: FaceBox
) -> tuple[FloatImage, FloatImage, float]:
    small = np.frombuffer(pixels, np.uint8).reshape(shape)
    left, top, wide, high = face
    x = (np.arange(shape[1])[None, :] - left - wide / 2) / wide + np.zeros((shape[0], 1))
    y = (np.arange(shape[0])[:, None] - top - high / 2) / wide + np.zeros((1, shape[1]))
    classes = np.full(shape[:2], cv2.GC_PR_BGD, np.uint8)
    torso = (y > 0.6) & (np.abs(x) < 0.4 + 1.9 * (y - 0.6))
    classes[torso & (np.abs(x) < SHOULDERS)] = cv2.GC_PR_FGD
    classes[(x / 0.54) ** 2 + ((y + 0.10) / 0.78) ** 2 < 1] = cv2.GC_PR_FGD
    classes[(x / 0.42) ** 2 + ((y - 0.02) / 0.58) ** 2 < 1] = cv2.GC_FGD
    classes[(y > 1.1) & (np.abs(x) < 0.6)] = cv2.GC_FGD
    classes[(y < 0.3) & (x**2 + ((y + 0.15) / 1.25) ** 2 > 1)] = cv2.GC_BGD
    classes[0, :2] = classes[0, -2:] = cv2.GC_BGD  # some background there must be
    found = _told_apart(small, classes.copy())
    # a background that looks like the person is taken for them, mostly on the lit side alone
    beside = (y < 0.25) & (np.abs(x) > 0.5) & ((x / 0.55) ** 2 + (y + 0.12) ** 2 > 1)
    halves = [beside & (x < 0), beside & (x > 0)]
    shares = [float(found[half].mean()) if half.any() else 0.0 for half in halves]
    for half, share, other in zip(halves, shares, shares[::-1], strict=True):
        if share > 0.6 and (other < 0.4 or share > 0.9):
            classes[half] = cv2.GC_BGD
    if (classes[beside] == cv2.GC_BGD).any():
        found = _told_apart(small, classes)
    found = np.asarray(cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((3, 3))), np.uint8)
    matte = blur(found.astype(np.float32), 0.7)
    light = linear_from_srgb(small)
    around = (1 - blur(found.astype(np.float32), 2.0))[..., None] ** 2 * (found == 0)[..., None]
    around = np.asarray(around, np.float32) + np.float32(1e-6)
    behind = light * around
    total = around
    for sigma in (0.1 * wide, 0.4 * wide, 1.6 * wide):
        weight = blur(np.asarray(around[..., 0], np.float32), sigma)[..., None]
        behind = behind + np.float32(0.02) * blur(light * around, sigma)
        total = total + np.float32(0.02) * weight
    behind = np.asarray(blur(behind, 0.12 * wide) / blur(total[..., 0], 0.12 * wide)[..., None])
    away = np.abs(luminance(light) - luminance(behind.astype(np.float32)))
    rough = float((away * around[..., 0]).sum() / around.sum())
    rough /= float(luminance(behind.astype(np.float32)).mean()) + 0.02
    return matte, behind.astype(np.float32), float(np.clip(2.2 - 16 * rough, 0, 1))
