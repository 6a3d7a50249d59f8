"""Hands that hold a medium or a thing: tapered capsules of skin, lit as everything else is.

Coordinates are millimetres on the plane of what is held, so that fingers meet its edge; a
homography takes them to the picture. Left out: bones, veins, rings; sleeves are plain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.lighting import Lamp
from spoofcue.simulate.raster import FloatImage, Generator, Rgb, blur, fractal_noise

# linear reflectance of skin from light to dark, and where lips, nails and palms go
SKINS = (
    (0.66, 0.43, 0.33), (0.56, 0.36, 0.26), (0.44, 0.26, 0.17),
    (0.31, 0.17, 0.10), (0.19, 0.10, 0.06), (0.10, 0.055, 0.038),
)  # fmt: skip
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Limb:
    """A finger, palm or arm.

    Attributes:
        points: its middle line, from root to tip, mm.
        radii: half of its width at each point, mm.
        front: before what is held; else behind.
        nail: the tip shows one.
        cloth: reflectance of a sleeve, or None: skin.

    """

    points: tuple[Point, ...]
    radii: tuple[float, ...]
    front: bool
    nail: bool = False
    cloth: Rgb | None = None


@dataclass(frozen=True, slots=True)
class Hand:
    """A hand in place.

    Attributes:
        limbs: from the hindmost on.
        skin: reflectance, linear.
        seed: of its texture.

    """

    limbs: tuple[Limb, ...]
    skin: Rgb
    seed: int

    def to_dict(self) -> dict[str, object]:
        """For the record of parameters."""
        return asdict(self)


def draw_skin(rng: Generator) -> Rgb:
    """A skin between light and dark."""
    t = float(rng.uniform(0, len(SKINS) - 1))
    k = min(int(t), len(SKINS) - 2)
    low, high = np.array(SKINS[k]), np.array(SKINS[k + 1])
    r, g, b = (low + (t - k) * (high - low)) * (1 + 0.06 * rng.standard_normal(3))
    return float(r), float(g), float(b)


def _arm(start: Point, towards: Point, rng: Generator) -> list[Limb]:
    """Wrist and forearm from the palm away, in a sleeve or bare."""
    length = 420.0
    end = start[0] + length * towards[0], start[1] + length * towards[1]
    wrist = start[0] + 55 * towards[0], start[1] + 55 * towards[1]
    limbs = [Limb((end, wrist, start), (44.0, 27.0, 33.0), front=False)]
    if rng.uniform() < 0.6:
        cuff = start[0] + (75 + 120 * rng.uniform()) * towards[0], 0.0
        share = (cuff[0] - start[0]) / towards[0] if towards[0] else 110.0
        at = start[0] + share * towards[0], start[1] + share * towards[1]
        level = float(np.exp(rng.uniform(np.log(0.02), np.log(0.6))))
        r, g, b = np.clip(level * (1 + 0.3 * rng.standard_normal(3)), 0.01, 0.85)
        limbs.append(Limb((end, at), (58.0, 42.0), False, cloth=(float(r), float(g), float(b))))
    return limbs


def draw_grip(rng: Generator, box: tuple[float, float, float, float], skin: Rgb, side: int) -> Hand:
    """A hand about a device from behind: fingertips over one edge, the thumb over the other.

    Args:
        rng: of the sample.
        box: left, top, right, bottom of the device, mm.
        skin: of the hand.
        side: 1 where the fingers come over the left edge, -1 over the right one.

    """
    left, top, right, bottom = box
    near, far = (left, right) if side > 0 else (right, left)
    height = bottom - top
    y = bottom - height * float(rng.uniform(0.12, 0.6))
    grow = float(rng.uniform(0.85, 1.15))
    inside = float(rng.uniform(-3, 7))
    palm = (left + right) / 2, y + 12
    towards = _unit(-side * float(rng.normal(0.25, 0.25)), 1.0)
    limbs = _arm(palm, towards, rng)
    # the ball of the thumb, beyond the other edge
    ball = far + side * float(rng.uniform(-6, 12)), y + 24 * grow
    limbs.append(Limb((palm, ball), (34 * grow, 21 * grow), front=False))
    for k in range(4):
        reach = inside + (0, 2, 1, -2)[k] + float(rng.normal(0, 1.0))
        at = y + (k - 1.2) * 19.5 * grow
        radius = grow * (8.3, 8.6, 8.2, 7.0)[k]
        root = near - side * 13 * grow, at + float(rng.normal(2, 2))
        knuckle = near - side * 6 * grow, at - 2
        tip = near + side * reach, at - float(rng.uniform(0, 5))
        limbs.append(
            Limb(
                ((near + side * 14, at + 7), root, knuckle, tip),
                (radius, radius * 1.06, radius * 1.02, radius * 0.82),
                front=True,
                nail=bool(reach > 2),
            )
        )
    if rng.uniform() < 0.75:
        tip = far - side * float(rng.uniform(-3, 13)), y - float(rng.uniform(4, 34))
        limbs.append(
            Limb(
                (ball, (far + side * 9 * grow, y + 4), tip),
                (15 * grow, 11 * grow, 8.8 * grow),
                front=True,
                nail=rng.uniform() < 0.8,
            )
        )
    return Hand(tuple(limbs), skin, int(rng.integers(2**31)))


def draw_pinch(rng: Generator, at: Point, inward: Point, skin: Rgb, deepest: float = 32.0) -> Hand:
    """A hand that holds a sheet's edge between the thumb before it and fingers behind.

    Args:
        rng: of the sample.
        at: on the edge, mm.
        inward: unit vector from the edge into the sheet.
        skin: of the hand.
        deepest: that the thumb reaches inward, mm.

    """
    ix, iy = inward
    ax, ay = -iy, ix  # along the edge
    grow = float(rng.uniform(0.85, 1.15))
    deep = float(rng.uniform(0.2, 1.0)) * deepest
    palm = at[0] - ix * 52 * grow, at[1] - iy * 52 * grow + 8
    towards = _unit(-ix * 0.7 + float(rng.normal(0, 0.2)), -iy * 0.5 + 0.9)
    limbs = _arm(palm, towards, rng)
    turn = 1.0 if rng.uniform() < 0.5 else -1.0
    for k in range(4):
        off = turn * (k - 0.6) * 17 * grow
        tip = at[0] + ix * 6 + ax * off, at[1] + iy * 6 + ay * off
        middle = at[0] - ix * (20 + 4 * k) * grow + ax * off, at[1] - iy * 22 * grow + ay * off
        limbs.append(Limb((palm, middle, tip), (15 * grow, 9.6 * grow, 8.6 * grow), front=False))
    tip = at[0] + ix * deep + ax * float(rng.normal(0, 6)), at[1] + iy * deep
    joint = at[0] - ix * 8 * grow + ax * turn * 5, at[1] - iy * 8 * grow + ay * turn * 5
    root = palm[0] + ax * turn * 12, palm[1] + ay * turn * 12
    limbs.append(
        Limb(
            (root, joint, tip),
            (17 * grow, 11.5 * grow, 9 * grow),
            front=True,
            nail=rng.uniform() < 0.85,
        )
    )
    return Hand(tuple(limbs), skin, int(rng.integers(2**31)))


def draw_raised(rng: Generator, at: Point, skin: Rgb) -> Hand:
    """An empty hand in the air: at the head, at glasses, waving."""
    grow = float(rng.uniform(0.85, 1.1))
    lean = float(rng.normal(0, 0.5))
    up = np.array([np.sin(lean), -np.cos(lean)])
    across = np.array([-up[1], up[0]])
    palm = np.array(at)
    limbs = _arm((float(palm[0]), float(palm[1])), _unit(-float(up[0]), 1.0), rng)
    limbs.append(Limb((_p(palm), _p(palm + 34 * grow * up)), (36 * grow, 36 * grow), front=False))
    bent = float(rng.uniform(0.35, 1))
    spread = float(rng.uniform(0.8, 1.25))
    for k in range(4):
        root = palm + 42 * grow * up + across * (k - 1.5) * 18 * grow
        aim = up + across * (k - 1.5) * 0.12 * spread
        length = (66, 76, 70, 54)[k] * grow * bent
        tip = root + length * aim + rng.normal(0, 4, 2)
        limbs.append(
            Limb(
                (_p(root), _p(root + 0.5 * length * aim), _p(tip)),
                (9.6 * grow, 9 * grow, 7.4 * grow),
                front=True,
                nail=bool(bent < 0.7),
            )
        )
    turn = 1 if rng.uniform() < 0.5 else -1
    thumb = palm + turn * across * 30 * grow
    tip = thumb + grow * (turn * across * 28 + up * float(rng.uniform(15, 45)))
    limbs.append(Limb((_p(thumb - 8 * up), _p(thumb), _p(tip)), (17.0, 13.0, 9.0), True, nail=True))
    return Hand(tuple(limbs), skin, int(rng.integers(2**31)))


def _p(point: NDArray[np.floating]) -> Point:
    return float(point[0]), float(point[1])


def _unit(x: float, y: float) -> Point:
    length = float(np.hypot(x, y))
    return x / length, y / length


def paint_hand(
    scene: FloatImage, hand: Hand, to_grid: NDArray[np.float64], lamp: Lamp, *, front: bool
) -> None:
    """Paint those limbs of a hand that are before, or behind, what it holds, onto the scene.

    Args:
        scene: (C, C, 3) float32 linear light, changed in place; or (C, C, 4), light added and
            the share of what is behind that still passes.
        hand: in mm.
        to_grid: (3, 3) homography from mm to the grid's samples.
        lamp: the light.
        front: which limbs.

    """
    rng = np.random.default_rng([hand.seed, int(front)])
    for limb in hand.limbs:
        if limb.front is front:
            _paint_limb(scene, limb, hand.skin, to_grid, lamp, rng)


def _paint_limb(
    scene: FloatImage,
    limb: Limb,
    skin: Rgb,
    to_grid: NDArray[np.float64],
    lamp: Lamp,
    rng: Generator,
) -> None:
    points, radii = _projected(limb.points, limb.radii, to_grid)
    seed = int(rng.integers(2**31))
    reach = float(radii.max()) * 1.5 + 2
    low = np.floor(points.min(axis=0) - reach).astype(int)
    high = np.ceil(points.max(axis=0) + reach).astype(int)
    x0, y0 = max(int(low[0]), 0), max(int(low[1]), 0)
    x1, y1 = min(int(high[0]), scene.shape[1]), min(int(high[1]), scene.shape[0])
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    x = np.arange(x0, x1, dtype=np.float32)[None, :]
    y = np.arange(y0, y1, dtype=np.float32)[:, None]
    best = np.full((y1 - y0, x1 - x0), np.inf, np.float32)
    dx, dy = np.zeros_like(best), np.zeros_like(best)
    size = np.ones_like(best)
    for k in range(len(points) - 1):
        (ax, ay), (bx, by) = points[k].tolist(), points[k + 1].tolist()
        length = max((bx - ax) ** 2 + (by - ay) ** 2, 1e-6)
        t = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length, 0, 1)
        radius = float(radii[k]) + t * float(radii[k + 1] - radii[k])
        ox, oy = x - (ax + t * (bx - ax)), y - (ay + t * (by - ay))
        away = np.sqrt(ox * ox + oy * oy) / radius
        nearer = away < best
        best = np.where(nearer, away, best).astype(np.float32)
        dx, dy = np.where(nearer, ox / radius, dx), np.where(nearer, oy / radius, dy)
        size = np.where(nearer, radius, size)
    cover = np.clip((1 - best) * size + 0.5, 0, 1).astype(np.float32)
    light = _lit(dx, dy, best, points, float(radii[-1]), limb, skin, lamp, seed, x, y)
    part = scene[y0:y1, x0:x1]
    tip = float(radii.min())
    shade = blur(np.clip(1.25 - best, 0, 1).astype(np.float32), max(0.35 * tip, 0.5))
    part *= 1 - np.float32(0.45) * shade[..., None]
    if part.shape[2] == 4:
        light = np.dstack([light, np.zeros_like(best)])
    part += cover[..., None] * (light - part)


def _projected(
    points: Sequence[Point], radii: Sequence[float], to_grid: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    plane = np.column_stack([np.array(points, np.float64), np.ones(len(points))])
    seen = plane @ to_grid.T
    flat = seen[:, :2] / seen[:, 2:]
    beside = (plane + np.array([1.0, 0.0, 0.0])) @ to_grid.T
    scale = np.hypot(*(beside[:, :2] / beside[:, 2:] - flat).T)
    return flat, np.array(radii) * scale


def _lit(
    dx: FloatImage,
    dy: FloatImage,
    away: FloatImage,
    points: NDArray[np.float64],
    tip_radius: float,
    limb: Limb,
    skin: Rgb,
    lamp: Lamp,
    seed: int,
    x: FloatImage,
    y: FloatImage,
) -> FloatImage:
    """Lambert's cosine on round limbs, softened as skin scatters, with creases and a nail."""
    rng = np.random.default_rng(seed)
    depth = np.sqrt(np.clip(1 - away * away, 0.02, 1))
    azimuth, elevation = np.deg2rad(lamp.azimuth_deg), np.deg2rad(lamp.elevation_deg)
    level = float(np.cos(elevation))
    key = float(np.sin(azimuth)) * level, -float(np.sin(elevation)), float(np.cos(azimuth)) * level
    facing = (dx * key[0] + dy * key[1] + depth * key[2] + 0.3) / 1.3
    albedo = np.ones((*away.shape, 3), np.float32) * np.array(limb.cloth or skin, np.float32)
    rough = fractal_noise(away.shape, max(tip_radius * 0.8, 2), 3, rng)
    albedo *= 1 + np.float32(0.12 if limb.cloth else 0.07) * rough[..., None]
    if limb.cloth is None and len(points) > 2:
        ex, ey = points[-1].tolist()
        bx, by = (points[-2] - points[-1]).tolist()
        length = max(float(np.hypot(bx, by)), 1e-6) * tip_radius
        along = ((x - ex) * bx + (y - ey) * by) / length
        across = ((x - ex) * -by + (y - ey) * bx) / length
        red = np.exp(-np.clip(along + 0.3, 0, None) / 1.6)[..., None]
        albedo *= 1 + red * np.array([0.10, -0.08, -0.06], np.float32)
        for crease in (2.0, 2.25):
            line = np.exp(-(((along - crease) / 0.09) ** 2))
            albedo *= (1 - 0.16 * line)[..., None]
        if limb.nail:
            oval = np.clip(6 * (1 - ((along - 0.05) / 0.62) ** 2 - (across / 0.6) ** 2), 0, 1)
            tone = np.array(skin) * 0.75 + np.array([0.22, 0.15, 0.14])
            albedo += oval[..., None] * (tone.astype(np.float32) - albedo)
            facing = facing + 0.12 * oval * (1 - np.abs(across))
    light = np.clip(facing, 0, None)[..., None] * np.array(lamp.key_rgb, np.float32)
    light = light + (0.45 + 0.55 * depth)[..., None] * np.array(lamp.sky_rgb, np.float32)
    return np.asarray(albedo * light, np.float32)


def over(scene: FloatImage, hands: Sequence[Hand], to_grid: NDArray[np.float64], lamp: Lamp,
         *, front: bool) -> None:  # fmt: skip
    """Paint several hands; see :func:`paint_hand`."""
    for hand in hands:
        paint_hand(scene, hand, to_grid, lamp, front=front)
