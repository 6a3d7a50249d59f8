"""A photo on a display: panel values, gamut, sub-pixels, backlight, glass.

Physics: each panel pixel shines through R, G and B apertures, as vertical stripes or in the
diamond PenTile lattice, where R and B have half as many apertures; black leaks; a pulsed backlight
read by a rolling shutter leaves bands. Left out: viewing-angle colour shift of LCDs, overdrive,
local dimming, polarisation.
"""

from __future__ import annotations

import functools
from typing import Annotated, ClassVar, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.entry import Within, between, log_between
from spoofcue.simulate.lighting import highlight
from spoofcue.simulate.presentation import Instrument, Sight
from spoofcue.simulate.raster import (
    FloatImage,
    Generator,
    Rgb,
    cell_index,
    filtered,
    footprint_response,
    unresolved,
)
from spoofcue.simulate.recapture import sampled

White = Annotated[float, Within(0.2, 3, "(linear sRGB)")]

DISPLAY_CELL = 64
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


class Display(Instrument):
    """A display that shows a photo.

    Attributes:
        pixels_per_mm: pitch (ppi / 25.4).
        layout: ``stripe`` (R, G, B side by side) or ``pentile`` (diamond, half the R and B).
        fill: part of a sub-pixel's width and height that shines, 0..1.
        gamma: of the panel, mostly 1.8..2.6.
        white_rgb: its white in linear sRGB.
        saturation: gamut against sRGB, below 1 a poor panel, above 1 a wide one unmanaged.
        black: leakage of the backlight, relative to white, mostly 0..0.01.
        luminance: white, in units of a white paper in the session's light, mostly 0.5..6.
        reflection: share of the room mirrored by the glass, mostly 0..0.08.
        bands: refresh banding, relative amplitude under a rolling shutter, mostly 0..0.1.

    """

    section: ClassVar[str] = "displays"
    drawn: ClassVar[tuple[str, ...]] = ("replay-any",)

    pixels_per_mm: Annotated[float, Within(0.5, 40, "px/mm")]
    layout: Literal["stripe", "pentile"]
    fill: Annotated[float, Within(0.1, 1, "(share)")]
    gamma: Annotated[float, Within(1, 4, "(exponent)")]
    white_rgb: tuple[White, White, White]
    saturation: Annotated[float, Within(0, 2, "(factor)")]
    black: Annotated[float, Within(0, 0.2, "(share of white)")]
    luminance: Annotated[float, Within(0.05, 50, "(white papers)")]
    reflection: Annotated[float, Within(0, 0.5, "(share)")]
    bands: Annotated[float, Within(0, 0.5, "(share)")]

    @property
    def family(self) -> str:
        """``replay``."""
        return "replay"

    def describe(self) -> str:
        """Resolution and layout."""
        return f"{self.pixels_per_mm * 25.4:.0f} ppi, {self.layout}"

    @classmethod
    def draw(cls, name: str, rng: Generator) -> Display:
        """A phone, tablet, laptop or monitor."""
        kind = str(rng.choice(["phone", "tablet", "laptop", "monitor"], p=[0.45, 0.2, 0.2, 0.15]))
        ppi, face = {
            "phone": ((160, 450), (32.0, 64.0)),
            "tablet": ((130, 330), (65.0, 130.0)),
            "laptop": ((96, 230), (70.0, 160.0)),
            "monitor": ((82, 165), (90.0, 190.0)),
        }[kind]
        pentile = kind == "phone" and rng.uniform() < 0.6
        return cls(
            name=name,
            pixels_per_mm=log_between(rng, *ppi) / 25.4,
            layout="pentile" if pentile else "stripe",
            fill=between(rng, 0.6, 0.88),
            gamma=between(rng, 1.9, 2.5),
            white_rgb=(between(rng, 0.84, 1.06), 1.0, between(rng, 0.92, 1.25)),
            saturation=between(rng, 0.75, 1.3),
            black=log_between(rng, 0.0003, 0.008),
            luminance=log_between(rng, 1.0, 6.0),
            reflection=between(rng, 0.008, 0.08),
            bands=float(rng.choice([0.0, 1.0])) * between(rng, 0.0, 0.08),
            face_mm=face,
        )

    def radiance(self, sight: Sight) -> tuple[FloatImage, Rgb]:
        """The panel's light through its apertures, and the room mirrored in the glass."""
        now, how, texture = sight.now, sight.how, sight.texture
        per_px = sight.mm * self.pixels_per_mm  # panel px a photo px
        step = sight.step(per_px)
        photo = sight.portrait.photo
        coarse = abs(step[0, 0]) < 0.5
        if per_px < 1:
            height, width = photo.shape[:2]
            panel = (max(round(width * per_px), 2), max(round(height * per_px), 2))
            photo = np.asarray(cv2.resize(photo, panel, interpolation=cv2.INTER_AREA), np.uint8)
        shown = sampled(
            photo, sight.u, sight.v, min(per_px, 1.0), nearest=bool(coarse and per_px < 1)
        )
        radiance = panel_light(shown, self)
        pu, pv = sight.u * np.float32(per_px), sight.v * np.float32(per_px)
        grid = subpixels(pu, pv, step, self, texture)
        if grid is not None:
            radiance *= grid
        radiance *= refresh_bands(sight.size, self, texture)[:, None, None]
        red, blue = how.tint
        radiance *= np.array([red, 1.0, blue], np.float32) * (self.luminance * how.brightness)
        mirror = highlight(now.lamp, self.reflection * how.ambient, sight.size, texture)
        white = _mixed(now.lamp.illuminant, self.white_rgb, now.shot.awb_local)
        return radiance if mirror is None else radiance + mirror, white


KIND = Display


def panel_light(photo: NDArray[np.uint8], display: Display) -> FloatImage:
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
    u_px: FloatImage,
    v_px: FloatImage,
    step_px: NDArray[np.float64],
    display: Display,
    rng: Generator,
) -> FloatImage | None:
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


def refresh_bands(height: int, display: Display, rng: Generator) -> FloatImage:
    """Relative light of each picture row under a rolling shutter, (height,) float32 about 1."""
    amplitude = display.bands * float(abs(rng.normal(0, 0.6)))
    waves, phase = float(rng.uniform(0.6, 4.0)), float(rng.uniform(0, 2 * np.pi))
    y = np.linspace(0, 2 * np.pi * waves, height, dtype=np.float32)
    return 1 + np.float32(amplitude) * np.cos(y + np.float32(phase))


@functools.lru_cache(maxsize=16)
def _apertures(layout: str, fill: float) -> FloatImage:
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


def _inside(t: NDArray[np.float64], centre: float, width: float, period: float) -> FloatImage:
    away = np.abs((t - centre + period / 2) % period - period / 2)
    return np.clip((width / 2 - away) * DISPLAY_CELL + 0.5, 0, 1)


def _mixed(room: Rgb, shown: Rgb, weight: float) -> Rgb:
    """The camera's guess of white where a display shines in a room of other light."""
    r, g, b = (a ** (1 - weight) * c**weight for a, c in zip(room, shown, strict=True))
    return r, g, b
