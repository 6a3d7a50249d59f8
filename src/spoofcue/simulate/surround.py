"""What lies about the shown picture: paper border, bezel, and the room behind the medium."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import cv2
import numpy as np

from spoofcue.simulate.backdrop import paint_backdrop
from spoofcue.simulate.catalogue import Display, Instrument, Mask
from spoofcue.simulate.lighting import Lamp
from spoofcue.simulate.noise import Generator, Image, smoothstep
from spoofcue.simulate.placement import FaceBox
from spoofcue.simulate.scene import Light


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


def draw_surround(instrument: Instrument, framed: float, rng: Generator) -> Surround:
    """Draw it; with probability ``framed`` the edges are near enough to be seen."""
    near = rng.uniform() < framed
    left, right = rng.uniform(0.52, 1.0, 2) if near else (9.0, 9.0)
    top, bottom = rng.uniform(0.62, 1.2, 2) if near else (9.0, 9.0)
    display = isinstance(instrument, Display)
    return Surround(
        bool(near and not isinstance(instrument, Mask)),
        float(left),
        float(right),
        float(top),
        float(bottom),
        float(rng.uniform(0, 6) if display else rng.uniform(0, 15)),
        float(rng.uniform(2, 9)) if display else 0.0,
        0.01 if display else 0.88,
        int(rng.integers(2**31)),
    )


def surround(
    radiance: Image,
    around: Surround,
    face: FaceBox,
    u: Image,
    v: Image,
    mm: float,
    lamp: Lamp,
    rng: Generator,
) -> Image:
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
        room = paint_backdrop(around.room_seed, _as_light(lamp), 96)
        room = cv2.resize(room, u.shape[::-1], interpolation=cv2.INTER_LINEAR)
        radiance += beyond * (room - radiance)
    return np.asarray(radiance, np.float32)


def _as_light(lamp: Lamp) -> Light:
    return Light(
        lamp.azimuth_deg, lamp.elevation_deg, lamp.key_rgb, lamp.sky_rgb, lamp.sky_rgb, 0.5
    )
