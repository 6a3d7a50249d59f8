"""The room behind everything: walls, a ceiling, windows, furniture, pictures; or the open air.

Painted flat and small: what is behind is seen at the camera's own sharpness at best.
"""

from __future__ import annotations

import functools
from dataclasses import asdict, dataclass

import cv2
import numpy as np

from spoofcue.simulate.lighting import Lamp
from spoofcue.simulate.raster import FloatImage, Generator, blur, fractal_noise, value_noise

ROOM_PX = 384


@dataclass(frozen=True, slots=True)
class Room:
    """A room, drawn without knowing the class.

    Attributes:
        seed: of everything in it.
        things: how many there are, 0..14.
        blur: sigma of its being out of focus, parts of the picture's side.
        level: light in it, relative to that on the person.

    """

    seed: int
    things: int
    blur: float
    level: float

    def to_dict(self) -> dict[str, object]:
        """For the record of parameters."""
        return asdict(self)


def draw_room(rng: Generator) -> Room:
    """A bare wall to a full room, sharp as webcams show it or out of focus."""
    sharp = rng.uniform() < 0.5
    return Room(
        int(rng.integers(2**31)),
        int(14 * rng.uniform() ** 1.7),
        0.0 if sharp else float(np.exp(rng.uniform(np.log(0.002), np.log(0.03)))),
        float(np.exp(rng.normal(0, 0.3))),
    )


def room_radiance(room: Room, lamp: Lamp, size: int) -> FloatImage:
    """The room's light on a grid, (size, size, 3) float32 linear."""
    ambient = room.level * (0.5 * np.array(lamp.key_rgb) + np.array(lamp.sky_rgb))
    painted = _painted(room) * ambient.astype(np.float32)
    return np.asarray(cv2.resize(painted, (size, size), interpolation=cv2.INTER_LINEAR))


@functools.lru_cache(maxsize=4)
def _painted(room: Room) -> FloatImage:
    rng = np.random.default_rng([room.seed, 0x700])
    n = ROOM_PX
    if rng.uniform() < 0.12:
        picture = _open_air(rng)
    else:
        picture = _walls(rng)
        makers = (_shelf, _cupboard, _frame, _frame, _screen, _window, _door, _curtain, _lump)
        for _ in range(room.things):
            makers[int(rng.integers(len(makers)))](picture, rng)
        for _ in range(int(rng.integers(0, 3))):
            _wire(picture, rng)
    picture *= 1 + 0.03 * fractal_noise((n, n), n / 5, 5, rng)[..., None]
    slant = np.linspace(-1, 1, n, dtype=np.float32)
    picture *= np.float32(1) + np.float32(0.18 * rng.normal()) * slant[None, :, None]
    picture *= np.float32(1) + np.float32(0.14 * rng.normal()) * slant[:, None, None]
    return np.clip(blur(picture, max(room.blur * n, 0.4)), 0.004, 3).astype(np.float32)


def _colour(rng: Generator, low: float = 0.02, high: float = 0.7) -> tuple[float, float, float]:
    """A reflectance; most things are grey or brown, a few are not."""
    level = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    vivid = 0.5 if rng.uniform() < 0.25 else 0.12
    tint = np.clip(1 + vivid * rng.standard_normal(3) + np.array([0.06, 0, -0.08]), 0.15, 2.5)
    r, g, b = np.clip(level * tint, 0.008, 0.92)
    return float(r), float(g), float(b)


def _walls(rng: Generator) -> FloatImage:
    n = ROOM_PX
    wall = np.array(_colour(rng, 0.18, 0.85), np.float32)
    picture = np.ones((n, n, 3), np.float32) * wall
    if rng.uniform() < 0.5:  # a corner, with another wall in other light
        x, lean = rng.uniform(0, n), rng.normal(0, 0.03) * n
        right = np.array([[x, 0], [n, 0], [n, n], [x + lean, n]], np.int32)
        cv2.fillPoly(picture, [right], tuple(float(c) for c in wall * rng.uniform(0.6, 1.4)))
    if rng.uniform() < 0.35:  # a pattern, as on wallpaper or tiles
        period = rng.uniform(0.02, 0.12) * n
        t = np.arange(n) * 2 * np.pi / period
        weave = np.cos(t)[None, :] * (np.cos(t)[:, None] if rng.uniform() < 0.6 else 1)
        picture *= (1 + rng.uniform(0.02, 0.2) * weave)[..., None].astype(np.float32)
    if rng.uniform() < 0.4:
        y0, y1 = rng.uniform(0, 0.3, 2) * n
        ceiling = np.array([[0, 0], [n, 0], [n, y1], [0, y0]], np.int32)
        cv2.fillPoly(picture, [ceiling], _colour(rng, 0.4, 0.9))
        for _ in range(int(rng.integers(0, 3))):
            at = int(rng.uniform(0, n)), int(rng.uniform(0, 0.2) * n)
            axes = int(rng.uniform(0.01, 0.1) * n), int(rng.uniform(0.008, 0.025) * n)
            cv2.ellipse(picture, at, axes, rng.normal(0, 15), 0, 360, (2.6, 2.5, 2.3), -1)
    if rng.uniform() < 0.35:  # a darker lower part: a sofa's back, a bed, a wainscot
        y = int(rng.uniform(0.45, 0.9) * n)
        cv2.rectangle(picture, (0, y), (n, n), _colour(rng, 0.02, 0.5), -1)
    return picture


def _open_air(rng: Generator) -> FloatImage:
    """Sky, and leaves, a street or a wall of stones under it."""
    n = ROOM_PX
    picture = np.ones((n, n, 3), np.float32) * np.array([0.75, 0.85, 1.0], np.float32)
    picture *= np.linspace(0.9, 1.25, n, dtype=np.float32)[:, None, None]
    skyline = (rng.uniform(-0.4, 0.6) + 0.08 * value_noise((1, n), n / 12, rng)[0]) * n
    ground = np.arange(n)[:, None] > skyline[None, :]
    rough = np.exp(0.7 * fractal_noise((n, n), n / float(rng.uniform(4, 16)), 5, rng, gain=0.75))
    green = np.array([0.08, 0.16, 0.05] if rng.uniform() < 0.6 else _colour(rng, 0.1, 0.4))
    land = (rough[..., None] * green).astype(np.float32)
    return np.where(ground[..., None], land, picture).astype(np.float32)


def _place(rng: Generator, wide: tuple[float, float], high: tuple[float, float]) -> list[int]:
    n = ROOM_PX
    w, h = rng.uniform(*wide) * n, rng.uniform(*high) * n
    x, y = rng.uniform(-0.3 * w, n - 0.5 * w), rng.uniform(-0.3 * h, n - 0.5 * h)
    return [int(x), int(y), int(x + w), int(y + h)]


def _shelf(picture: FloatImage, rng: Generator) -> None:
    x0, y0, x1, y1 = _place(rng, (0.15, 0.5), (0.2, 0.6))
    cv2.rectangle(picture, (x0, y0), (x1, y1), _colour(rng, 0.03, 0.4), -1)
    rows = int(rng.integers(1, 5))
    for row in range(rows):
        top, bottom = y0 + (y1 - y0) * row // rows + 4, y0 + (y1 - y0) * (row + 1) // rows - 3
        x = x0 + 3
        while x < x1 - 6 and rng.uniform() < 0.96:
            w = int(rng.uniform(0.008, 0.04) * ROOM_PX) + 1
            low = top + int(rng.uniform(0, 0.5) * (bottom - top))
            cv2.rectangle(picture, (x, low), (min(x + w, x1 - 3), bottom), _colour(rng), -1)
            x += w + int(rng.uniform(0, 3))


def _cupboard(picture: FloatImage, rng: Generator) -> None:
    x0, y0, x1, y1 = _place(rng, (0.12, 0.5), (0.25, 0.9))
    body = _colour(rng, 0.02, 0.7)
    cv2.rectangle(picture, (x0, y0), (x1, y1), body, -1)
    dark = tuple(0.55 * c for c in body)
    for share in rng.uniform(0.2, 0.8, int(rng.integers(0, 3))):
        y = y0 + int(share * (y1 - y0))
        cv2.line(picture, (x0, y), (x1, y), dark, int(rng.integers(1, 4)))
    if rng.uniform() < 0.5:
        x = (x0 + x1) // 2
        cv2.line(picture, (x, y0), (x, y1), dark, 2)
    cv2.rectangle(picture, (x0, y0), (x1, y1), dark, 1)


def _frame(picture: FloatImage, rng: Generator) -> None:
    """A picture on the wall, with no face on it."""
    x0, y0, x1, y1 = _place(rng, (0.06, 0.3), (0.06, 0.35))
    cv2.rectangle(picture, (x0, y0), (x1, y1), _colour(rng), -1)
    edge = int(rng.integers(2, 9))
    if rng.uniform() < 0.4:
        cv2.rectangle(picture, (x0 + edge, y0 + edge), (x1 - edge, y1 - edge), (0.8, 0.8, 0.78), -1)
        edge *= 2
    inner = picture[max(y0 + edge, 0) : max(y1 - edge, 0), max(x0 + edge, 0) : max(x1 - edge, 0)]
    if inner.size:
        inner[:] = abstract(rng, inner.shape[:2])


def abstract(rng: Generator, shape: tuple[int, int]) -> FloatImage:
    """A picture of nothing in particular, (h, w, 3) float32 reflectance: land, or blots."""
    h, w = shape
    cell = max(max(h, w) / float(rng.uniform(1.5, 6)), 2.0)
    a, b = (np.array(_colour(rng, 0.05, 0.9), np.float32) for _ in range(2))
    mix = np.clip(0.5 + 0.6 * fractal_noise((h, w), cell, 3, rng), 0, 1)[..., None]
    made = a + mix * (b - a)
    if rng.uniform() < 0.5:
        made[int(rng.uniform(0.3, 0.8) * h) :] *= np.array(_colour(rng, 0.2, 0.9), np.float32)
    return np.asarray(made, np.float32)


def _screen(picture: FloatImage, rng: Generator) -> None:
    """A monitor or television that is off, or shows no face."""
    x0, y0, x1, y1 = _place(rng, (0.15, 0.6), (0.12, 0.4))
    cv2.rectangle(picture, (x0, y0), (x1, y1), _colour(rng, 0.01, 0.05), -1)
    if rng.uniform() < 0.4:
        edge = int(rng.integers(2, 7))
        inner = picture[
            max(y0 + edge, 0) : max(y1 - edge, 0), max(x0 + edge, 0) : max(x1 - edge, 0)
        ]
        if inner.size:
            inner[:] = float(rng.uniform(1, 2.5)) * abstract(rng, inner.shape[:2])
    elif rng.uniform() < 0.5:
        at = int(rng.uniform(x0, x1)), int(rng.uniform(y0, y1))
        cv2.circle(picture, at, int(rng.integers(2, 9)), (1.2, 1.2, 1.1), -1)


def _window(picture: FloatImage, rng: Generator) -> None:
    x0, y0, x1, y1 = _place(rng, (0.12, 0.45), (0.2, 0.6))
    light = float(rng.uniform(0.9, 2.6))
    cv2.rectangle(picture, (x0, y0), (x1, y1), _colour(rng, 0.05, 0.8), -1)
    bars = int(rng.integers(1, 4))
    step = max((x1 - x0) // bars, 6)
    for k in range(bars):
        pane = (x0 + k * step + 3, y0 + 3), (x0 + (k + 1) * step - 3, y1 - 3)
        cv2.rectangle(picture, *pane, (0.92 * light, light, 1.06 * light), -1)
        if rng.uniform() < 0.6:
            low = y0 + int(rng.uniform(0.4, 0.9) * (y1 - y0))
            out = tuple(0.6 * light * c for c in _colour(rng, 0.1, 0.7))
            cv2.rectangle(picture, (pane[0][0], low), pane[1], out, -1)


def _door(picture: FloatImage, rng: Generator) -> None:
    x0, y0, x1, _ = _place(rng, (0.18, 0.35), (0.4, 0.8))
    colour = _colour(rng, 0.04, 0.8)
    cv2.rectangle(picture, (x0 - 5, y0 - 5), (x1 + 5, ROOM_PX), tuple(0.7 * c for c in colour), -1)
    cv2.rectangle(picture, (x0, y0), (x1, ROOM_PX), colour, -1)
    cv2.circle(picture, (x1 - 9, (y0 + ROOM_PX) // 2), 3, (0.5, 0.45, 0.35), -1)


def _curtain(picture: FloatImage, rng: Generator) -> None:
    x0, y0, x1, _ = _place(rng, (0.12, 0.5), (0.5, 1.0))
    x0, x1 = max(x0, 0), min(x1, ROOM_PX)
    if x1 - x0 < 4:
        return
    folds = np.cumsum(0.25 + 0.12 * value_noise((1, x1 - x0), 12, rng)[0])
    shade = (1 + 0.3 * np.cos(folds * float(rng.uniform(0.5, 1.6))))[None, :, None]
    cloth = shade * np.array(_colour(rng, 0.05, 0.8), np.float32)
    part = picture[max(y0, 0) :, x0:x1]
    if rng.uniform() < 0.4:
        leaves = np.clip(value_noise(part.shape[:2], 10, rng), 0, 1)[..., None]
        part[:] = cloth + leaves * (np.array(_colour(rng), np.float32) - cloth)
    else:
        part[:] = cloth


def _lump(picture: FloatImage, rng: Generator) -> None:
    """A chair's back, a bag, a plant: something round and low."""
    n = ROOM_PX
    at = int(rng.uniform(0, n)), int(rng.uniform(0.5, 1.1) * n)
    axes = int(rng.uniform(0.05, 0.25) * n), int(rng.uniform(0.05, 0.3) * n)
    colour = _colour(rng, 0.01, 0.4)
    cv2.ellipse(picture, at, axes, float(rng.normal(0, 12)), 0, 360, colour, -1)


def _wire(picture: FloatImage, rng: Generator) -> None:
    n = ROOM_PX
    x = np.linspace(0, n, 24)
    y = rng.uniform(0, 0.7) * n + rng.normal(0, 0.1) * x + 0.03 * n * np.sin(x / n * 3)
    points = np.stack([x, y], axis=1).astype(np.int32)
    cv2.polylines(picture, [points], False, _colour(rng, 0.01, 0.3), 1)
