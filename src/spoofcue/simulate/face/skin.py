"""Skin: its colour, and how light falls on it.

Albedo is a palette over melanin (linear RGB, interpolated in log) times the absorption of blood.
Light on the height field: cast shadow, wrapped diffuse with subsurface bleed, oily highlights;
everything adds in linear light. Directions are unit vectors in the frame of the height field.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.face.frame import Expression, Grid
from spoofcue.simulate.face.identity import Identity, SkinTraits
from spoofcue.simulate.face.mouth import lip_mask
from spoofcue.simulate.lighting import Light
from spoofcue.simulate.raster import (
    FloatImage,
    blur,
    fractal_noise,
    grain,
    linear_from_srgb,
    smoothstep,
    value_noise,
)

Vector = NDArray[np.float32]
_PALETTE_SRGB = np.array(
    [
        [236, 200, 182],
        [224, 180, 153],
        [203, 151, 118],
        [166, 113, 82],
        [118, 79, 58],
        [74, 50, 40],
    ],
    np.float64,
)
_MELANIN = np.array([0.0, 0.22, 0.45, 0.65, 0.84, 1.0])
_BLOOD = np.array([0.10, 0.62, 0.48], np.float32)  # relative absorption of haemoglobin in R, G, B


def skin_tone(skin: SkinTraits, melanin: FloatImage) -> FloatImage:
    """Linear RGB albedo (..., 3) for a melanin map (...), 0 (lightest) .. 1 (darkest)."""
    palette = np.log(linear_from_srgb(_PALETTE_SRGB / 255.0))
    table = np.stack([np.interp(np.linspace(-0.1, 1.1, 256), _MELANIN, c) for c in palette.T], 1)
    table += skin.warmth * np.array([0.01, 0.02, -0.09])
    index = np.clip((melanin + 0.1) / 1.2 * 255, 0, 255).astype(np.int32)
    return np.exp(table).astype(np.float32)[index]


def skin_albedo(
    identity: Identity, expression: Expression, grid: Grid, depth: FloatImage
) -> FloatImage:
    """Linear RGB albedo (H, W, 3) of the bare head; depth is the cavity map in mm (H, W)."""
    rng = np.random.default_rng([identity.seed, 0x5C1])
    skin, px = identity.skin, grid.px_per_mm
    shape = grid.shape
    mottle = fractal_noise(shape, 14 * px, 4, rng, 0.6)
    patches = fractal_noise(shape, 30 * px, 2, rng)
    pores = grain(shape, 0.28 * px, rng)
    # deviation of melanin shrinks at both ends, where a palette step is a large change of colour
    spread = 0.016 + 0.02 * (1 - abs(2 * skin.melanin - 1))
    melanin = skin.melanin + spread * (0.8 * mottle + 0.7 * patches) + 0.011 * pores
    melanin += (0.05 + 0.03 * skin.melanin) * _under_eye(identity, grid)
    melanin += 0.012 * depth
    melanin += _freckles(skin, grid, rng)
    melanin += _moles(skin, grid, rng)
    albedo = skin_tone(skin, melanin)
    blood = 0.10 + (0.22 + 0.5 * skin.redness) * _flush(identity, grid)
    blood = blood + 0.09 * value_noise(shape, 3.2 * px, rng) + 0.06 * mottle + 0.03 * pores
    albedo *= np.exp(-np.maximum(blood, -0.1)[..., None] * _BLOOD * (1 - 0.45 * skin.melanin))
    return _paint_lips(albedo, identity, expression, grid, rng)


def _gauss(grid: Grid, x: float, y: float, sx: float, sy: float) -> FloatImage:
    """A mirrored pair of Gaussians at (+-x, y) mm, (H, W)."""
    across = np.exp(-0.5 * ((np.abs(grid.column_mm) - x) / sx) ** 2)
    return np.asarray(across * np.exp(-0.5 * ((grid.row_mm - y) / sy) ** 2), np.float32)


def _flush(identity: Identity, grid: Grid) -> FloatImage:
    """Where blood shows: cheeks, nose tip and wings, ears' edge, chin, lids."""
    tip, ex = identity.nose.tip_y_mm, identity.eyes.centre_x_mm
    return (
        _gauss(grid, 40, 30, 13, 11) * 0.8
        + _gauss(grid, 0, tip + 1, 10, 7) * 0.45
        + _gauss(grid, identity.nose.half_width_mm, tip + 5, 4, 5) * 0.5
        + _gauss(grid, 0, identity.head.chin_y_mm - 12, 16, 9) * 0.35
        + _gauss(grid, ex, -7, 12, 4) * 0.25
        + _gauss(grid, 15, 3, 3, 4) * 0.4
    )


def _under_eye(identity: Identity, grid: Grid) -> FloatImage:
    eyes = identity.eyes
    age = float(np.clip(identity.skin.age_years / 50, 0.4, 1.5))
    return (
        _gauss(grid, eyes.centre_x_mm - 5, 11, 9, 4.0) * age
        + _gauss(grid, 15, 1, 4, 7) * 0.9
        + _gauss(grid, eyes.centre_x_mm, -7.5, 12, 3.0) * 0.9
    )


def _spots(grid: Grid, x: float, y: float, radius: float, soft: float) -> FloatImage:
    distance = np.hypot(grid.column_mm - x, grid.row_mm - y)
    return np.asarray(np.clip((radius - distance) / soft + 0.5, 0, 1), np.float32)


def _freckles(skin: SkinTraits, grid: Grid, rng: np.random.Generator) -> FloatImage:
    out = np.zeros(grid.shape, np.float32)
    if skin.freckles < 0.12:
        return out
    for _ in range(int(260 * skin.freckles)):
        x = float(rng.normal(0, 30))
        y = float(rng.normal(22, 17))
        radius = float(rng.gamma(6, 0.1))
        rows, columns = grid.window(x - 3, x + 3, y - 3, y + 3)
        strength = float(rng.uniform(0.05, 0.16)) * (0.4 + 0.6 * skin.freckles)
        out[rows, columns] += strength * _spots(grid.part(rows, columns), x, y, radius, 0.9)
    return out


def _moles(skin: SkinTraits, grid: Grid, rng: np.random.Generator) -> FloatImage:
    out = np.zeros(grid.shape, np.float32)
    for _ in range(skin.moles):
        x, y = float(rng.uniform(-52, 52)), float(rng.uniform(-50, 95))
        radius = float(rng.uniform(0.5, 1.3))
        rows, columns = grid.window(x - 4, x + 4, y - 4, y + 4)
        out[rows, columns] += 0.35 * _spots(grid.part(rows, columns), x, y, radius, 0.9)
    return out


def _paint_lips(
    albedo: FloatImage,
    identity: Identity,
    expression: Expression,
    grid: Grid,
    rng: np.random.Generator,
) -> FloatImage:
    mouth, px = identity.mouth, grid.px_per_mm
    mask = lip_mask(mouth, expression, grid)
    rows, columns = grid.window(-40, 40, mouth.y_mm - 26, mouth.y_mm + 28)
    part = grid.part(rows, columns)
    area = mask[rows, columns]
    # lips have vertical creases: noise stretched along y
    height, width = part.shape
    creases = value_noise((max(height // 4, 2), width), 1.3 * px, rng).repeat(4, axis=0)
    creases = np.pad(creases, ((0, max(0, height - creases.shape[0])), (0, 0)), mode="edge")[
        :height
    ]
    dark = identity.skin.melanin
    blood = 0.62 + 0.16 * float(rng.uniform(-1, 1)) - 0.15 * dark
    tint = np.exp(-np.array([0.26 - 0.1 * dark, blood, blood * 0.72], np.float32))
    colour = albedo[rows, columns] * tint * (1 + 0.05 * creases[..., None])
    if mouth.makeup:
        shades = [[0.33, 0.035, 0.045], [0.42, 0.10, 0.11], [0.22, 0.03, 0.06], [0.40, 0.14, 0.11]]
        shade = np.array(shades[identity.seed % len(shades)], np.float32)
        shade = shade * np.float32(1 - 0.45 * dark)
        colour = colour * (1 - mouth.makeup) + shade * mouth.makeup * (
            1 + 0.04 * creases[..., None]
        )
    albedo[rows, columns] += (colour - albedo[rows, columns]) * (0.92 * area)[..., None]
    return albedo


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


def normals(z: FloatImage, px_per_mm: float) -> FloatImage:
    """Unit normals (H, W, 3) of a height field in mm."""
    dx = cv2.Sobel(z, cv2.CV_32F, 1, 0, ksize=3, scale=px_per_mm / 8)
    dy = cv2.Sobel(z, cv2.CV_32F, 0, 1, ksize=3, scale=px_per_mm / 8)
    length = 1.0 / np.sqrt(dx * dx + dy * dy + 1.0)
    return np.dstack([-dx * length, -dy * length, length])


def cast_shadow(z: FloatImage, px_per_mm: float, key: Vector, softness: float) -> FloatImage:
    """Share of the key light that arrives, 0..1 (H, W): the field is marched toward the light."""
    height, width = z.shape
    half = cv2.resize(z, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    blocked = np.zeros(half.shape, np.float32)
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
    normal: FloatImage,
    shadow: FloatImage,
    open_sky: FloatImage,
    lighting: Lighting,
    bleed_px: float,
) -> FloatImage:
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


def highlight(normal: FloatImage, lighting: Lighting, roughness: FloatImage) -> FloatImage:
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
