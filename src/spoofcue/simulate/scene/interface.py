"""What a device shows about a picture: bars, a clock, buttons, lines of text."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.raster import Generator

Colour = tuple[int, int, int]


def paint_interface(
    page: NDArray[np.uint8],
    px_mm: float,
    free: tuple[int, int],
    kind: str,
    ground: Colour,
    seed: int,
) -> None:
    """Draw it on a device's picture, in place.

    Args:
        page: (H, W, 3) uint8 sRGB.
        px_mm: px a mm.
        free: rows above and below the photo.
        kind: of device.
        ground: sRGB around the photo.
        seed: of what there is.

    """
    rng = np.random.default_rng([seed, 0x0B1])
    ink: Colour = (235, 235, 235) if sum(ground) < 380 else (40, 40, 45)
    height, width = page.shape[:2]
    small = kind in ("phone", "tablet")
    status = int((3.6 if small else 5.0) * px_mm)
    if rng.uniform() < 0.5:  # a bar of its own colour; else it lies on what is there
        bar = _shade(ground, rng)
        cv2.rectangle(page, (0, 0), (width, status), bar, -1)
    _status(page, status, px_mm, ink, rng)
    head = int(rng.uniform(7, 13) * px_mm)
    if free[0] > status + head and rng.uniform() < 0.8:
        if rng.uniform() < 0.4:
            cv2.rectangle(page, (0, status), (width, status + head), _shade(ground, rng), -1)
        _title(page, status, head, px_mm, ink, rng)
    foot = int(rng.uniform(9, 16) * px_mm)
    if rng.uniform() < (0.8 if free[1] > foot else 0.4):
        _buttons(page, height - foot, foot, px_mm, ink, rng)
    if small and rng.uniform() < 0.5:
        half = int(rng.uniform(0.12, 0.2) * width)
        y = height - max(int(1.6 * px_mm), 2)
        cv2.line(page, (width // 2 - half, y), (width // 2 + half, y), ink,
                 max(int(0.8 * px_mm), 1))  # fmt: skip
    if not small and rng.uniform() < 0.5:
        cv2.rectangle(
            page, (0, height - int(10 * px_mm)), (width, height), _shade((30,) * 3, rng), -1
        )
        _buttons(page, height - int(10 * px_mm), int(10 * px_mm), px_mm, (220, 220, 225), rng)
    if free[1] > foot + int(12 * px_mm) and rng.uniform() < 0.4:
        _text(page, (height - free[1] + int(3 * px_mm), height - foot), px_mm, ink, rng)


def _shade(ground: Colour, rng: Generator) -> Colour:
    if rng.uniform() < 0.2:
        r, g, b = rng.integers(20, 230, 3)
    else:
        lift = int(rng.integers(-25, 40))
        r, g, b = (int(np.clip(c + lift, 0, 255)) for c in ground)
    return int(r), int(g), int(b)


def _status(page: NDArray[np.uint8], high: int, px_mm: float, ink: Colour, rng: Generator) -> None:
    width = page.shape[1]
    clock = f"{rng.integers(0, 24)}:{rng.integers(0, 60):02d}"
    _write(page, clock, (int(3 * px_mm), int(0.75 * high)), 0.55 * high, ink)
    x = width - int(4 * px_mm)
    for _ in range(int(rng.integers(2, 6))):
        w = max(int(rng.uniform(0.35, 0.8) * high), 2)
        cv2.rectangle(page, (x - w, int(0.3 * high)), (x, int(0.72 * high)), ink, -1)
        x -= w + max(int(0.3 * high), 2)


def _title(
    page: NDArray[np.uint8], top: int, high: int, px_mm: float, ink: Colour, rng: Generator
) -> None:
    x, y = int(4 * px_mm), top + high // 2
    arm = max(int(1.2 * px_mm), 2)
    line = max(int(0.4 * px_mm), 1)
    cv2.line(page, (x, y), (x + arm, y - arm), ink, line)
    cv2.line(page, (x, y), (x + arm, y + arm), ink, line)
    words = "".join(chr(int(c)) for c in rng.integers(97, 123, int(rng.integers(4, 16))))
    _write(page, words.title(), (x + 3 * arm, y + int(0.8 * px_mm)), 2.4 * px_mm, ink)
    if rng.uniform() < 0.5:
        _write(page, words[:6], (x + 3 * arm, y + int(3.6 * px_mm)), 1.5 * px_mm, ink)
    for k in range(int(rng.integers(0, 3))):
        at = page.shape[1] - int((5 + 7 * k) * px_mm), y
        cv2.circle(page, at, max(int(1.2 * px_mm), 2), ink, line)


def _buttons(
    page: NDArray[np.uint8], top: int, high: int, px_mm: float, ink: Colour, rng: Generator
) -> None:
    count = int(rng.integers(3, 7))
    line = max(int(0.4 * px_mm), 1)
    size = max(int(rng.uniform(1.2, 2.2) * px_mm), 2)
    named = rng.uniform() < 0.5
    for k in range(count):
        x, y = int((k + 0.5) / count * page.shape[1]), top + int(0.4 * high)
        shape = int(rng.integers(4))
        if shape == 0:
            cv2.circle(page, (x, y), size, ink, line)
        elif shape == 1:
            cv2.rectangle(page, (x - size, y - size), (x + size, y + size), ink, line)
        elif shape == 2:
            points = np.array([[x - size, y + size], [x + size, y + size], [x, y - size]], np.int32)
            cv2.polylines(page, [points], True, ink, line)
        else:
            cv2.circle(page, (x, y), size, ink, -1)
        if named:
            low = y + 2 * size
            half = int(1.5 * size)
            cv2.rectangle(page, (x - half, low), (x + half, low + line), ink, -1)


def _text(
    page: NDArray[np.uint8], rows: tuple[int, int], px_mm: float, ink: Colour, rng: Generator
) -> None:
    """Lines as they look from afar, or a row of thumbnails."""
    y, step = rows[0], max(int(4.2 * px_mm), 4)
    while y < rows[1] - step and rng.uniform() < 0.85:
        length = float(rng.uniform(0.25, 0.9)) * page.shape[1]
        cv2.rectangle(page, (int(4 * px_mm), y), (int(length), y + step // 3), ink, -1)
        y += step


def _write(
    page: NDArray[np.uint8], text: str, at: tuple[int, int], high: float, ink: Colour
) -> None:
    scale = max(high / 22, 0.15)
    cv2.putText(page, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, ink,
                max(int(scale * 1.8), 1), cv2.LINE_AA)  # fmt: skip
