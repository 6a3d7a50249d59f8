"""The top-level boxes of MP4 and MOV files, and pictures among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

# how far into a box of metadata its parts are looked for
DEPTH = 4096
# a day in pieces of a second; more are made to be counted for ever
MOST = 200_000


@dataclass(frozen=True, slots=True)
class Box:
    """Kind, and first and last byte in the file; one that was cut off ends beyond it."""

    kind: bytes
    start: int
    end: int


def boxes_of(file: BinaryIO, size: int) -> Iterator[Box]:
    """The top-level boxes of an MP4 or MOV, up to one that has no length."""
    at = 0
    for _ in range(MOST):
        if at + 8 > size:
            return
        file.seek(at)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length == 0:  # the last box goes to the end of the file
            length = size - at
        if length < 8:
            return
        yield Box(head[4:8], at, at + length)
        at += length


def holds_pictures(file: BinaryIO, size: int) -> bool:
    """Whether HEIF pictures lie in the file, alone or behind a film.

    FFmpeg takes one alone for a film of one frame; behind a film it reads them for ever.
    """
    for box in boxes_of(file, size):
        if box.kind == b"meta":
            file.seek(box.start)
            if b"iinf" in file.read(min(DEPTH, box.end - box.start)):
                return True
    return False
