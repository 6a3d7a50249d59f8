"""How ten million rows are held: names as integer codes, scores in one order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

BLOCK = 1 << 16  # rows looked at together: they stay in the processor's cache


@dataclass(frozen=True, slots=True, eq=False)
class Categories:
    """N names out of K distinct ones; comparing codes is what makes ten million rows quick.

    Attributes:
        codes: (N,) int32, index into ``names``.
        names: (K,) distinct, sorted, each in use.

    """

    codes: NDArray[np.int32]
    names: tuple[str, ...]

    @classmethod
    def of(cls, texts: ArrayLike) -> Categories:
        """Encode a column of text in O(N) memory."""
        column = np.asarray(texts, dtype=np.str_).reshape(-1)
        if not len(column):
            return cls(np.zeros(0, np.int32), ())
        hashed = _hashes(column)
        known = np.unique(hashed)
        codes = np.empty(len(column), np.int32)
        example = np.empty(len(known), np.int64)
        for part in _blocks(len(column)):
            codes[part] = np.searchsorted(known, hashed[part])
            example[codes[part]] = np.arange(part.start, part.stop)
        names = column[example]
        if any((names[codes[part]] != column[part]).any() for part in _blocks(len(column))):
            # Two names with one hash.
            names, inverse = np.unique(column, return_inverse=True)
            codes = inverse.astype(np.int32)
        return cls.coded(codes, names.tolist())

    @classmethod
    def constant(cls, name: str, rows: int) -> Categories:
        """``rows`` times the same name."""
        return cls(np.zeros(rows, np.int32), (name,) if rows else ())

    @classmethod
    def coded(cls, codes: ArrayLike, names: Sequence[str]) -> Categories:
        """From codes into names that may repeat, be unsorted or not be in use.

        Args:
            codes: (N,) integers, 0..len(names) - 1.
            names: what they stand for.

        """
        given = np.asarray(codes)
        used = np.bincount(given, minlength=len(names)) > 0
        kept = sorted({n for n, u in zip(names, used, strict=True) if u})
        place = {name: at for at, name in enumerate(kept)}
        moved = np.array([place.get(name, -1) for name in names], np.int32)
        return cls(moved[given] if len(given) else np.zeros(0, np.int32), tuple(kept))

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def text(self) -> NDArray[np.str_]:
        """(N,) the names themselves."""
        names = np.array(self.names, dtype=np.str_)
        return names[self.codes] if len(self) else np.zeros(0, np.str_)

    def code(self, name: str) -> int:
        """The code of a name; -1, which no row has, if it is not in use."""
        return self.names.index(name) if name in self.names else -1

    def units(self) -> NDArray[np.int64]:
        """(N,) equal numbers for rows of one name, below K; a row without a name is alone."""
        alone = len(self.names) + np.arange(len(self))
        return np.where(self.codes == self.code(""), alone, self.codes)

    def rows(self, chosen: NDArray[np.integer] | NDArray[np.bool_]) -> Categories:
        """The chosen rows, by index or mask."""
        return Categories.coded(self.codes[chosen], self.names)

    def renamed(self, names: Sequence[str]) -> Categories:
        """The same rows with the k-th name replaced by ``names[k]``; equal ones become one."""
        return Categories.coded(self.codes, names)

    def joined(self, other: Categories) -> Categories:
        """The rows of this column, then those of the other."""
        codes = np.concatenate([self.codes, other.codes + len(self.names)])
        return Categories.coded(codes, self.names + other.names)

    def filled(self, rows: NDArray[np.bool_], name: str) -> Categories:
        """The same column with ``name`` in the rows of the mask."""
        codes = np.where(rows, len(self.names), self.codes)
        return Categories.coded(codes, (*self.names, name))


def _hashes(column: NDArray[np.str_]) -> NDArray[np.uint64]:
    """(N,) a 64-bit number a text: its code points times fixed random odd numbers, summed."""
    column = np.ascontiguousarray(column)
    words = column.view(np.uint32).reshape(len(column), -1)
    factors = np.random.default_rng(0).integers(2**63, size=words.shape[1], dtype=np.uint64)
    factors = factors * np.uint64(2) + np.uint64(1)
    hashed = np.empty(len(column), np.uint64)
    for part in _blocks(len(column)):
        hashed[part] = words[part].astype(np.uint64) @ factors
    return hashed


def _blocks(rows: int) -> list[slice]:
    return [slice(at, min(at + BLOCK, rows)) for at in range(0, rows, BLOCK)]


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
