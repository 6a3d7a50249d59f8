"""How ten million rows are held: names as integer codes, scores in one order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spoofcue.metrics.names import Names

BLOCK = 1 << 16  # rows looked at together: they stay in the processor's cache


@dataclass(frozen=True, slots=True, eq=False)
class Categories:
    """N names out of K distinct ones; comparing codes is what makes ten million rows quick.

    Attributes:
        codes: (N,) int32, index into ``names``.
        names: (K,) distinct, sorted, each in use.

    """

    codes: NDArray[np.int32]
    names: Names

    @classmethod
    def of(cls, texts: ArrayLike) -> Categories:
        """Encode a column of text in O(N) memory."""
        column = np.asarray(texts, dtype=np.str_).reshape(-1)
        coder = Coder()
        for start in range(0, len(column), BLOCK):
            coder.add(column[start : start + BLOCK].tolist())
        return coder.categories()

    @classmethod
    def constant(cls, name: str, rows: int) -> Categories:
        """``rows`` times the same name."""
        return cls(np.zeros(rows, np.int32), Names.of((name,) if rows else ()))

    @classmethod
    def coded(cls, codes: ArrayLike, names: Sequence[str]) -> Categories:
        """From codes into names that may repeat, be unsorted or not be in use.

        Args:
            codes: (N,) integers, 0..len(names) - 1.
            names: what they stand for.

        """
        given, table = np.asarray(codes, np.int32), Names.of(names)
        rank, count = table.ranks()
        example = np.empty(count, np.int64)
        example[rank] = np.arange(len(table))
        return cls(rank.astype(np.int32)[given], table.take(example))._in_use()

    def _in_use(self) -> Categories:
        """The same without names that no row has."""
        used = np.bincount(self.codes, minlength=len(self.names)) > 0
        if used.all():
            return self
        place = (np.cumsum(used) - 1).astype(np.int32)
        return Categories(place[self.codes], self.names.take(np.flatnonzero(used)))

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def text(self) -> NDArray[np.str_]:
        """(N,) the names themselves."""
        names = np.array(list(self.names), dtype=np.str_)
        return names[self.codes] if len(self) else np.zeros(0, np.str_)

    def code(self, name: str) -> int:
        """The code of a name; -1, which no row has, if it is not in use."""
        return self.names.place(name)

    def named(self, name: str) -> NDArray[np.bool_]:
        """(N,) which rows have that name."""
        return self.codes == self.code(name)

    def units(self) -> NDArray[np.int64]:
        """(N,) equal numbers for rows of one name, below K; a row without a name is alone."""
        alone = len(self.names) + np.arange(len(self))
        return np.where(self.codes == self.code(""), alone, self.codes)

    def rows(self, chosen: NDArray[np.integer] | NDArray[np.bool_]) -> Categories:
        """The chosen rows, by index or mask."""
        return Categories(self.codes[chosen], self.names)._in_use()

    def renamed(self, names: Sequence[str]) -> Categories:
        """The same rows with the k-th name replaced by ``names[k]``; equal ones become one."""
        return Categories.coded(self.codes, names)

    def joined(self, other: Categories) -> Categories:
        """The rows of this column, then those of the other."""
        if not len(other):
            return self
        codes = np.concatenate([self.codes, other.codes + np.int32(len(self.names))])
        return Categories.coded(codes, Names.concatenated([self.names, other.names]))

    def filled(self, rows: NDArray[np.bool_], name: str) -> Categories:
        """The same column with ``name`` in the rows of the mask."""
        codes = np.where(rows, len(self.names), self.codes)
        return Categories.coded(codes, Names.concatenated([self.names, Names.of([name])]))

    def blocks(self) -> Iterator[list[str]]:
        """The names of the rows, a bounded number at a time."""
        for start in range(0, len(self), BLOCK):
            used, at = np.unique(self.codes[start : start + BLOCK], return_inverse=True)
            names = self.names.take(used)[:]
            yield [names[k] for k in at.tolist()]


class Coder:
    """Collects a column block by block, in the bytes of each block's distinct names."""

    def __init__(self) -> None:
        """Of no row yet."""
        self._codes: list[NDArray[np.int32]] = []
        self._names: list[Names] = []
        self._count = 0

    def add(self, texts: Sequence[str]) -> None:
        """The next rows, a bounded number."""
        known: dict[str, int] = {}
        codes = [known.setdefault(text, len(known)) for text in texts]
        self.add_coded(np.array(codes, np.int32), list(known))

    def add_coded(self, codes: NDArray[np.int32], names: Sequence[str]) -> None:
        """The same as codes into distinct names."""
        self._codes.append(codes + np.int32(self._count))
        self._names.append(Names.of(names))
        self._count += len(names)

    def categories(self) -> Categories:
        """All rows; may be called once, since the blocks are given up."""
        codes = np.concatenate([np.zeros(0, np.int32), *self._codes])
        names = Names.concatenated(self._names)
        self._codes, self._names = [], []
        return Categories.coded(codes, names)


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Ascending scores.

    Attributes:
        live: (L,) of live faces.
        attack: (A,) of all attacks.
        by_pai: instrument -> its attacks' scores.

    """

    live: NDArray[np.float64]
    attack: NDArray[np.float64]
    by_pai: dict[str, NDArray[np.float64]]

    def renamed(self, species: Mapping[str, str]) -> Ranking:
        """The same with each instrument's scores under its species' name; merges, sorts nothing."""
        runs: dict[str, list[NDArray[np.float64]]] = {}
        for instrument, scores in self.by_pai.items():
            runs.setdefault(species[instrument], []).append(scores)
        by_pai = {name: merged(runs[name]) for name in sorted(runs)}
        return Ranking(self.live, self.attack, by_pai)


def rank(score: NDArray[np.float64], codes: NDArray[np.int32], names: Sequence[str]) -> Ranking:
    """Sort once.

    Args:
        score: (N,) finite.
        codes: (N,) which name a row has.
        names: instruments; the empty one stands for live.

    """
    by_name = {name: np.sort(score[codes == code]) for code, name in enumerate(names)}
    live = by_name.pop("", np.zeros(0))
    return Ranking(live, merged(list(by_name.values())), by_name)


def merged(runs: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """One ascending array of several; timsort finds the runs, so that this takes O(N)."""
    return np.sort(np.concatenate([np.zeros(0), *runs]), kind="stable")
