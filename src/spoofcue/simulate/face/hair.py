"""Hair on the head: a front layer above the hairline and a back layer behind neck and ears."""

import cv2
import numpy as np

from spoofcue.simulate.face.geometry import half_width_mm
from spoofcue.simulate.face.grid import Grid, make_grid
from spoofcue.simulate.face.shading import Lighting
from spoofcue.simulate.identity import Identity
from spoofcue.simulate.noise import Image, blur, fractal_noise, smoothstep, value_noise

LONG = ("bob", "long", "long_wavy")
COILED = ("afro", "curly")
_THICKNESS_MM = {
    "buzz": 1.5, "crop": 7.0, "side_part": 12.0, "swept_back": 11.0, "fringe": 11.0, "afro": 30.0,
    "curly": 17.0, "tied": 4.0, "bob": 11.0, "long": 8.0, "long_wavy": 13.0,
}  # fmt: skip


def hair_grid(px_per_mm: float) -> Grid:
    """A raster that holds every style."""
    return make_grid(-135, 135, -165, 215, px_per_mm)


def paint_hair(identity: Identity, grid: Grid, lighting: Lighting) -> tuple[Image, Image]:
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


def _ragged(grid: Grid, style: str, rng: np.random.Generator) -> Image:
    """Uneven edge in mm: fine tufts, or the bumps of curls."""
    px = grid.px_per_mm
    if style in COILED:
        return 1.7 * fractal_noise(grid.shape, 8 * px, 2, rng)
    return 0.9 * fractal_noise(grid.shape, 2.2 * px, 2, rng) + 0.9 * value_noise(
        grid.shape, 11 * px, rng
    )


def _hairline(identity: Identity, grid: Grid) -> Image:
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
) -> Image:
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
    across: Image, along: Image, per_mm: float, along_per_mm: float, rng: np.random.Generator
) -> Image:
    """Noise that varies fast across the strands and slowly along them; deviation about 1."""
    sheet = rng.standard_normal((64, 1024), dtype=np.float32)
    sheet = cv2.GaussianBlur(sheet, (0, 0), 0.8) * 2.2
    map_x = (np.mod(across * per_mm * 1.0 + 512, 1020)).astype(np.float32)
    map_y = (np.mod(along * along_per_mm * 8, 60)).astype(np.float32)
    return np.asarray(cv2.remap(sheet, map_x, map_y, cv2.INTER_LINEAR), np.float32)
