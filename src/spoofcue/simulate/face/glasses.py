"""Spectacles: a rim drawn from a distance field, a faint reflection on the lenses."""

import numpy as np

from spoofcue.simulate.face.grid import Grid
from spoofcue.simulate.face.shading import Lighting
from spoofcue.simulate.identity import Glasses, Identity
from spoofcue.simulate.noise import Image, smoothstep

_POWER = {"round": 2.0, "oval": 2.4, "square": 4.5}


def paint_glasses(identity: Identity, grid: Grid, lighting: Lighting) -> Image | None:
    """Premultiplied layer (H, W, 4) linear light, or None without glasses."""
    glasses = identity.glasses
    if glasses is None:
        return None
    centre_x, centre_y = identity.eyes.centre_x_mm + 1.0, 3.0
    x, y = np.broadcast_arrays(np.abs(grid.column_mm), grid.row_mm)
    distance = _lens_distance(glasses, x - centre_x, y - centre_y)
    half = glasses.rim_mm / 2
    rim = smoothstep(half + 0.35, half - 0.35, np.abs(distance))
    if glasses.half_rim:
        rim *= smoothstep(6, 1, (y - centre_y).astype(np.float32))
    inner = centre_x - glasses.lens_half_width_mm
    bridge_y = centre_y - 6.5 - 2.0 * np.cos(np.clip(x / max(inner, 3.0), 0, 1.6))
    bridge = smoothstep(half + 0.5, half - 0.2, np.abs(y - bridge_y).astype(np.float32))
    bridge *= x < inner + 1.5
    outer = centre_x + glasses.lens_half_width_mm
    temple = smoothstep(1.9, 1.2, np.abs(y - centre_y + 9 + 0 * x).astype(np.float32))
    temple *= (x > outer - 2) & (x < identity.head.cheek_half_mm + 2)
    frame = np.maximum.reduce([rim, bridge, temple]).astype(np.float32)
    light = lighting.light
    key = np.array(light.key_rgb, np.float32)
    sky = np.array(light.sky_rgb, np.float32)
    glint = np.exp(-(((distance + 0.25 * half) / (0.5 * half + 0.2)) ** 2)) * (y < centre_y)
    colour = np.array(glasses.rgb, np.float32) * (0.7 * key + sky)
    colour = colour + (0.05 * glint)[..., None] * key
    lens = smoothstep(0.3, -0.3, distance)
    streak = smoothstep(
        0, 1, np.sin((x - centre_x + 1.2 * (y - centre_y)) / 9.0).astype(np.float32)
    )
    veil = (0.010 + 0.020 * streak * smoothstep(8, -14, (y - centre_y).astype(np.float32))) * lens
    # a lens adds light of its own and hides almost none
    out = colour * frame[..., None] + (veil * (1 - frame))[..., None] * sky
    return np.dstack([out, np.maximum(frame, 0.04 * lens)]).astype(np.float32)


def _lens_distance(glasses: Glasses, x: Image, y: Image) -> Image:
    """Signed distance in mm to the lens outline, negative inside (a superellipse)."""
    power = _POWER[glasses.shape]
    a = glasses.lens_half_width_mm
    b = glasses.lens_half_height_mm if glasses.shape != "round" else 0.92 * a
    level = (np.abs(x / a) ** power + np.abs(y / b) ** power) ** (1 / power)
    return np.asarray((level - 1.0) * min(a, b), np.float32)
