"""Brows and beards: hairs as strokes over the shaded skin."""

import numpy as np

from spoofcue.simulate.face.grid import Grid
from spoofcue.simulate.face.mouth import lip_mask
from spoofcue.simulate.face.strokes import bezier, thin_coverage
from spoofcue.simulate.identity import Identity
from spoofcue.simulate.noise import Image, fractal_noise, smoothstep
from spoofcue.simulate.scene import Expression


def paint_brows(
    rgb: Image, identity: Identity, expression: Expression, grid: Grid, lit: Image
) -> None:
    """Paint both brows over rgb (H, W, 3), linear light, in place; lit is the irradiance."""
    brow, eyes = identity.brows, identity.eyes
    rng = np.random.default_rng([identity.seed, 0xB0])
    colour = np.array(identity.hair.rgb, np.float32) * 0.8 + 0.004
    for side in (-1.0, 1.0):
        rows, columns = grid.window(side * 34 - 32, side * 34 + 32, brow.y_mm - 20, brow.y_mm + 16)
        part = grid.part(rows, columns)
        count = int(520 * brow.density)
        u = rng.beta(1.15, 1.25, count)
        x = eyes.centre_x_mm - 20 + u * 41
        thick = brow.thickness_mm * (0.55 + 0.6 * np.sin(np.pi * np.clip(0.15 + 0.75 * u, 0, 1)))
        thick *= np.clip((1.06 - u) / 0.5, 0.15, 1)
        y = brow.y_mm - brow.arch_mm * np.sin(np.pi * u**1.25) + 1.5 * u**3
        y = y - 2.2 * expression.brow_raise + rng.uniform(-0.5, 0.5, count) * thick
        length = rng.uniform(4.0, 7.5, count) * (0.75 + 0.4 * (u > 0.2))
        angle = np.deg2rad(-68 + 82 * np.clip(u * 1.6, 0, 1) + rng.normal(0, 9, count))
        dx, dy = side * np.cos(angle) * length, np.sin(angle) * length
        root = np.stack([side * x, y], 1)
        step = np.stack([dx, dy], 1)
        bend = np.stack([np.zeros(count), 0.12 * length], 1)
        curve = np.stack([root, root + 0.33 * step, root + 0.66 * step + bend, root + step], 1)
        points = part.to_px(bezier(curve, 6))
        opacity = rng.uniform(0.35, 0.75, count)
        cover = thin_coverage(part.shape, points, 0.42 * grid.px_per_mm, opacity)
        patch = rgb[rows, columns]
        patch += (colour * lit[rows, columns] - patch) * (0.94 * cover)[..., None]


def paint_beard(
    rgb: Image, identity: Identity, expression: Expression, grid: Grid, lit: Image
) -> None:
    """Paint stubble, a moustache, a goatee or a beard, in place."""
    hair, head, mouth = identity.hair, identity.head, identity.mouth
    if hair.beard == "none":
        return
    rng = np.random.default_rng([identity.seed, 0xBEA])
    x, y = np.abs(grid.column_mm), grid.row_mm
    lip = mouth.y_mm - mouth.upper_mm
    moustache = np.exp(-(((y - (lip - 4.0)) / 4.6) ** 2)) * smoothstep(31, 22, x + 0 * y)
    cheek_line = lip - 16 - 0.012 * (x - 30) ** 2 * (x > 30) + 0.0 * y
    jaw = smoothstep(-4, 6, y - cheek_line) * smoothstep(18, 30, x + 0.28 * (y - lip) + 0 * y)
    chin = smoothstep(2, 9, y - (mouth.y_mm + mouth.lower_mm + 1.5)) * smoothstep(40, 26, x + 0 * y)
    side = smoothstep(-2, 20, y - 6) * smoothstep(57, 63, x + 0 * y)
    parts = {
        "stubble": np.maximum.reduce([0.9 * moustache, jaw, chin, 0.5 * side]),
        "short": np.maximum.reduce([moustache, jaw, chin, side]),
        "full": np.maximum.reduce([moustache, jaw, chin, side]),
        "goatee": np.maximum(moustache, chin * smoothstep(29, 21, x + 0 * y)),
        "moustache": moustache,
    }
    noise = fractal_noise(grid.shape, 9 * grid.px_per_mm, 3, rng)
    area = np.clip(parts[hair.beard] * (1 + 0.14 * noise), 0, 1)
    area *= 1 - lip_mask(mouth, expression, grid)
    colour = np.array(hair.rgb, np.float32) * 0.85 + 0.003
    shadow = {"stubble": 0.22, "short": 0.45, "full": 0.62}.get(hair.beard, 0.5)
    rgb += (colour * lit - rgb) * (shadow * hair.beard_density * area)[..., None]
    count = int({"stubble": 7000, "short": 5200, "full": 5200}.get(hair.beard, 2600))
    px = rng.uniform(-72, 72, 4 * count)
    py = rng.uniform(lip - 30, head.chin_y_mm + 4, 4 * count)
    at = grid.to_px(np.stack([px, py], 1)).astype(int)
    inside = (at >= 0).all(1) & (at[:, 0] < grid.shape[1]) & (at[:, 1] < grid.shape[0])
    at, px, py = at[inside], px[inside], py[inside]
    keep = np.flatnonzero(rng.uniform(size=len(at)) < area[at[:, 1], at[:, 0]])[:count]
    length = {"stubble": 0.7, "short": 2.6, "full": 6.0}.get(hair.beard, 4.0)
    run = length * rng.uniform(0.6, 1.3, len(keep))
    lean = 0.35 * np.sign(px[keep]) * (np.abs(px[keep]) / 40) + rng.normal(0, 0.35, len(keep))
    root = np.stack([px[keep], py[keep]], 1)
    step = np.stack([lean * run, run], 1)
    curve = np.stack([root, root + 0.3 * step, root + 0.7 * step, root + step], 1)
    points = grid.to_px(bezier(curve, 4))
    opacity = rng.uniform(0.3, 0.7, len(keep))
    cover = thin_coverage(grid.shape, points, 0.36 * grid.px_per_mm, opacity)
    rgb += (colour * lit * 0.9 - rgb) * (0.85 * cover)[..., None]
