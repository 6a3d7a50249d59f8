"""What lies about the shown picture: paper border, bezel, and the room out of focus behind it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import cv2
import numpy as np

from spoofcue.simulate.lighting import Lamp
from spoofcue.simulate.placement import FaceBox
from spoofcue.simulate.raster import FloatImage, Generator, Rgb, blur, fractal_noise, smoothstep


@dataclass(frozen=True, slots=True)
class Surround:
    """The medium's edges, in face widths from the face's middle, and what lies beyond.

    Attributes:
        seen: whether the picture on the medium ends within view.
        left, right, top, bottom: where the shown picture ends.
        border_mm: paper left white, or a display's black around the picture.
        bezel_mm: a display's frame beyond that; 0 for paper.
        border_level: reflectance of the border, paper white or panel black.
        room_seed: of the background.

    """

    seen: bool
    left: float
    right: float
    top: float
    bottom: float
    border_mm: float
    bezel_mm: float
    border_level: float
    room_seed: int

    def to_dict(self) -> dict[str, object]:
        """For the record of parameters."""
        return asdict(self)


def draw_surround(framed: float, rng: Generator, *, paper: bool, worn: bool) -> Surround:
    """Draw it; with probability ``framed`` the edges are near enough to be seen.

    Args:
        framed: 0..1.
        rng: of the sample.
        paper: white border; else a device with a black one and a bezel.
        worn: a mask, whose edge is its own.

    """
    near = rng.uniform() < framed
    left, right = rng.uniform(0.52, 1.0, 2) if near else (9.0, 9.0)
    top, bottom = rng.uniform(0.62, 1.2, 2) if near else (9.0, 9.0)
    return Surround(
        bool(near and not worn),
        float(left),
        float(right),
        float(top),
        float(bottom),
        float(rng.uniform(0, 15) if paper else rng.uniform(0, 6)),
        0.0 if paper else float(rng.uniform(2, 9)),
        0.88 if paper else 0.01,
        int(rng.integers(2**31)),
    )


def surround(
    radiance: FloatImage,
    around: Surround,
    face: FaceBox,
    *,
    u: FloatImage,
    v: FloatImage,
    mm: float,
    lamp: Lamp,
    rng: Generator,
) -> FloatImage:
    """Put border, bezel and room about the medium's picture, (S, S, 3) float32."""
    light = np.array(lamp.key_rgb, np.float32) * 0.7 + np.array(lamp.sky_rgb, np.float32)
    x = (u - np.float32(face[0] + face[2] / 2)) * np.float32(mm)
    y = (v - np.float32(face[1] + face[3] / 2)) * np.float32(mm)
    width = face[2] * mm
    # signed distance beyond the picture's nearest side, mm; negative inside
    out = np.maximum(
        np.maximum(-around.left * width - x, x - around.right * width),
        np.maximum(-around.top * width - y, y - around.bottom * width),
    ).astype(np.float32)
    soft = max(mm * face[2] / u.shape[0], 0.05)
    border = smoothstep(-soft, soft, out)[..., None]
    level = around.border_level if around.bezel_mm == 0 else 0.01
    radiance = radiance + border * (light * level - radiance)
    if around.bezel_mm:
        bezel = smoothstep(around.border_mm - soft, around.border_mm + soft, out)[..., None]
        shade = np.float32(rng.choice([0.02, 0.05, 0.75], p=[0.6, 0.2, 0.2]))
        radiance += bezel * (light * shade - radiance)
    edge = around.border_mm + around.bezel_mm
    beyond = smoothstep(edge - soft, edge + soft, out)[..., None]
    if beyond.max() > 0:
        room = paint_backdrop(around.room_seed, lamp.key_rgb, lamp.sky_rgb, 96)
        wide = cv2.resize(room, u.shape[::-1], interpolation=cv2.INTER_LINEAR)
        radiance += beyond * (wide - radiance)
    return np.asarray(radiance, np.float32)


def paint_backdrop(seed: int, key_rgb: Rgb, sky_rgb: Rgb, size: int) -> FloatImage:
    """A blurred room (size, size, 3) in linear light: walls, furniture, sometimes a window."""
    rng = np.random.default_rng([seed, 0xBAC])
    wall = np.exp(rng.uniform(np.log(0.10), np.log(0.65)))
    tint = 1 + 0.16 * rng.standard_normal(3)
    ambient = 0.5 * np.array(key_rgb) + np.array(sky_rgb)
    room = np.ones((size, size, 3), np.float32) * (wall * tint * ambient).astype(np.float32)
    ramp = np.linspace(-1, 1, size, dtype=np.float32)
    room *= (1 + 0.25 * rng.normal() * ramp)[None, :, None]
    for _ in range(int(rng.integers(2, 9))):
        x0, y0 = rng.uniform(-0.2, 0.95, 2) * size
        w, h = rng.uniform(0.06, 0.5, 2) * size
        colour = np.exp(rng.uniform(np.log(0.03), np.log(0.6))) * (1 + 0.3 * rng.standard_normal(3))
        rows = slice(max(int(y0), 0), max(int(y0 + h), 0))
        columns = slice(max(int(x0), 0), max(int(x0 + w), 0))
        room[rows, columns] = np.clip(colour, 0.01, 0.8) * ambient
    if rng.uniform() < 0.3:
        x0, w = rng.uniform(0, 0.7) * size, rng.uniform(0.12, 0.3) * size
        room[: int(0.6 * size), int(x0) : int(x0 + w)] = rng.uniform(0.9, 1.6) * ambient
    room = blur(room, float(rng.uniform(0.012, 0.035)) * size)
    grainy = fractal_noise((size, size), size / 6, 3, rng)
    return np.asarray(np.clip(room * (1 + 0.04 * grainy[..., None]), 0.0, 1.6), np.float32)
