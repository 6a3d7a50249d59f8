"""What is about the face: ears, neck, shoulders, clothes and spectacles."""

import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.face.frame import Grid
from spoofcue.simulate.face.identity import Glasses, Identity
from spoofcue.simulate.face.skin import Lighting, skin_tone
from spoofcue.simulate.raster import FloatImage, blur, fractal_noise, grain, smoothstep

_POWER = {"round": 2.0, "oval": 2.4, "square": 4.5}


def _dome_light(nx: FloatImage, ny: FloatImage, lighting: Lighting) -> FloatImage:
    """Irradiance (H, W, 3) of a rounded body with the given normal components."""
    nz = np.sqrt(np.clip(1 - nx**2 - ny**2, 0.02, 1))
    key, light = lighting.key, lighting.light
    direct = np.clip((nx * key[0] + ny * key[1] + nz * key[2] + 0.2) / 1.2, 0, 1)
    up = 0.5 - 0.5 * ny
    sky, floor = np.array(light.sky_rgb, np.float32), np.array(light.floor_rgb, np.float32)
    ambient = floor + up[..., None] * (sky - floor)
    return np.asarray(direct[..., None] * np.array(light.key_rgb, np.float32) + ambient, np.float32)


def paint_ears(identity: Identity, grid: Grid, lighting: Lighting) -> FloatImage:
    """Both ears, premultiplied (H, W, 4) linear light."""
    head, skin = identity.head, identity.skin
    rng = np.random.default_rng([identity.seed, 0xEA5])
    out = np.zeros((*grid.shape, 4), np.float32)
    tone = skin_tone(skin, np.full((1, 1), skin.melanin, np.float32))[0, 0]
    tone = tone * np.exp(-0.14 * np.array([0.1, 0.62, 0.48], np.float32))
    for side in (-1.0, 1.0):
        u = (side * grid.column_mm - head.cheek_half_mm - 0.18 * head.ear_out_mm) / head.ear_out_mm
        v = (grid.row_mm - 20.0) / 31.0
        u = u - 0.22 * np.clip(-v, -1, 1)
        u, v = np.broadcast_arrays(u, v)
        wide = 0.82 - 0.20 * v
        radius = np.sqrt((u / wide) ** 2 + v**2)
        cover = smoothstep(1.03, 0.97, radius.astype(np.float32))
        helix = np.exp(-(((radius - 0.86) / 0.09) ** 2)) * (v < 0.62)
        hollow = np.exp(-(((u + 0.12) / 0.36) ** 2 + ((v - 0.06) / 0.34) ** 2))
        fold = np.exp(-(((radius - 0.64) / 0.08) ** 2)) * (v < 0.4)
        lit = _dome_light(
            np.clip(side * (0.35 + 0.5 * u), -0.95, 0.95).astype(np.float32),
            np.clip(0.25 * v, -0.9, 0.9).astype(np.float32),
            lighting,
        )
        level = (0.80 + 0.16 * helix - 0.45 * hollow - 0.20 * fold)[..., None]
        level = level * (1 + 0.03 * grain(grid.shape, 0.3 * grid.px_per_mm, rng)[..., None])
        colour = tone * lit * level * np.array([1.0, 0.95, 0.95], np.float32)
        out += np.dstack([colour * cover[..., None], cover]).astype(np.float32)
    return out


def paint_body(identity: Identity, grid: Grid, lighting: Lighting) -> FloatImage:
    """Neck, shoulders and garment, premultiplied (H, W, 4) linear light; not posed."""
    head, skin, px = identity.head, identity.skin, grid.px_per_mm
    rng = np.random.default_rng([identity.seed, 0xB0D])
    x, y = np.broadcast_arrays(np.abs(grid.column_mm), grid.row_mm)
    signed = grid.column_mm + 0 * grid.row_mm
    base = head.chin_y_mm + 30.0  # the pit of the neck
    neck_w = 0.90 * head.neck_half_mm + 0.022 * np.clip(y - base + 30, 0, 60) ** 2
    neck = smoothstep(-0.7, 0.7, (neck_w - x).astype(np.float32)) * (y > 10)
    slope = base - 22 + 0.34 * np.clip(x - 0.9 * head.neck_half_mm, 0, None) ** 1.02
    slope = slope + 0.010 * np.clip(x - 120, 0, None) ** 2
    torso = smoothstep(-0.8, 0.8, (y - slope).astype(np.float32))
    tone = skin_tone(skin, np.full((1, 1), skin.melanin, np.float32))[0, 0]
    mottle = 1 + 0.035 * fractal_noise(grid.shape, 12 * px, 4, rng)
    lit = _dome_light(
        np.clip(signed / (neck_w + 6), -0.96, 0.96).astype(np.float32),
        np.zeros(grid.shape, np.float32),
        lighting,
    )
    under_chin = 1 - 0.62 * smoothstep(base + 12, head.chin_y_mm - 6, y.astype(np.float32))
    cord = np.exp(-(((x - 16 - 0.25 * (y - base)) / 5) ** 2)) * smoothstep(
        base - 36, base - 6, y.astype(np.float32)
    )
    flesh = tone * lit * (mottle * under_chin * (1 + 0.10 * cord))[..., None]
    cloth, dressed = _garment(identity, grid, lighting=lighting, rng=rng, base=base, slope=slope)
    colour = flesh * (1 - dressed[..., None]) + cloth * dressed[..., None]
    cover = np.maximum(neck, torso)
    return np.dstack([colour * cover[..., None], cover]).astype(np.float32)


def _garment(
    identity: Identity,
    grid: Grid,
    *,
    lighting: Lighting,
    rng: np.random.Generator,
    base: float,
    slope: FloatImage,
) -> tuple[FloatImage, FloatImage]:
    """Cloth colour (H, W, 3) and where it covers, 0..1 (H, W)."""
    px = grid.px_per_mm
    x, y = np.broadcast_arrays(np.abs(grid.column_mm), grid.row_mm)
    signed = grid.column_mm + 0 * grid.row_mm
    reach = 0.9 * identity.head.neck_half_mm + 9
    dip = np.clip(1 - (x / reach) ** 2, 0, 1)
    collar = {
        "crew": base - 4 + 13 * np.sqrt(dip),
        "v_neck": base - 6 + 46 * np.clip(1 - x / reach, 0, 1),
        "shirt": base - 16 + 34 * np.clip(1 - x / (0.55 * reach), 0, 1),
        "hoodie": base - 14 + 16 * np.sqrt(dip),
        "turtleneck": np.full_like(x, base - 30),
    }[identity.garment]
    edge = (y - np.maximum(collar, slope - 4)).astype(np.float32)
    dressed = smoothstep(-0.6, 0.6, edge)
    folds = fractal_noise(grid.shape, 34 * px, 3, rng, 0.5)
    weave = grain(grid.shape, 0.25 * px, rng)
    lit = _dome_light(
        np.clip(signed / 240 + 0.05 * folds, -0.9, 0.9).astype(np.float32),
        np.full(grid.shape, -0.25, np.float32),
        lighting,
    )
    seam = np.exp(-((edge / 1.6) ** 2)) * 0.35 + np.exp(-(((edge - 11) / 0.8) ** 2)) * 0.16
    level = (1 + 0.10 * folds + 0.07 * weave) * (1 - seam)
    shade = smoothstep(-4, 22, edge) * 0.35 + 0.65
    cloth = np.array(identity.garment_rgb, np.float32) * lit * (level * shade)[..., None]
    return blur(cloth.astype(np.float32), 0.1 * px), dressed


def paint_glasses(identity: Identity, grid: Grid, lighting: Lighting) -> FloatImage | None:
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


def _lens_distance(
    glasses: Glasses, x: NDArray[np.floating], y: NDArray[np.floating]
) -> FloatImage:
    """Signed distance in mm to the lens outline, negative inside (a superellipse)."""
    power = _POWER[glasses.shape]
    a = glasses.lens_half_width_mm
    b = glasses.lens_half_height_mm if glasses.shape != "round" else 0.92 * a
    level = (np.abs(x / a) ** power + np.abs(y / b) ** power) ** (1 / power)
    return np.asarray((level - 1.0) * min(a, b), np.float32)
