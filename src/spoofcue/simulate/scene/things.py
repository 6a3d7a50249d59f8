"""Flat things without a face: what a live person may hold, and what a screen stands on."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.lighting import Lamp
from spoofcue.simulate.raster import FloatImage, Generator, Rgb
from spoofcue.simulate.scene.medium import Box, Medium, beyond_edge
from spoofcue.simulate.scene.room import abstract

# a face of life size, mm
LIFE_MM = 145.0


@dataclass(frozen=True, slots=True)
class Thing:
    """A phone, sheet, card, book or tablet in somebody's hand.

    Attributes:
        kind: ``phone``, ``sheet``, ``card``, ``book`` or ``tablet``.
        width_mm, height_mm: of it.
        at: of its middle, face widths from the face's middle.
        turn_deg: in the picture.
        nearer: times nearer to the camera than the face.
        lit: a screen that shines, towards the camera, with no face on it.
        colour: reflectance.
        seed: of what is on it.

    """

    kind: str
    width_mm: float
    height_mm: float
    at: tuple[float, float]
    turn_deg: float
    nearer: float
    lit: bool
    colour: Rgb
    seed: int

    def to_dict(self) -> dict[str, object]:
        """For the record of parameters."""
        return asdict(self)

    @property
    def box(self) -> Box:
        """Its edges, mm from its middle."""
        half = self.width_mm / 2, self.height_mm / 2
        return -half[0], -half[1], half[0], half[1]


def draw_thing(rng: Generator) -> Thing:
    """Something held up beside or below the face."""
    kind = str(
        rng.choice(["phone", "sheet", "card", "book", "tablet"], p=[0.4, 0.3, 0.1, 0.1, 0.1])
    )
    width, height = {
        "phone": (70, 150), "sheet": (148, 210), "card": (54, 86), "book": (130, 200),
        "tablet": (160, 235),
    }[kind]  # fmt: skip
    side = 1 if rng.uniform() < 0.5 else -1
    level = float(np.exp(rng.uniform(*np.log([0.5, 0.92] if kind == "sheet" else [0.015, 0.7]))))
    tint = 1 + (0.05 if kind == "sheet" else 0.25) * rng.standard_normal(3)
    r, g, b = np.clip(level * tint, 0.01, 0.92)
    across = float(rng.uniform(0.85, 1.7))
    return Thing(
        kind,
        width * float(rng.uniform(0.9, 1.1)),
        height * float(rng.uniform(0.9, 1.1)),
        (side * (across + width / 2 / LIFE_MM), float(rng.uniform(-0.3, 1.5))),
        float(rng.normal(0, 12)),
        float(rng.uniform(1.0, 1.4)),
        bool(kind in ("phone", "tablet") and rng.uniform() < 0.5),
        (float(r), float(g), float(b)),
        int(rng.integers(2**31)),
    )


def thing_to_grid(thing: Thing, middle: tuple[float, float], face: float) -> NDArray[np.float64]:
    """(3, 3) from mm about the thing's middle to a grid where the face is ``face`` samples wide."""
    scale = face / LIFE_MM * thing.nearer
    turn = np.deg2rad(thing.turn_deg)
    c, s = scale * np.cos(turn), scale * np.sin(turn)
    x, y = middle[0] + thing.at[0] * face, middle[1] + thing.at[1] * face
    return np.array([[c, -s, x], [s, c, y], [0, 0, 1.0]])


def paint_thing(scene: FloatImage, thing: Thing, to_grid: NDArray[np.float64], lamp: Lamp) -> None:
    """Paint it onto the scene, in place."""
    rng = np.random.default_rng([thing.seed, 0x7])
    ambient = 0.6 * np.array(lamp.key_rgb, np.float32) + np.array(lamp.sky_rgb, np.float32)
    px = 1.0  # a mm
    size = max(round(thing.height_mm * px), 8), max(round(thing.width_mm * px), 8)
    face = np.ones((*size, 3), np.float32) * np.array(thing.colour, np.float32)
    if thing.kind == "sheet" and rng.uniform() < 0.7:
        ink = float(rng.uniform(0.1, 0.6))
        for y in range(14, size[0] - 14, 7):
            if rng.uniform() < 0.8:
                x1 = int(rng.uniform(0.4, 0.9) * size[1])
                face[y : y + 2, 14:x1] *= ink
    elif thing.kind in ("card", "book") or (thing.kind == "sheet" and rng.uniform() < 0.5):
        y, x = size[0] // 8, size[1] // 8
        face[y : y + size[0] // 2, x : size[1] - x] = abstract(
            rng, face[y : y + size[0] // 2, x : size[1] - x].shape[:2]
        )
    face *= ambient
    if thing.lit:
        edge = 5
        inner = face[edge:-edge, edge:-edge]
        shine = float(rng.uniform(0.6, 2.0))
        inner[:] = shine * abstract(rng, inner.shape[:2])
        inner[:5] *= 0.3
        inner[-12:] *= float(rng.uniform(0.1, 1))
    elif thing.kind in ("phone", "tablet"):  # its back: a lens or two
        for k in range(int(rng.integers(1, 4))):
            cv2.circle(face, (14, 14 + 13 * k), 5, (0.02, 0.02, 0.025), -1)
    to_mm = np.array([[1 / px, 0, -thing.width_mm / 2], [0, 1 / px, -thing.height_mm / 2],
                      [0, 0, 1.0]])  # fmt: skip
    paste(scene, face, to_grid @ to_mm, 3.0 if thing.kind != "phone" else 9.0)


def paste(scene: FloatImage, face: FloatImage, to_grid: NDArray[np.float64], corner: float) -> None:
    """Lay a picture of radiance onto the scene by a homography, with rounded corners, in place."""
    high, wide = face.shape[:2]
    x, y = np.meshgrid(np.arange(wide + 4) - 1.5, np.arange(high + 4) - 1.5)
    away = beyond_edge(
        x.astype(np.float32), y.astype(np.float32), (0.0, 0.0, float(wide), float(high)), corner
    )
    cover = np.clip(0.5 - away, 0, 1)
    shift = to_grid @ np.array([[1, 0, -1.5], [0, 1, -1.5], [0, 0, 1.0]])
    size = scene.shape[1], scene.shape[0]
    padded = cv2.copyMakeBorder(face, 2, 2, 2, 2, cv2.BORDER_REPLICATE)
    over = cv2.warpPerspective(cover, shift, size, flags=cv2.INTER_LINEAR)
    light = cv2.warpPerspective(padded, shift, size, flags=cv2.INTER_LINEAR,
                                borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    if scene.shape[2] == 4:
        light = np.dstack([light, np.zeros_like(over)])
    scene += over[..., None] * (light - scene)


def paint_stand(
    scene: FloatImage, medium: Medium, box: Box, to_grid: NDArray[np.float64], lamp: Lamp
) -> None:
    """A monitor's foot, a laptop's keyboard, and the table that they are on; in place."""
    rng = np.random.default_rng([medium.seed, 0x57A])
    left, _, right, bottom = box
    width, middle = right - left, (left + right) / 2
    ambient = 0.6 * np.array(lamp.key_rgb) + np.array(lamp.sky_rgb)
    desk = bottom + (0.02 if medium.kind == "laptop" else float(rng.uniform(0.05, 0.35))) * width
    wood = np.exp(rng.uniform(np.log(0.04), np.log(0.6))) * np.array([1.15, 1.0, 0.85])
    far = 8 * width
    _quad(scene, [(-far, desk), (far, desk), (far, desk + far), (-far, desk + far)], to_grid,
          wood * ambient)  # fmt: skip
    shade = np.array(medium.shade) * ambient
    if medium.kind == "laptop":
        deep, spread = 0.45 * width, 0.08 * width
        _quad(scene, [(left, bottom), (right, bottom), (right + spread, bottom + deep),
                      (left - spread, bottom + deep)], to_grid, shade * 1.2 + 0.01)  # fmt: skip
        for row in range(5):
            y = bottom + (0.1 + 0.1 * row) * deep * 1.2
            edge = 0.05 * width - spread * row / 8
            for k in range(12):
                x0 = left + edge + (width - 2 * edge) * k / 12
                x1 = x0 + (width - 2 * edge) / 12 * 0.85
                _quad(scene, [(x0, y), (x1, y), (x1, y + 0.08 * deep), (x0, y + 0.08 * deep)],
                      to_grid, shade * 0.5)  # fmt: skip
        return
    neck = float(rng.uniform(0.06, 0.14)) * width
    parts = ((neck, bottom - 5, desk + 8, 0.8), (2.2 * neck, desk + 4, desk + 22, 1.0))
    for half, top, low, light in parts:
        corners = [(-half, top), (half, top), (half, low), (-half, low)]
        _quad(scene, [(middle + x, y) for x, y in corners], to_grid, shade * light)


def _quad(
    scene: FloatImage,
    corners: list[tuple[float, float]],
    to_grid: NDArray[np.float64],
    light: NDArray[np.floating],
) -> None:
    seen = np.column_stack([np.array(corners), np.ones(len(corners))]) @ to_grid.T
    flat = np.clip(seen[:, :2] / seen[:, 2:], -20000, 20000)
    cv2.fillConvexPoly(scene, np.rint(flat).astype(np.int32), tuple(float(c) for c in light))
