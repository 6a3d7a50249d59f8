"""Presentation media: what a photo looks like on paper or on a display, before any camera.

Both take the photo as sRGB codes, the way a printer or a panel gets it, and give the radiance of
the medium's surface on a finer grid of its own, in linear light.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.catalogue import Display, Printer
from spoofcue.simulate.colour import linear_from_srgb
from spoofcue.simulate.noise import Generator, Image, fractal_noise, grain
from spoofcue.simulate.scene import Light


def printed(
    photo: NDArray[np.uint8], printer: Printer, light: Light, px_per_mm: float, rng: Generator
) -> Image:
    """Radiance of a lit print, (H, W, 3) float32.

    Each ink is a plate of clustered dots: the ink covers the paper where its tone exceeds a
    threshold that repeats ``lines_per_mm`` times along the plate's angle. Inks multiply
    (Neugebauer primaries as products), dot gain widens the dots.

    Args:
        photo: (H, W, 3) uint8 sRGB on the surface's grid.
        printer: instrument.
        light: of the room.
        px_per_mm: of the grid; above 2.5 times the screen frequency, or the dots alias.
        rng: draws fibre and the plates' registration.

    """
    height, width = photo.shape[:2]
    # a printer's driver lifts the shadows and cannot reach the display's saturated colours
    code = photo.astype(np.float32) / 255
    grey = code.mean(axis=2, keepdims=True)
    code = 0.06 + 0.92 * (0.88 * code + 0.12 * grey)
    absorb = 1 - linear_from_srgb(code) ** 0.72
    black = 0.75 * absorb.min(axis=2) ** 1.6
    inks = np.dstack([(absorb - black[..., None]) / (1 - black[..., None] + 1e-4), black])
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    surface = np.ones((height, width, 3), np.float32) * np.array(printer.paper_rgb, np.float32)
    through = np.array(
        [[0.06, 0.52, 0.82], [0.72, 0.07, 0.32], [0.90, 0.82, 0.08], [printer.black] * 3],
        np.float32,
    )
    period = px_per_mm / printer.lines_per_mm
    for plate in range(4):
        angle = np.deg2rad(printer.angles_deg[plate])
        phase = rng.uniform(0, 2 * np.pi, 2)
        u = (x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / period + phase[0]
        v = (-x * np.sin(angle) + y * np.cos(angle)) * 2 * np.pi / period + phase[1]
        spot = 0.5 + 0.25 * (np.cos(u) + np.cos(v))
        tone = np.clip(inks[..., plate] * (1 + printer.dot_gain), 0, 1)
        # the soft step is the wetting of the paper over about a tenth of a cell
        cover = np.clip((tone - (1 - spot)) * 5 + 0.5, 0, 1)
        cover = np.where(tone < 0.015, 0, cover)[..., None]
        surface *= 1 - cover * (1 - through[plate])
    fibre = grain((height, width), 0.7, rng) + fractal_noise((height, width), 6.0, 2, rng)
    surface *= 1 + printer.fibre * fibre[..., None]
    lit = np.array(light.key_rgb, np.float32) * 0.8 + np.array(light.sky_rgb, np.float32)
    sheen = fractal_noise((height, width), max(height, width) / 2, 1, rng)
    mirror = printer.gloss * np.clip(0.4 + 0.5 * sheen, 0, None)[..., None]
    return np.asarray(surface * lit + mirror * np.array(light.key_rgb, np.float32), np.float32)


def displayed(
    photo: NDArray[np.uint8], display: Display, light: Light, px_per_mm: float, rng: Generator
) -> Image:
    """Radiance of a display that shows the photo, (H, W, 3) float32.

    The photo is resampled to the panel's pixels; each pixel is three stripes, R, G, B, of which
    ``fill`` shines. Black leaks, the glass adds a faint mirror of the room.

    Args:
        photo: (H, W, 3) uint8 sRGB on the surface's grid.
        display: instrument.
        light: of the room.
        px_per_mm: of the grid; at least 3 times the panel's pitch, or the stripes alias.
        rng: draws the grid's phase and the reflection.

    """
    height, width = photo.shape[:2]
    pitch = px_per_mm / display.pixels_per_mm
    panel = (max(2, round(width / pitch)), max(2, round(height / pitch)))
    small = cv2.resize(photo, panel, interpolation=cv2.INTER_AREA)
    value = (small.astype(np.float32) / 255) ** np.float32(display.gamma)
    value = display.black + (1 - display.black) * value
    sheet = cv2.resize(value, (width, height), interpolation=cv2.INTER_NEAREST)
    x = (np.arange(width, dtype=np.float32) + 0.5) * panel[0] / width
    y = (np.arange(height, dtype=np.float32) + 0.5) * panel[1] / height
    rows = _box(y, 0.5, display.fill)
    grid = np.stack([_box(x, (k + 0.5) / 3, display.fill / 3) for k in range(3)], axis=1)
    # dividing by the lit share keeps the panel's mean luminance whatever its fill
    lit_share = rows.mean() * grid.mean(axis=0)
    mask = rows[:, None, None] * grid[None] / lit_share
    shine = sheet * mask * np.array(display.white_rgb, np.float32)
    room = fractal_noise((height, width), max(height, width) / 3, 2, rng)
    mirror = display.reflection * np.clip(0.35 + 0.5 * room, 0, None)[..., None]
    ambient = 0.5 * np.array(light.key_rgb, np.float32) + np.array(light.sky_rgb, np.float32)
    return np.asarray(shine + mirror * ambient, np.float32)


def _box(position: Image, centre: float, width: float) -> Image:
    """1 inside a stripe of ``width`` pixels about ``centre`` of each pixel, with a soft edge."""
    inside = np.abs((position - centre + 0.5) % 1.0 - 0.5)
    return np.asarray(np.clip((width / 2 - inside) / 0.08 + 0.5, 0, 1), np.float32)
