"""Hair: on the head in two layers, brows and beard as thousands of thin strokes over the skin."""

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.face.frame import Expression, Grid, make_grid
from spoofcue.simulate.face.head import half_width_mm
from spoofcue.simulate.face.identity import Identity
from spoofcue.simulate.face.mouth import lip_mask
from spoofcue.simulate.face.skin import Lighting
from spoofcue.simulate.raster import FloatImage, blur, fractal_noise, smoothstep, value_noise

LONG = ("bob", "long", "long_wavy")
COILED = ("afro", "curly")
_SUBPIXEL_BITS = 4
_THICKNESS_MM = {
    "buzz": 1.5, "crop": 7.0, "side_part": 12.0, "swept_back": 11.0, "fringe": 11.0, "afro": 30.0,
    "curly": 17.0, "tied": 4.0, "bob": 11.0, "long": 8.0, "long_wavy": 13.0,
}  # fmt: skip


def hair_grid(px_per_mm: float) -> Grid:
    """A raster that holds every style."""
    return make_grid(-135, 135, -165, 215, px_per_mm)


def paint_hair(identity: Identity, grid: Grid, lighting: Lighting) -> tuple[FloatImage, FloatImage]:
    """Front and back layers, premultiplied (H, W, 4) linear light; both empty for a bald head."""
    hair, head = identity.hair, identity.head
    empty = np.zeros((*grid.shape, 4), np.float32)
    if hair.style == "bald":
        return empty, empty.copy()
    rng = np.random.default_rng([identity.seed, 0x4A1])
    x, y = grid.column_mm, grid.row_mm
    thick = _THICKNESS_MM[hair.style] * (0.75 + 0.5 * hair.volume_mm)
    top = head.vertex_y_mm
    # the outline of the skull, blown up about the ears' height by the hair's thickness
    grow = (abs(top) + thick) / abs(top)
    up = np.where(y < 0, y / grow, y)
    skull = half_width_mm(head, up.astype(np.float32))
    # in proportion, so that the dome closes at the top
    width = skull * (1 + thick / head.skull_half_mm * smoothstep(70, -30, y + 0 * x))
    ragged = _ragged(grid, hair.style, rng)
    inside = smoothstep(-0.9, 0.9, width - np.abs(x) + ragged) * (skull > 3)
    low_end = 6.0 if hair.style not in LONG else 25.0
    front = inside * smoothstep(1.2, -1.2, y - _hairline(identity, grid) - 0.6 * ragged)
    front *= smoothstep(low_end + 18, low_end, y + 2 * ragged)
    if hair.style == "buzz":
        front *= 0.82
    back = np.zeros(grid.shape, np.float32)
    if hair.style in LONG or hair.style in COILED:
        end = {"bob": 78.0 + 28 * hair.length_y_mm, "afro": 30.0, "curly": 40.0}.get(
            hair.style, 135.0 + 60 * hair.length_y_mm
        )
        flare = head.cheek_half_mm + thick + 4 + 0.10 * np.clip(y, 0, 120)
        if hair.style == "long_wavy":
            flare = flare + 4.0 * np.sin(y / 13.0 + hair.parting * 9)
        spread = np.where(y < 0, width, flare)
        back = smoothstep(-1.2, 1.2, spread - np.abs(x) + ragged)
        back *= smoothstep(6, -6, y - end - 2.5 * ragged) * ((skull > 3) | (y > 0))
    colour = _shade(identity, grid, lighting, rng, thick)
    return (
        np.dstack([colour * front[..., None], front]).astype(np.float32),
        np.dstack([colour * (0.62 * back)[..., None], back]).astype(np.float32),
    )


def _ragged(grid: Grid, style: str, rng: np.random.Generator) -> FloatImage:
    """Uneven edge in mm: fine tufts, or the bumps of curls."""
    px = grid.px_per_mm
    if style in COILED:
        return 1.7 * fractal_noise(grid.shape, 8 * px, 2, rng)
    return 0.9 * fractal_noise(grid.shape, 2.2 * px, 2, rng) + 0.9 * value_noise(
        grid.shape, 11 * px, rng
    )


def _hairline(identity: Identity, grid: Grid) -> FloatImage:
    """Height (mm) below which the face is bare, (H or 1, W)."""
    hair, head = identity.hair, identity.head
    x = grid.column_mm
    share = np.abs(x) / head.cheek_half_mm
    line = hair.hairline_y_mm + 9.0 * share**2
    line = line - hair.recession_mm * np.exp(-(((np.abs(x) - 36) / 15) ** 2))
    # temples: the hair comes down in front of the ears
    line = line + 62.0 * smoothstep(0.74, 0.98, share.astype(np.float32))
    if hair.style == "fringe":
        cover = smoothstep(62, 40, np.abs(x).astype(np.float32))
        line = line + cover * (26 + 5 * np.sin(x / 5.0 + hair.parting * 20))
    elif hair.style in ("side_part", "crop"):
        line = line + 7.0 * np.clip(np.sign(hair.parting) * x / 45 + 0.3, 0, 1)
    elif hair.style in LONG:
        part = np.abs(x - 60 * hair.parting)
        line = line + 46 * smoothstep(34, 72, part.astype(np.float32)) * (share < 1.3)
    return np.asarray(line, np.float32)


def _shade(
    identity: Identity, grid: Grid, lighting: Lighting, rng: np.random.Generator, thick: float
) -> FloatImage:
    """Colour (H, W, 3): strands along the flow, a soft highlight across them, a dome's shading."""
    hair, head, px = identity.hair, identity.head, grid.px_per_mm
    x, y = grid.column_mm + 0 * grid.row_mm, grid.row_mm + 0 * grid.column_mm
    crown_x = 60 * hair.parting if hair.style not in ("swept_back", "tied") else 0.0
    fall = np.clip((y + 30) / 60, 0, 1)
    angle = np.arctan2(x - crown_x, np.abs(y - head.vertex_y_mm - 2) + 12.0)
    across = (1 - fall) * angle * 62 + fall * x
    along = np.hypot(x - crown_x, y - head.vertex_y_mm)
    if hair.style == "long_wavy":
        across = across + 4.0 * np.sin(along / 12.0 + 0.05 * x)
    if hair.style in COILED:
        strands = fractal_noise(grid.shape, 3.0 * px, 3, rng, 0.8)
        locks = value_noise(grid.shape, 11 * px, rng)
    elif hair.style == "buzz":
        strands = fractal_noise(grid.shape, 1.6 * px, 2, rng, 0.8)
        locks = value_noise(grid.shape, 20 * px, rng)
    else:
        strands = _along_flow(across, along, 1.7, 0.030, rng) * 0.7
        strands = strands + _along_flow(across, along, 0.75, 0.020, rng) * 0.6
        locks = _along_flow(across, along, 0.16, 0.012, rng)
    width = head.skull_half_mm + thick
    nx = np.clip(x / width, -1, 1)
    ny = np.clip((y + 20) / (abs(head.vertex_y_mm) + thick - 20), -1, 0.6)
    nz = np.sqrt(np.clip(1 - nx**2 - ny**2, 0.05, 1))
    key, light = lighting.key, lighting.light
    direct = np.clip((nx * key[0] + ny * key[1] + nz * key[2] + 0.35) / 1.35, 0, 1)
    tone = np.exp(0.30 * strands + 0.28 * locks)
    lit = direct[..., None] * np.array(light.key_rgb, np.float32)
    lit = lit + 0.55 * np.array(light.sky_rgb, np.float32)
    band = np.exp(-(((ny + 0.62) / 0.2) ** 2)) * direct if hair.style not in COILED else 0 * ny
    gloss = (0.030 * band * np.clip(0.6 + 0.5 * strands + 0.4 * locks, 0, 2.5))[..., None]
    base = np.array(hair.rgb, np.float32) * tone[..., None]
    root = smoothstep(0.0, 10.0, along.astype(np.float32) - 4)[..., None]
    out = (base * lit + gloss * np.array(light.key_rgb, np.float32)) * (0.75 + 0.25 * root)
    return blur(out.astype(np.float32), 0.16 * px)


def _along_flow(
    across: FloatImage,
    along: FloatImage,
    per_mm: float,
    along_per_mm: float,
    rng: np.random.Generator,
) -> FloatImage:
    """Noise that varies fast across the strands and slowly along them; deviation about 1."""
    sheet = rng.standard_normal((64, 1024), dtype=np.float32)
    sheet = cv2.GaussianBlur(sheet, (0, 0), 0.8) * 2.2
    map_x = (np.mod(across * per_mm * 1.0 + 512, 1020)).astype(np.float32)
    map_y = (np.mod(along * along_per_mm * 8, 60)).astype(np.float32)
    return np.asarray(cv2.remap(sheet, map_x, map_y, cv2.INTER_LINEAR), np.float32)


def paint_brows(
    rgb: FloatImage, identity: Identity, expression: Expression, grid: Grid, lit: FloatImage
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
    rgb: FloatImage, identity: Identity, expression: Expression, grid: Grid, lit: FloatImage
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


def bezier(controls: NDArray[np.floating], steps: int) -> FloatImage:
    """Sample cubic Bezier curves: controls (N, 4, 2) -> points (N, steps, 2)."""
    t = np.linspace(0, 1, steps)[None, :, None]
    p0, p1, p2, p3 = (controls[:, None, k] for k in range(4))
    s = 1 - t
    curve = s**3 * p0 + 3 * s**2 * t * p1 + 3 * s * t**2 * p2 + t**3 * p3
    return np.asarray(curve, np.float32)


def thin_coverage(
    shape: tuple[int, int],
    points_px: FloatImage,
    thickness_px: float,
    opacity: NDArray[np.floating],
) -> FloatImage:
    """Coverage 0..1 (H, W) of hairs thinner than a pixel: painted at 3x and averaged down.

    Three sheets of hairs are layered by transparency, so crossings darken as real ones do.
    """
    over = 3
    height, width = shape
    fixed = np.round(points_px * over * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    wide = max(1, round(thickness_px * over))
    clear = np.ones(shape, np.float32)
    for sheet in range(3):
        canvas = np.zeros((height * over, width * over), np.uint8)
        for index in range(sheet, len(fixed), 3):
            level = int(255 * opacity[index])
            cv2.polylines(canvas, [fixed[index]], False, level, wide, cv2.LINE_AA, _SUBPIXEL_BITS)
        small = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
        clear *= 1.0 - small.astype(np.float32) / 255.0
    return 1.0 - clear
