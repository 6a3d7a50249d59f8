"""From a bona fide photo to a live picture or an attack, through one camera.

`presentation` draws the parameters; `render_live` and `render_attack` are pure functions of them,
of the photo and of a seed: what a manifest records is enough to make the picture again.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.camera import OVERSAMPLING, photograph
from spoofcue.simulate.device import Device, near_blur
from spoofcue.simulate.lighting import room_light, soften
from spoofcue.simulate.placement import (
    Tilt,
    photo_from_fine,
    photo_maps,
)
from spoofcue.simulate.presentation import (
    Circumstances,
    Instrument,
    Portrait,
    Presentation,
    Sight,
)
from spoofcue.simulate.raster import FloatImage, Generator, Rgb, linear_from_srgb
from spoofcue.simulate.surround import surround


def render_live(
    portrait: Portrait, device: Device, now: Circumstances, rng: Generator
) -> NDArray[np.uint8]:
    """A live face through the camera, (s, s, 3) uint8 RGB.

    Args:
        portrait: the person as light reaches the camera.
        device: camera.
        now: view, light and shot.
        rng: sensor noise.

    """
    radiance, illuminant = live_radiance(portrait, now)
    return photograph(radiance, device, now.shot, illuminant=illuminant, rng=rng)


def render_attack(
    portrait: Portrait,
    instrument: Instrument,
    *,
    device: Device,
    now: Circumstances,
    how: Presentation,
    rng: Generator,
    wearer: Portrait | None = None,
) -> NDArray[np.uint8]:
    """A photo on paper, on a display or as a mask, before the same camera.

    Args:
        portrait: the attacker's picture of the victim.
        instrument: printer, display or mask.
        device: camera.
        now: view, light and shot.
        how: presentation.
        rng: sensor noise.
        wearer: who wears a mask; the victim's own photo, mirrored, if None.

    Returns:
        (s, s, 3) uint8 RGB.

    """
    radiance, illuminant = attack_radiance(portrait, instrument, now, how, wearer)
    near_px = near_blur(device, how.face_mm)
    return photograph(radiance, device, now.shot, illuminant=illuminant, rng=rng, near_px=near_px)


def attack_radiance(
    portrait: Portrait,
    instrument: Instrument,
    now: Circumstances,
    how: Presentation,
    wearer: Portrait | None = None,
    live: FloatImage | None = None,
) -> tuple[FloatImage, Rgb]:
    """Light of an attack before it meets the camera; see :func:`render_attack`.

    ``live`` is the light of the wearer where a scene has drawn it.

    Returns:
        (S, S, 3) float32 linear radiance on the fine grid, and the camera's guess of white.

    """
    size = now.view.side_px * OVERSAMPLING
    matrix = photo_from_fine(now.view, how.tilt, portrait.face, OVERSAMPLING)
    u, v = photo_maps(matrix, size, how.tilt, portrait.face)
    portrait, u, v = in_view(portrait, u, v)
    mm = how.face_mm / portrait.face[2]
    texture = np.random.default_rng(how.seed)
    sight = Sight(portrait, now, how, u, v, mm, texture, wearer, live)
    radiance, white = instrument.radiance(sight)
    if how.around.seen:
        radiance = surround(
            radiance, how.around, portrait.face, u=u, v=v, mm=mm, lamp=now.lamp, rng=texture
        )
    return radiance, white


def live_radiance(portrait: Portrait, now: Circumstances) -> tuple[FloatImage, Rgb]:
    """Light of a live face before it meets the camera, as :func:`attack_radiance` gives it."""
    size = now.view.side_px * OVERSAMPLING
    matrix = photo_from_fine(now.view, Tilt(), portrait.face, OVERSAMPLING)
    radiance = linear_from_srgb(seen(portrait.photo, matrix, (size, size)))
    if portrait.lit:
        return radiance, now.lamp.illuminant
    radiance = soften(radiance, now.lamp.fill)
    return radiance * room_light(now.lamp, size), now.lamp.illuminant


def in_view(
    portrait: Portrait, u: FloatImage, v: FloatImage
) -> tuple[Portrait, FloatImage, FloatImage]:
    """Only the part of the photo that the camera sees, so that no work is done on the rest."""
    height, width = portrait.photo.shape[:2]
    pad = 8
    x0, x1 = max(int(u.min()) - pad, 0), min(int(u.max()) + pad, width)
    y0, y1 = max(int(v.min()) - pad, 0), min(int(v.max()) + pad, height)
    if u.min() < pad or v.min() < pad or u.max() > width - pad or v.max() > height - pad:
        # the photo ends in view and is mirrored there, which needs its true border
        x0, y0, x1, y1 = 0, 0, width, height
    left, top, wide, high = portrait.face
    part = Portrait(portrait.photo[y0:y1, x0:x1], (left - x0, top - y0, wide, high), portrait.lit)
    return part, u - np.float32(x0), v - np.float32(y0)


def seen(
    photo: NDArray[np.uint8], matrix: NDArray[np.float64], size: tuple[int, int]
) -> NDArray[np.uint8]:
    """The photo through a homography onto a grid, shrunk first where it is much finer.

    Args:
        photo: (H, W, 3) uint8 sRGB.
        matrix: (3, 3) from the grid to the photo, photo px.
        size: width and height of the grid.

    """
    photo, scale = shrunk(photo, float(np.hypot(matrix[0, 0], matrix[1, 0]) / matrix[2, 2]))
    to_small = np.diag([scale, scale, 1.0]) @ matrix
    return np.asarray(
        cv2.warpPerspective(
            photo,
            to_small,
            size,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT_101,
        )
    )


def sampled(
    photo: NDArray[np.uint8], u: FloatImage, v: FloatImage, scale: float, *, nearest: bool = False
) -> NDArray[np.uint8]:
    """``photo``, drawn at ``scale`` of the portrait, at portrait coordinates (u, v)."""
    step = abs(float(u[0, 1] - u[0, 0])) * scale
    photo, more = shrunk(photo, step)
    scale *= more
    half = np.float32(0.5)
    x = (u + half) * np.float32(scale) - half
    y = (v + half) * np.float32(scale) - half
    method = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
    return np.asarray(cv2.remap(photo, x, y, method, borderMode=cv2.BORDER_REFLECT_101))


def shrunk(photo: NDArray[np.uint8], step: float) -> tuple[NDArray[np.uint8], float]:
    """A photo and its scale, averaged down until a sample advances by less than 1.5 px or so."""
    if step <= 1.5:
        return photo, 1.0
    height, width = photo.shape[:2]
    size = (max(round(width / step), 2), max(round(height / step), 2))
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA)), 1 / step
