"""Millions of names as bytes in one array: a Python string costs three times its text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import overload

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 16  # names looked at together
WORD = 8  # bytes of a name that are compared at once


class Names(Sequence[str]):
    """K texts; behaves as a tuple of them.

    Attributes:
        data: (B,) uint8, all texts in UTF-8, one after the other.
        ends: (K + 1,) int64, where each begins, and the last ends.

    """

    __slots__ = ("data", "ends")

    def __init__(self, data: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        """Of what the attributes say."""
        self.data, self.ends = data, ends

    @classmethod
    def of(cls, texts: Iterable[str]) -> Names:
        """Any texts, in their order."""
        if isinstance(texts, Names):
            return texts
        left = iter(texts)
        parts = []
        while block := list(islice(left, BLOCK)):
            parts.append(_encoded(block))
        return cls.concatenated(parts)

    @classmethod
    def concatenated(cls, parts: Sequence[Names]) -> Names:
        """The texts of the first, then those of the second, and so on."""
        lengths = [np.zeros(1, np.int64), *(part.lengths for part in parts)]
        data = [np.zeros(0, np.uint8), *(part.data for part in parts)]
        return cls(np.concatenate(data), np.cumsum(np.concatenate(lengths)))

    @property
    def lengths(self) -> NDArray[np.int64]:
        """(K,) of each in bytes."""
        return np.diff(self.ends)

    def __len__(self) -> int:
        return len(self.ends) - 1

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self[k] for k in range(*at.indices(len(self)))]
        k = range(len(self))[at]
        return self.data[self.ends[k] : self.ends[k + 1]].tobytes().decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self), BLOCK):
            yield from self[start : start + BLOCK]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Names):
            return np.array_equal(self.ends, other.ends) and np.array_equal(self.data, other.data)
        return isinstance(other, Sequence) and self == Names.of(other)

    def __hash__(self) -> int:
        return hash((len(self), self.data[:BLOCK].tobytes()))

    def __repr__(self) -> str:
        shown = ", ".join(map(repr, self[:5]))
        return f"Names({shown}{', …' if len(self) > 5 else ''})"

    def take(self, chosen: NDArray[np.integer]) -> Names:
        """The texts at these places."""
        lengths = self.lengths[chosen]
        ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        data = np.empty(int(ends[-1]), np.uint8)
        for start in range(0, len(chosen), BLOCK):
            part = slice(start, start + BLOCK)
            begin, stop = ends[start], ends[min(start + BLOCK, len(chosen))]
            moved = np.repeat(self.ends[chosen[part]] - ends[:-1][part], lengths[part])
            data[begin:stop] = self.data[moved + np.arange(begin, stop)]
        return Names(data, ends)

    def place(self, name: str) -> int:
        """Where a text is, if they are sorted; -1 if it is not there."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self[middle] < name else (low, middle)
        return low if low < len(self) and self[low] == name else -1

    def ranks(self) -> tuple[NDArray[np.int64], int]:
        """(K,) the place of each among the distinct ones in order, from 0; and how many they are.

        Bytes are compared a word at a time, and the next word only of those that are equal so far.
        UTF-8 sorts as the characters do.
        """
        before = np.zeros(len(self), np.int64)  # how many are known to be smaller
        lengths = self.lengths
        tied, at = np.arange(len(self)), 0
        while len(tied):
            word = self._words(tied, at)
            inside = np.clip(lengths[tied] - at, 0, WORD).astype(np.int8)
            at += WORD
            # a common beginning tells nothing
            if len(tied) == len(self) and _same(word, inside, before):
                continue
            group = before[tied]
            order = np.lexsort((inside, word, group))
            word, inside, group, tied = word[order], inside[order], group[order], tied[order]
            other = np.ones(len(tied), np.bool_)
            of_group = np.ones(len(tied), np.bool_)
            of_group[1:] = group[1:] != group[:-1]
            other[1:] = of_group[1:] | (word[1:] != word[:-1]) | (inside[1:] != inside[:-1])
            place = np.arange(len(tied))
            run = np.maximum.accumulate(np.where(other, place, 0))
            first = np.maximum.accumulate(np.where(of_group, place, 0))
            before[tied] = group + run - first
            alone = other & np.append(other[1:], True)
            tied = tied[~alone & (inside == WORD)]
        distinct, rank = np.unique(before, return_inverse=True)
        return rank.astype(np.int64), len(distinct)

    def _words(self, chosen: NDArray[np.int64], at: int) -> NDArray[np.uint64]:
        """(n,) eight bytes of each from ``at`` on as a number; zeros beyond its end."""
        words = np.zeros(len(chosen), np.uint64)
        if not len(self.data):
            return words
        step = np.arange(WORD)
        for start in range(0, len(chosen), BLOCK):
            part = chosen[start : start + BLOCK]
            place = (self.ends[part] + at)[:, None] + step
            there = place < self.ends[part + 1][:, None]
            data = np.where(there, self.data[np.where(there, place, 0)], np.uint8(0))
            words[start : start + BLOCK] = data.view(">u8")[:, 0]
        return words


def _same(word: NDArray[np.uint64], inside: NDArray[np.int8], before: NDArray[np.int64]) -> bool:
    return bool((inside == WORD).all() and (word == word[0]).all() and (before == before[0]).all())


def _encoded(texts: list[str]) -> Names:
    parts = [text.encode("utf-8", "surrogatepass") for text in texts]
    ends = np.zeros(len(parts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, parts), np.int64, len(parts)), out=ends[1:])
    return Names(np.frombuffer(b"".join(parts), np.uint8), ends)
