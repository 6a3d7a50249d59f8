"""A photo on a display: panel values, gamut, sub-pixels, backlight, glass.

Physics: each panel pixel shines through R, G and B apertures, as vertical stripes or in the
diamond PenTile lattice, where R and B have half as many apertures; black leaks; a pulsed backlight
read by a rolling shutter leaves bands. Left out: viewing-angle colour shift of LCDs, overdrive,
local dimming, polarisation.
"""

from __future__ import annotations

import functools

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.catalogue import Display
from spoofcue.simulate.medium.cells import (
    cell_index,
    filtered,
    footprint_response,
    unresolved,
)
from spoofcue.simulate.noise import Generator, Image

DISPLAY_CELL = 64
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


def panel_light(photo: NDArray[np.uint8], display: Display) -> Image:
    """Light of each panel pixel before the sub-pixel apertures, (H, W, 3) float32, white is 1.

    An unmanaged panel shows sRGB codes with its own gamma and primaries: a wide one oversaturates.
    """
    table = (np.arange(256, dtype=np.float32) / 255) ** np.float32(display.gamma)
    light = table[photo]
    saturation = np.float32(display.saturation)
    matrix = saturation * np.eye(3, dtype=np.float32) + (1 - saturation) * _LUMA[None, :]
    light = np.clip(cv2.transform(light, matrix), 0, None)
    light *= 1 - display.black
    light += display.black
    light *= np.array(display.white_rgb, np.float32)
    return np.asarray(light, np.float32)


def subpixels(
    u_px: Image, v_px: Image, step_px: NDArray[np.float64], display: Display, rng: Generator
) -> Image | None:
    """Relative light of the apertures at every fine sample, mean 1 in each channel.

    Args:
        u_px: (S, S) float32 panel coordinates, panel px.
        v_px: likewise.
        step_px: (2, 2) panel px per fine sample.
        display: instrument.
        rng: draws the panel's phase.

    Returns:
        (S, S, 3) float32, or None where the apertures are too fine for the sensor's grid.

    """
    per_cell = np.float32(0.5 if display.layout == "pentile" else 1.0)
    response = footprint_response(step_px * float(per_cell), DISPLAY_CELL)
    phase = rng.uniform(0, 1, 2).astype(np.float32)
    if unresolved(response) and response[1, 1] < 0.02:
        return None
    cells = filtered(_apertures(display.layout, display.fill), response)
    table = np.ascontiguousarray(cells.transpose(1, 2, 0)).reshape(-1, 3)
    index = cell_index(u_px * per_cell + phase[0], v_px * per_cell + phase[1], DISPLAY_CELL)
    return np.take(table, index, axis=0)


def refresh_bands(height: int, display: Display, rng: Generator) -> Image:
    """Relative light of each picture row under a rolling shutter, (height,) float32 about 1."""
    amplitude = display.bands * float(abs(rng.normal(0, 0.6)))
    waves, phase = float(rng.uniform(0.6, 4.0)), float(rng.uniform(0, 2 * np.pi))
    y = np.linspace(0, 2 * np.pi * waves, height, dtype=np.float32)
    return 1 + np.float32(amplitude) * np.cos(y + np.float32(phase))


@functools.lru_cache(maxsize=16)
def _apertures(layout: str, fill: float) -> Image:
    """Drawn cell (3, N, N) of each channel's apertures, mean 1: one pixel, or 2 x 2 for PenTile."""
    n = DISPLAY_CELL
    t = (np.arange(n) + 0.5) / n
    cells = np.zeros((3, n, n))
    if layout == "stripe":
        row = _inside(t, 0.5, fill, 1.0)
        for k in range(3):
            cells[k] = row[:, None] * _inside(t, (k + 0.5) / 3, fill / 3, 1.0)[None, :]
    else:
        # coordinates in pixels: R and B on the two diagonals, G at the corners of the pixels
        places = (
            [(0.5, 0.5), (1.5, 1.5)],
            [(0, 0), (1, 0), (0, 1), (1, 1)],
            [(0.5, 1.5), (1.5, 0.5)],
        )
        for k, radius in enumerate((0.44, 0.30, 0.48)):
            for y, x in places[k]:
                dy = np.abs((2 * t - y + 1) % 2 - 1)[:, None]
                dx = np.abs((2 * t - x + 1) % 2 - 1)[None, :]
                cells[k] += np.clip((radius * fill / 0.72 - (dx + dy)) * n / 4 + 0.5, 0, 1)
    return (cells / cells.mean(axis=(1, 2), keepdims=True)).astype(np.float32)


def _inside(t: NDArray[np.float64], centre: float, width: float, period: float) -> Image:
    away = np.abs((t - centre + period / 2) % period - period / 2)
    return np.clip((width / 2 - away) * DISPLAY_CELL + 0.5, 0, 1)
