"""Eyes: lid lines, the ball with iris, pupil, sclera and catchlight, and the lashes."""

from dataclasses import dataclass

import numpy as np

from spoofcue.simulate.face.frame import Expression, Grid
from spoofcue.simulate.face.hair import bezier, thin_coverage
from spoofcue.simulate.face.identity import EyeShape, Identity
from spoofcue.simulate.face.skin import Lighting
from spoofcue.simulate.raster import FloatImage, blur, grain, smoothstep, value_noise

IRIS_RADIUS_MM = 5.9


@dataclass(frozen=True, slots=True)
class LidLines:
    """Heights (1, W) mm of the upper and lower lid edges; u (1, W) is 0 inner .. 1 outer corner."""

    u: FloatImage
    upper: FloatImage
    lower: FloatImage


def lid_lines(
    eyes: EyeShape, expression: Expression, side: float, column_mm: FloatImage
) -> LidLines:
    """Trace one eye's lids (side -1 is the image's left) over columns (1, W) in mm."""
    inner = eyes.centre_x_mm - 0.5 * eyes.width_mm
    raw = (side * column_mm - inner) / eyes.width_mm
    u = np.clip(raw, 0.0, 1.0)
    opening = eyes.open_mm * expression.eye_open * (1 - 0.08 * max(expression.smile, 0.0))
    squint = 1.0 - 0.28 * max(expression.smile, 0.0)
    line = eyes.tilt_mm * (0.5 - u) + 1.1 * np.exp(-((u / 0.13) ** 2))
    upper = line - 0.60 * opening * np.maximum(np.sin(np.pi * u**0.84), 0) ** 0.72
    lower = line + 0.40 * opening * squint * np.maximum(np.sin(np.pi * u**1.18), 0) ** 0.82
    return LidLines(raw.astype(np.float32), upper.astype(np.float32), lower.astype(np.float32))


def paint_eyes(
    rgb: FloatImage,
    identity: Identity,
    expression: Expression,
    *,
    grid: Grid,
    lit: FloatImage,
    lighting: Lighting,
) -> None:
    """Paint both eyes with their lids' edges and lashes over the shaded head, in place.

    rgb and lit (irradiance) are (H, W, 3) linear light.
    """
    eyes = identity.eyes
    for side in (-1.0, 1.0):
        centre = side * eyes.centre_x_mm
        rows, columns = grid.window(centre - 24, centre + 24, -22, 18)
        part = grid.part(rows, columns)
        line = lid_lines(eyes, expression, side, part.column_mm)
        patch = rgb[rows, columns]
        light = np.median(lit[rows, columns].reshape(-1, 3), axis=0).astype(np.float32)
        _paint_lid_skin(patch, eyes, line, part)
        ball, opening = _eyeball(
            identity, expression, side, grid=part, line=line, light=light, lighting=lighting
        )
        patch += (ball - patch) * opening[..., None]
        _paint_lashes(patch, identity, expression, side, part)


def _paint_lid_skin(patch: FloatImage, eyes: EyeShape, line: LidLines, grid: Grid) -> None:
    """Crease of the upper lid, the pink lower rim, and the dark root line of the lashes."""
    y, u = grid.row_mm, line.u
    inside = smoothstep(-0.10, 0.06, u) * smoothstep(1.16, 0.92, u)
    if eyes.crease_mm > 0.8:
        crease = line.upper - eyes.crease_mm * (0.55 + 0.45 * np.sin(np.pi * np.clip(u, 0, 1)))
        fold = np.exp(-(((y - crease) / 0.55) ** 2)) + 0.45 * np.exp(
            -(((y - crease + 1.0) / 1.5) ** 2)
        ) * (y < crease + 0.3)
        patch *= 1.0 - (0.40 * np.clip(fold, 0, 1) * inside)[..., None]
    rim = np.exp(-(((y - line.lower - 0.55) / 0.6) ** 2)) * inside
    patch *= 1.0 + rim[..., None] * np.array([0.10, -0.07, -0.06], np.float32)
    root = np.exp(-(((y - line.upper + 0.35) / 0.62) ** 2)) * inside
    patch *= 1.0 - (0.72 * root)[..., None]
    low_root = np.exp(-(((y - line.lower - 1.1) / 0.5) ** 2)) * inside * np.clip(u, 0, 1)
    patch *= 1.0 - (0.22 * low_root)[..., None]


def _eyeball(
    identity: Identity,
    expression: Expression,
    side: float,
    *,
    grid: Grid,
    line: LidLines,
    light: FloatImage,
    lighting: Lighting,
) -> tuple[FloatImage, FloatImage]:
    """Shaded ball (H, W, 3) and its visible opening (H, W) 0..1."""
    eyes = identity.eyes
    rng = np.random.default_rng([identity.seed, 0xE7E, int(side > 0)])
    x, y = grid.column_mm, grid.row_mm
    soft = 0.30
    opening = smoothstep(-soft, soft, y - line.upper) * smoothstep(-soft, soft, line.lower - y)
    opening = opening * smoothstep(-0.015, 0.02, line.u) * smoothstep(1.01, 0.975, line.u)
    px_mm = grid.px_per_mm
    iris_x = side * eyes.centre_x_mm + expression.gaze_x_mm
    iris_y = -0.9 + expression.gaze_y_mm
    radius = np.hypot(x - iris_x, (y - iris_y) * 1.01).astype(np.float32)
    angle = np.arctan2(y - iris_y, x - iris_x)
    sclera = _sclera(identity, grid, line, radius, rng)
    iris = _iris(identity, radius, angle, rng)
    cover = smoothstep(IRIS_RADIUS_MM + 0.45, IRIS_RADIUS_MM - 0.35, radius)
    ball = sclera * (1 - cover[..., None]) + iris * cover[..., None]
    # the ball turns away from the viewer toward its corners; the upper lid shades its top
    bulge = np.sqrt(np.clip(1.0 - ((x - side * eyes.centre_x_mm) / 16.5) ** 2, 0.05, 1))
    shade = 0.40 + 0.60 * smoothstep(-0.4, 4.4, y - line.upper)
    shade = shade * (0.62 + 0.38 * bulge) * (0.78 + 0.22 * smoothstep(-0.3, 1.6, line.lower - y))
    ball = ball * light * shade[..., None]
    caruncle = smoothstep(0.16, 0.03, line.u) * np.ones_like(y)
    flesh = np.array([0.42, 0.17, 0.14], np.float32) * light * 0.75
    ball += (flesh - ball) * (0.85 * caruncle)[..., None]
    spot = _catchlight(iris_x, iris_y, grid, lighting)
    wet = np.exp(-(((y - line.lower + 0.35) / 0.28) ** 2)) * (
        0.5 + grain(y.shape[:1] + x.shape[1:], 0.5 * px_mm, rng) * 0.25
    )
    ball += spot[..., None] * np.array(lighting.light.key_rgb, np.float32) * 1.15
    ball += (0.10 * np.clip(wet, 0, 1))[..., None] * light
    return ball.astype(np.float32), opening


def _sclera(
    identity: Identity, grid: Grid, line: LidLines, radius: FloatImage, rng: np.random.Generator
) -> FloatImage:
    """White of the eye: warm, never paper-white, veined toward the corners."""
    px = grid.px_per_mm
    base = np.array([0.60, 0.545, 0.50], np.float32) * np.float32(1 - 0.10 * identity.skin.melanin)
    corner = np.clip(np.abs(line.u - 0.5) * 2.2 - 0.45, 0, 1)
    veins = np.abs(value_noise(grid.shape, 1.4 * px, rng)) < 0.10
    vein = blur(veins.astype(np.float32), 0.3 * px) * corner
    out = np.ones((*grid.shape, 3), np.float32) * base
    redness = (0.16 * corner + 0.22 * vein)[..., None] * np.array([0.15, 1.0, 0.9], np.float32)
    halo = np.exp(-np.clip(radius - IRIS_RADIUS_MM, 0, None) / 0.8) * 0.22
    return np.asarray(out * (1 - redness) * (1 - halo[..., None]), np.float32)


def _iris(
    identity: Identity, radius: FloatImage, angle: FloatImage, rng: np.random.Generator
) -> FloatImage:
    """Radial fibres, a lighter collarette, a dark limbal ring and the pupil."""
    share = radius / np.float32(IRIS_RADIUS_MM)
    fibres = np.zeros_like(radius)
    for count in (17, 29, 43, 61):
        phase = rng.uniform(0, 2 * np.pi)
        fibres += np.sin(count * angle + phase + 2.5 * np.sin(3 * share + phase))
    base = np.array(identity.eyes.iris_rgb, np.float32) * 1.25
    level = 1.0 + 0.16 * fibres + 0.55 * np.exp(-(((share - 0.5) / 0.14) ** 2))
    warm = np.exp(-(((share - 0.42) / 0.16) ** 2))[..., None] * np.array([0.05, 0.022, 0.0])
    level = level * (1.0 - 0.78 * smoothstep(0.80, 1.0, share))
    pupil = smoothstep(2.15, 1.65, radius)
    iris = (base + warm) * np.clip(level, 0.1, 2)[..., None]
    return np.asarray(iris * (1 - pupil[..., None]) + 0.003 * pupil[..., None], np.float32)


def _catchlight(iris_x: float, iris_y: float, grid: Grid, lighting: Lighting) -> FloatImage:
    """Mirror image of a soft window on the cornea (radius 7.8 mm), coverage 0..1 (H, W)."""
    half = lighting.key + lighting.view
    half = half / np.linalg.norm(half)
    x = iris_x + float(np.clip(7.8 * half[0], -3.6, 3.6))
    y = iris_y + float(np.clip(7.8 * half[1], -3.4, 3.4))
    wide = 0.75 + 0.5 * lighting.light.softness
    box = np.maximum(np.abs(grid.column_mm - x) / wide, np.abs(grid.row_mm - y) / (1.15 * wide))
    return smoothstep(1.45, 0.65, np.asarray(box, np.float32))


def _paint_lashes(
    patch: FloatImage, identity: Identity, expression: Expression, side: float, grid: Grid
) -> None:
    eyes = identity.eyes
    rng = np.random.default_rng([identity.seed, 0x1A5, int(side > 0)])
    count = 110
    u = rng.uniform(0.06, 1.0, count)
    lower = rng.uniform(size=count) < 0.25
    x = side * (eyes.centre_x_mm - 0.5 * eyes.width_mm + u * eyes.width_mm)
    line = lid_lines(eyes, expression, side, x[None].astype(np.float32))
    root_y = np.where(lower, line.lower[0] + 0.7, line.upper[0] - 0.1)
    fan = side * (u - 0.42) * 5.2 + rng.normal(0, 0.4, count)
    length = eyes.lash_mm * np.where(lower, 0.42, 0.55 + 0.45 * u) * rng.uniform(0.6, 1.1, count)
    lift = np.where(lower, 0.8, -0.75) * length
    p0 = np.stack([x, root_y], 1)
    p1 = p0 + np.stack([0.2 * fan, np.where(lower, 0.3, 0.25) * np.abs(lift)], 1)
    p2 = p0 + np.stack([0.7 * fan, 0.45 * lift], 1)
    p3 = p0 + np.stack([1.15 * fan, lift], 1)
    curves = bezier(np.stack([p0, p1, p2, p3], 1), 8)
    opacity = np.where(lower, 0.35, 0.75) * rng.uniform(0.6, 1.0, count)
    cover = thin_coverage(grid.shape, grid.to_px(curves), 0.30, opacity)
    patch += (np.float32(0.008) - patch) * cover[..., None]
