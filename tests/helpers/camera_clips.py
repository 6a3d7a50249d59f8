"""What a browser's fake camera plays: Motion JPEG of rendered people, live and attacked."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue import simulate
from spoofcue.simulate.people import RenderedPerson

Picture = NDArray[np.uint8]
WIDTH, HEIGHT = 640, 480
# Frames move by so many px.
MOVES = ((0, 0), (3, 1), (6, 2), (8, 4), (6, 5), (3, 4), (-1, 3), (-4, 2), (-6, 0), (-3, -1))
INSTRUMENTS = {"screen": "replay-a", "print": "print-a"}


@functools.cache
def photo(person: int, kind: str = "live", take: int | None = None) -> Picture:
    """A rendered person, or the person's photo on an instrument of :data:`INSTRUMENTS`."""
    portrait = RenderedPerson(f"person-{person}", 0).live("session-any", take or person)
    if kind == "live":
        return portrait.photo
    x, y, w, h = (int(v) for v in portrait.face)
    return simulate.attack(portrait.photo, INSTRUMENTS[kind], face=(x, y, w, h), seed=1)


def frames(
    picture: Picture, zoom: float = 1.0, light: float = 1.0, count: int = len(MOVES)
) -> list[Picture]:
    """The picture before a blurred ground, moved a little from frame to frame, with fresh noise."""
    side = round(HEIGHT * zoom)
    small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    across = (WIDTH - side) // 2 + 12
    down = (HEIGHT - side) // 2 + 12
    around = ((down, HEIGHT + 24 - side - down), (across, WIDTH + 24 - side - across), (0, 0))
    wide = np.pad(small, around, mode="edge")
    soft = cv2.GaussianBlur(wide, (0, 0), 12)
    soft[down : down + side, across : across + side] = small
    noise = np.random.default_rng(0).normal(0, 1.0, (HEIGHT, WIDTH, 3)).astype(np.float32)
    shown = []
    for number in range(count):
        dx, dy = MOVES[number % len(MOVES)]
        cut = soft[12 + dy : 12 + dy + HEIGHT, 12 + dx : 12 + dx + WIDTH] * np.float32(light)
        fresh = np.roll(noise, (7 * number, 11 * number), axis=(0, 1))  # no two frames are equal
        shown.append(np.clip(cut + fresh, 0, 255).astype(np.uint8))
    return shown


def write_clip(path: Path, pictures: Sequence[Picture]) -> Path:
    """Put these frames before the camera; see :func:`put_clip`."""
    return put_clip(path, as_clip(pictures))


def put_clip(path: Path, clip: bytes) -> Path:
    """Replace a file by Motion JPEG, which Chromium plays in a loop, 30 a second.

    The browser reads the file when its camera is started, so that one browser can be shown one
    clip after another.
    """
    part = path.with_name("part.mjpeg")
    part.write_bytes(clip)
    part.replace(path)  # what the browser still reads stays as it was
    return path


def as_clip(pictures: Sequence[Picture]) -> bytes:
    """Frames as Motion JPEG."""
    data = []
    for picture in pictures:
        _, jpeg = cv2.imencode(
            ".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 97]
        )
        data.append(jpeg.tobytes())
    return b"".join(data)
