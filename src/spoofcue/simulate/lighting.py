"""A session's light, and what it does before the camera: gradient, tint, shadow, gloss.

All fields are smooth, so they are computed on a coarse grid and enlarged.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.entry import Entry, Share, Within, between
from spoofcue.simulate.placement import Tilt
from spoofcue.simulate.raster import FloatImage, Generator, Rgb, fractal_noise

_GRID = 48

Irradiance = Annotated[float, Within(0.01, 5, "(1: full light)")]


class Light(Entry):
    """The light of a session: a soft key light plus a sky-and-floor ambient.

    Attributes:
        azimuth_deg: of the key light as seen from the face; above 0 from the image's right.
        elevation_deg: above 0 from above.
        key_rgb, sky_rgb, floor_rgb: linear irradiance; 1 lights a white paper fully.
        softness: 0..1, widens the penumbra.

    """

    azimuth_deg: Annotated[float, Within(-180, 180, "degrees")]
    elevation_deg: Annotated[float, Within(-90, 90, "degrees")]
    key_rgb: tuple[Irradiance, Irradiance, Irradiance]
    sky_rgb: tuple[Irradiance, Irradiance, Irradiance]
    floor_rgb: tuple[Irradiance, Irradiance, Irradiance]
    softness: Share

    @classmethod
    def draw(cls, name: str, rng: Generator) -> Light:
        """Warm lamp to cold window, hard to soft, from any side."""
        warm = float(rng.uniform(-1, 1))  # of the key light; the sky is nearer to neutral
        strength = between(rng, 0.6, 1.1)
        key = (strength * (1 + 0.30 * warm), strength, strength * (1 - 0.35 * warm))
        sky_warm = 0.5 * warm + between(rng, -0.25, 0.25)
        level = between(rng, 0.12, 0.42)
        sky = (level * (1 + 0.2 * sky_warm), level, level * (1 - 0.25 * sky_warm))
        return cls(
            name=name,
            azimuth_deg=between(rng, -75, 75),
            elevation_deg=between(rng, 0, 60),
            key_rgb=key,
            sky_rgb=sky,
            floor_rgb=(0.45 * sky[0], 0.45 * sky[1], 0.45 * sky[2]),
            softness=between(rng, 0.2, 0.95),
        )

    def describe(self) -> str:
        """What it is, for lists."""
        return f"key light from {self.azimuth_deg:+.0f} degrees"


@dataclass(frozen=True, slots=True)
class Lamp:
    """One sample's light: the session's, a little moved; drawn without knowing the class.

    Attributes:
        key_rgb, sky_rgb: linear irradiance.
        azimuth_deg, elevation_deg: of the key.
        gradient: fall-off across the picture, 0..0.6.
        fill: how much fill light softens the scene's contrast, 0..0.4.
        illuminant: colour of white in it, mean 1.

    """

    key_rgb: Rgb
    sky_rgb: Rgb
    azimuth_deg: float
    elevation_deg: float
    gradient: float
    fill: float
    illuminant: Rgb

    def to_dict(self) -> dict[str, object]:
        """For the record of parameters."""
        return asdict(self)


def draw_lamp(light: Light, rng: Generator) -> Lamp:
    """Draw a sample's light about its session's."""
    tint = 1 + rng.normal(0, 0.03, 3)
    key = np.array(light.key_rgb) * tint * rng.uniform(0.8, 1.2)
    sky = np.array(light.sky_rgb) * rng.uniform(0.7, 1.4)
    white = 0.6 * key + sky
    return Lamp(
        _rgb(key),
        _rgb(sky),
        light.azimuth_deg + float(rng.normal(0, 8)),
        light.elevation_deg + float(rng.normal(0, 6)),
        float(np.clip(rng.normal(0.22 * (1.4 - light.softness), 0.06), 0, 0.5)),
        float(rng.uniform(0.0, 0.4)),
        _rgb(white / white.mean()),
    )


def soften(radiance: FloatImage, fill: float) -> FloatImage:
    """Take contrast out of a photographed scene, as fill light does.

    A photo holds its photographer's light and tone curve, mostly harder than a room's.
    """
    if fill <= 0:
        return radiance
    return cv2.pow(np.maximum(radiance, 1e-4), 1 - fill) * np.float32(0.2**fill)


def room_light(lamp: Lamp, size: int) -> FloatImage:
    """Irradiance across a photographed person, relative and tinted, (size, size, 3) float32.

    The photo already holds the light that it was taken in; the session's tint and fall-off
    multiply it.
    """
    field = _slope(lamp)[..., None] * np.array(lamp.illuminant, np.float32)
    return _enlarge(field.astype(np.float32), size)


def sheet_light(lamp: Lamp, tilt: Tilt, fold: float, size: int, rng: Generator) -> FloatImage:
    """Irradiance on a tilted, perhaps curled or folded sheet, (size, size, 3) float32.

    Lambert's cosine on the sheet's normal for the key light, plus the sky.

    Args:
        lamp: the light.
        tilt: of the sheet.
        fold: angle of a fold across it, degrees; 0 none.
        size: side of the field.
        rng: places the fold.

    """
    t = np.linspace(-0.5, 0.5, _GRID)[None, :] + np.zeros((_GRID, 1))
    yaw = tilt.yaw_deg + np.rad2deg(tilt.curl * 2.2) * t
    if fold:
        along, place = rng.uniform(-0.5, 0.5), rng.uniform(-0.3, 0.3)
        y = np.linspace(-0.5, 0.5, _GRID)[:, None]
        yaw = yaw + np.where(t + along * y > place, fold / 2, -fold / 2)
    angle, pitch = (
        np.deg2rad(yaw - lamp.azimuth_deg),
        np.deg2rad(tilt.pitch_deg + lamp.elevation_deg),
    )
    facing = np.clip(np.cos(angle) * np.cos(pitch), 0.05, None)
    key, sky = np.array(lamp.key_rgb), np.array(lamp.sky_rgb)
    field = (facing * _slope(lamp))[..., None] * key + sky
    return _enlarge(field.astype(np.float32), size)


def highlight(lamp: Lamp, strength: float, size: int, rng: Generator) -> FloatImage | None:
    """Mirror image of the key light and the room in a glossy surface, (size, size, 3) float32.

    A lamp's reflection is a soft blob where the surface happens to face it, the room's a faint
    unsharp picture; None when too weak to matter.
    """
    if strength <= 0.001:
        return None
    t = np.linspace(0, 1, _GRID, dtype=np.float32)
    room = np.clip(0.35 + 0.5 * fractal_noise((_GRID, _GRID), _GRID / 3, 2, rng), 0, None)
    cx, cy = rng.uniform(-0.3, 1.3, 2)
    width = rng.uniform(0.08, 0.35)
    blob = np.exp(-((t[None, :] - cx) ** 2 + (t[:, None] - cy) ** 2) / (2 * width**2))
    peak = rng.uniform(0, 12) * (rng.uniform() < 0.5)
    field = (room + peak * blob)[..., None] * (
        0.5 * np.array(lamp.key_rgb) + np.array(lamp.sky_rgb)
    )
    return _enlarge((strength * field).astype(np.float32), size)


def _rgb(values: NDArray[np.floating]) -> Rgb:
    return float(values[0]), float(values[1]), float(values[2])


def _slope(lamp: Lamp) -> FloatImage:
    t = np.linspace(-1, 1, _GRID)
    across = np.sin(np.deg2rad(lamp.azimuth_deg)) * t[None, :]
    down = -np.sin(np.deg2rad(lamp.elevation_deg)) * t[:, None]
    return np.clip(1 + lamp.gradient * (across + down), 0.15, None)


def _enlarge(field: FloatImage, size: int) -> FloatImage:
    return np.asarray(cv2.resize(field, (size, size), interpolation=cv2.INTER_LINEAR), np.float32)
