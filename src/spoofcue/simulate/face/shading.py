"""Light on a height field: cast shadow, wrapped diffuse with subsurface bleed, oily highlights.

Everything adds in linear light. Directions are unit vectors in the frame of the height field.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.noise import Image, blur, smoothstep
from spoofcue.simulate.scene import Light

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Lighting:
    """A session's light turned into a layer's frame; key, up, view are unit vectors (3,)."""

    light: Light
    key: Vector
    up: Vector
    view: Vector


def key_direction(light: Light) -> Vector:
    """Unit vector toward the key light, in the camera's frame (x right, y down, z to viewer)."""
    azimuth, elevation = np.deg2rad(light.azimuth_deg), np.deg2rad(light.elevation_deg)
    ground = np.cos(elevation)
    return np.array(
        [np.sin(azimuth) * ground, -np.sin(elevation), np.cos(azimuth) * ground], np.float32
    )


def normals(z: Image, px_per_mm: float) -> Image:
    """Unit normals (H, W, 3) of a height field in mm."""
    dx = cv2.Sobel(z, cv2.CV_32F, 1, 0, ksize=3, scale=px_per_mm / 8)
    dy = cv2.Sobel(z, cv2.CV_32F, 0, 1, ksize=3, scale=px_per_mm / 8)
    length = 1.0 / np.sqrt(dx * dx + dy * dy + 1.0)
    return np.dstack([-dx * length, -dy * length, length])


def cast_shadow(z: Image, px_per_mm: float, key: Vector, softness: float) -> Image:
    """Share of the key light that arrives, 0..1 (H, W): the field is marched toward the light."""
    height, width = z.shape
    half = cv2.resize(z, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    blocked = np.zeros_like(half)
    for reach in (3.0, 5.0, 7.5, 10.0, 13.0, 17.0, 22.0, 28.0, 36.0, 46.0):
        dx, dy = key[:2] * reach * px_per_mm / 2
        matrix = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
        seen = cv2.warpAffine(
            half, matrix, half.shape[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        excess = (seen - half - key[2] * reach - 0.6) / (0.8 + (0.15 + 0.5 * softness) * reach)
        np.maximum(blocked, excess, out=blocked)
    lit = 1.0 - smoothstep(-0.25, 0.75, blocked)
    lit = blur(lit, (0.7 + 2.2 * softness) * px_per_mm / 2)
    return np.asarray(cv2.resize(lit, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def irradiance(
    normal: Image, shadow: Image, open_sky: Image, lighting: Lighting, bleed_px: float
) -> Image:
    """Diffuse irradiance (H, W, 3), linear RGB.

    normal (H, W, 3); shadow and open_sky (H, W) 0..1. bleed_px is the mean path of red light under
    the surface: red wraps further round the terminator and spreads wider than green and blue.
    """
    light = lighting.light
    facing = normal @ lighting.key
    up = 0.5 + 0.5 * (normal @ lighting.up)
    out = np.empty_like(normal)
    wraps = (0.42, 0.27, 0.22) if bleed_px > 0 else (0.15, 0.15, 0.15)
    for channel, (wrap, share) in enumerate(zip(wraps, (1.0, 0.5, 0.35), strict=True)):
        direct = np.clip((facing + wrap) / (1 + wrap), 0, 1) * shadow
        ambient = light.floor_rgb[channel] + up * (
            light.sky_rgb[channel] - light.floor_rgb[channel]
        )
        ambient *= open_sky * (0.55 + 0.45 * normal[..., 2])
        out[..., channel] = blur(light.key_rgb[channel] * direct + ambient, bleed_px * share)
    return out


def highlight(normal: Image, lighting: Lighting, roughness: Image) -> Image:
    """Specular reflection of the key light (H, W), dielectric of index 1.4; roughness 0..1.

    A normalised Blinn-Phong lobe with Schlick's Fresnel term, F0 = 0.028.
    """
    half = lighting.key + lighting.view
    half = half / np.linalg.norm(half)
    sharp = np.clip(normal @ half, 0, 1)
    power = 2.0 / np.maximum(roughness, 0.08) ** 4 - 2.0
    facing = np.clip(normal @ lighting.key, 0, 1)
    grazing = 1.0 - np.clip(normal @ lighting.view, 0, 1)
    fresnel = 0.028 + 0.5 * grazing**5
    lobe = (power + 8) / (8 * np.pi) * np.exp(power * np.log(np.maximum(sharp, 1e-4)))
    return np.asarray(lobe * fresnel * facing * np.pi, np.float32)
