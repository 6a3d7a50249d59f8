"""Which face each score is of, in columns: millions of faces are matched as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.metrics.columns import Categories, Coder
from spoofcue.metrics.names import Names
from spoofcue.texts.tables import open_table

FaceKey = tuple[str, str, str, int]
BLOCK = 1 << 11  # rows that are Python objects at a time
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class FaceColumns:
    """The N faces of a score file that have a score, in its order.

    Attributes:
        video, media, frame: (N,) as in the file, empty where it has no such column.
        repeat: (N,) how many rows before it agree in all three, which are told apart by that.
        crops: (N,) the crop, relative to a root; empty where it is not known.

    """

    video: Categories
    media: Categories
    frame: Categories
    repeat: Numbers
    crops: Names

    def __len__(self) -> int:
        return len(self.repeat)

    def key(self, row: int) -> FaceKey:
        """Video, media, frame and repeat of one face."""
        video, media, frame = (c.names[c.codes[row]] for c in self._named())
        return video, media, frame, int(self.repeat[row])

    def _named(self) -> tuple[Categories, Categories, Categories]:
        return self.video, self.media, self.frame


def read_faces(path: Path) -> FaceColumns:
    """The faces of a score file.

    Raises:
        InputError: it is no table, or does not name its faces.

    """
    wanted = ("score", "video", "media", "frame", "crop")
    coders = {name: Coder() for name in ("video", "media", "frame")}
    crops: list[Names] = []
    with open_table(path, ("score", "label")) as table:
        at = {name: table.names.index(name) for name in wanted if name in table.names}
        while block := list(islice(table.rows, BLOCK)):
            scored = [row for _, row in block if row[at["score"]].strip()]
            texts = {
                name: [row[at[name]].strip() for row in scored]
                if name in at
                else [""] * len(scored)
                for name in wanted
            }
            if not all(v or m for v, m in zip(texts["video"], texts["media"], strict=True)):
                raise InputError(
                    f"{path} names no faces: columns video or media must tell which face a score "
                    "is of, or methods cannot be compared on the same ones."
                )
            for name, coder in coders.items():
                coder.add(texts[name])
            crops.append(Names.of(texts["crop"]))
    video, media, frame = (coder.categories() for coder in coders.values())
    (alike,) = _numbered([(video, media, frame)])
    return FaceColumns(video, media, frame, _repeats(alike), Names.concatenated(crops))


def common_rows(members: Sequence[FaceColumns]) -> list[NDArray[np.intp]]:
    """Of each member the rows of the faces that all have, in one order: that of the faces' keys."""
    keys = _numbered([m._named() for m in members])
    most = 1 + max(int(m.repeat.max(initial=0)) for m in members)
    parts = [key * most + m.repeat for key, m in zip(keys, members, strict=True)]
    numbers = _parted(_ranks(np.concatenate(parts)), [len(m) for m in members])
    count = 1 + max(int(n.max(initial=-1)) for n in numbers)
    held = sum((np.bincount(n, minlength=count) for n in numbers), np.zeros(count, np.int64))
    common = np.flatnonzero(held == len(members))
    rows = []
    for number in numbers:
        place = np.zeros(count, np.intp)
        place[number] = np.arange(len(number))
        rows.append(place[common])
    return rows


def _numbered(members: Sequence[Sequence[Categories]]) -> list[Numbers]:
    """(N,) of each member: equal for equal names, and ascending as these do, over all members."""
    sizes = [len(columns[0]) for columns in members]
    key = np.zeros(sum(sizes), np.int64)
    for columns in zip(*members, strict=True):
        together = columns[0]
        for other in columns[1:]:
            together = together.joined(other)
        # both factors are at most the number of rows, so that their product is in range
        key = _ranks(key * max(len(together.names), 1) + together.codes)
    return _parted(key, sizes)


def _parted(key: Numbers, sizes: Sequence[int]) -> list[Numbers]:
    return list(np.split(key, np.cumsum(sizes)[:-1]))


def _ranks(key: Numbers) -> Numbers:
    return np.unique(key, return_inverse=True)[1].astype(np.int64)


def _repeats(key: Numbers) -> Numbers:
    """(N,) how often each number came before."""
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    first = np.ones(len(key), np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    place = np.arange(len(key))
    repeat = np.empty(len(key), np.int64)
    repeat[order] = place - np.maximum.accumulate(np.where(first, place, 0))
    return repeat
