"""Frames for a watch: each says itself which faces are in it, so that any order of looks agrees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from helpers.made_detector import Image
from spoofcue.faces.box import Box
from spoofcue.watching.arrivals import Arrived

HERE = Box(20, 10, 60, 60)
THERE = Box(130, 20, 60, 60)
NOBODY: list[Box] = []
HEIGHT, WIDTH = 90, 200
MARK = 8  # px of the corner that hold what is in the frame


class MarkedFaces:
    """Finds what :func:`frame` says."""

    name = "marked"

    def detect(self, image: Image) -> list[Box]:
        count = int(image[0, 0, 0])
        rows = image[0, 1 : 1 + 2 * count].reshape(-1)[: 4 * count].reshape(count, 4)
        return [Box(*map(int, row)) for row in rows]


def frame(
    boxes: Sequence[Box],
    brightness: int = 80,
    seed: int = 0,
    size: tuple[int, int] = (HEIGHT, WIDTH),
) -> Image:
    """Noise of that mean brightness, and in its first row how many faces there are, and where."""
    rng = np.random.default_rng(seed)
    noise = rng.integers(-25, 26, (*size, 3))
    image = np.clip(noise - noise.mean().round() + brightness, 0, 255).astype(np.uint8)
    image[0, 0, 0] = len(boxes)
    numbers = np.zeros(6 * len(boxes), np.uint8)
    numbers[: 4 * len(boxes)] = [n for b in boxes for n in (b.x, b.y, b.w, b.h)]
    image[0, 1 : 1 + 2 * len(boxes)] = numbers.reshape(-1, 3)
    return image


def arrivals(
    *parts: tuple[int, Sequence[Box], int], fps: float = 20, start: float = 100.0
) -> Iterator[Arrived]:
    """Parts of so many frames, with these faces, of that brightness; no two frames are equal."""
    at = 0
    for count, boxes, brightness in parts:
        for _ in range(count):
            yield Arrived(frame(boxes, brightness, at), start + at / fps, 1e9 + at / fps)
            at += 1
