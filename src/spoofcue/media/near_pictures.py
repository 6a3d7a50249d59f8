"""Pictures that look alike on two sides of a class or split, among millions of difference hashes.

Of sixteen bands of a hash one is equal in any two that are near (:data:`NEAR`), and by it they are
sought. Hashes are held as 32 bytes each, and bands as places.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from spoofcue.media.picture_sums import NEAR, SIDE

BYTES = SIDE * SIDE // 8
BANDS = BYTES // 2
VALUES = 1 << 16  # of a band of two bytes
KEPT = 4
BLOCK = 4096  # pictures that are compared together
# that are set, of each value
BITS = (
    np.unpackbits(np.arange(VALUES, dtype="<u2").view(np.uint8))
    .reshape(-1, 16)
    .sum(axis=1, dtype=np.uint8)
)


def near_pairs(looks: Iterable[str | None], sides: Iterable[Hashable]) -> Iterator[tuple[int, int]]:
    """Pairs of pictures on different sides that look alike; each picture in one pair at most.

    Args:
        looks: difference hashes; None takes no part.
        sides: of each picture, what it must not share one with another of.

    Yields:
        Indices, the lower one first.

    """
    looked = _looked_at(looks, sides)
    bands = [_Band.of(looked.looks[:, band], looked.side) for band in range(BANDS)]
    taken = np.zeros(len(looked.side), np.bool_)
    for start in range(0, len(taken), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(taken)))
        found = [
            looked.near(*band.met(looked.looks[rows, k], rows), taken)
            for k, band in enumerate(bands)
        ]
        row, other = (np.concatenate(parts) for parts in zip(*found, strict=True))
        band = np.repeat(np.arange(BANDS), [len(pair[0]) for pair in found])
        for at in np.lexsort((other, band, row)):
            if not (taken[row[at]] or taken[other[at]]):
                taken[[row[at], other[at]]] = True
                yield int(looked.at[other[at]]), int(looked.at[row[at]])


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """The n pictures that take part, in their order.

    Attributes:
        at: (n,) where they were given.
        side: (n,) equal for equal sides.
        looks: (n, 16) uint16, the bands of each hash.

    """

    at: NDArray[np.int64]
    side: NDArray[np.int32]
    looks: NDArray[np.uint16]

    def near(
        self, row: NDArray[np.int64], other: NDArray[np.int64], taken: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Of pairs those that are free, on two sides, and near."""
        kept = (self.side[row] != self.side[other]) & ~taken[row] & ~taken[other]
        row, other = row[kept], other[kept]
        apart = BITS[self.looks[row] ^ self.looks[other]].sum(axis=1)
        return row[apart <= NEAR], other[apart <= NEAR]


@dataclass(frozen=True, slots=True, eq=False)
class _Band:
    """One band of all pictures: which have a value in common.

    Attributes:
        members: of each value the first KEPT pictures of each side, value after value: frames of
            one clip have one value, and some of each side are enough.
        ends: (65537,) where the members of each value begin, and the last end.

    """

    members: NDArray[np.int32]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, values: NDArray[np.uint16], side: NDArray[np.int32]) -> _Band:
        group = values.astype(np.int64) * (1 + int(side.max(initial=0))) + side
        order = np.argsort(group, kind="stable")
        ordered, place = group[order], np.arange(len(group))
        first = np.ones(len(group), np.bool_)
        first[1:] = ordered[1:] != ordered[:-1]
        members = order[place - np.maximum.accumulate(np.where(first, place, 0)) < KEPT]
        counts = np.bincount(values[members], minlength=VALUES)
        return cls(members.astype(np.int32), np.concatenate([[0], np.cumsum(counts)]))

    def met(
        self, values: NDArray[np.uint16], rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Each row beside every member of its value that came before it."""
        begin, count = self.ends[values], np.diff(self.ends)[values]
        row = np.repeat(rows, count)
        within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        other = self.members[np.repeat(begin, count) + within].astype(np.int64)
        return row[other < row], other[other < row]


def _looked_at(looks: Iterable[str | None], sides: Iterable[Hashable]) -> _Looked:
    given = enumerate(zip(looks, sides, strict=True))
    known: dict[Hashable, int] = {}
    at, side = [np.zeros(0, np.int64)], [np.zeros(0, np.int32)]
    parts = [np.zeros((0, BANDS), np.uint16)]
    while block := list(islice(given, BLOCK)):
        # nothing to see in a picture of one colour
        seen = [(k, look, its) for k, (look, its) in block if look and len(set(look)) > 1]
        at.append(np.array([k for k, _, _ in seen], np.int64))
        side.append(np.array([known.setdefault(its, len(known)) for _, _, its in seen], np.int32))
        data = bytes.fromhex("".join(look for _, look, _ in seen))
        parts.append(np.frombuffer(data, np.uint16).reshape(-1, BANDS))
    return _Looked(np.concatenate(at), np.concatenate(side), np.concatenate(parts))
