"""One file under two names on both sides of a class or of a split is a leak; it is refused."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, overload

import numpy as np

from spoofcue.errors import InputError, MediaError
from spoofcue.labels import CLASS_NAMES
from spoofcue.media.crops import crop_bytes, in_shard

if TYPE_CHECKING:
    import polars as pl

S = TypeVar("S")
T = TypeVar("T", covariant=True)
BLOCK = 1 << 20
DIGEST_BYTES = 20


@dataclass(frozen=True, slots=True)
class Side:
    """Where a file stands.

    Attributes:
        path: the file.
        label: 0 live, 1 attack.
        split: train, dev, test, or None while none is drawn.
        subject: whose face.

    """

    path: Path
    label: int
    split: str | None = None
    subject: str = ""

    def words(self) -> str:
        """As ``a.png (live, train)``."""
        return f"{self.path} ({', '.join(filter(None, (CLASS_NAMES[self.label], self.split)))})"


def refuse_shared_files(
    sides: Sequence[Side], groups: Sequence[Sequence[int]] | None = None
) -> list[str]:
    """Compare all files by content, whatever their names: links, copies, ``a/../a/x.png``.

    Only files of equal size are read.

    Args:
        sides: of all files.
        groups: :func:`same_files` of them, if that is known.

    Returns:
        Warnings: the same picture under the names of two people on one side.

    Raises:
        InputError: one content is live and attack, or in two splits; names both paths.

    """
    if groups is None:
        groups = same_files(paths_of(sides))
    return _judged([sides[i] for i in group] for group in groups)


def refuse_two_people(photos: Sequence[tuple[Path, str]]) -> None:
    """Compare (photo, person) pairs by content.

    Raises:
        InputError: one content is of two people, who may come into two splits.

    """
    for group in same_files([path for path, _ in photos]):
        first, name = photos[group[0]]
        for path, other in (photos[i] for i in group[1:]):
            if other != name:
                raise InputError(
                    f"{first} of {name} and {path} of {other} are the same file: whose photo is "
                    "it? Keep one of the two."
                )


def same_files(paths: Sequence[Path]) -> list[list[int]]:
    """Indices of files that hold the same bytes, of two files or more; empty files apart.

    Of each file its size is held, and of those of equal size their digest.

    Args:
        paths: files, or members of shards (:mod:`spoofcue.media.crops`).

    """
    sizes = np.fromiter((_size(path) for path in paths), np.int64, len(paths))
    _, which, counts = np.unique(sizes, return_inverse=True, return_counts=True)
    alike = np.flatnonzero((counts[which] > 1) & (sizes > 0))
    digests = np.zeros((len(alike), DIGEST_BYTES), np.uint8)
    for at, index in enumerate(alike):
        digests[at] = np.frombuffer(_content(paths[int(index)]), np.uint8)
    read = digests.any(axis=1)
    alike, digests = alike[read], digests[read]
    if not len(alike):
        return []
    _, of, times = np.unique(digests, axis=0, return_inverse=True, return_counts=True)
    groups: dict[int, list[int]] = defaultdict(list)
    for index, group in zip(alike.tolist(), of.ravel().tolist(), strict=True):
        if times[group] > 1:
            groups[group].append(index)
    return list(groups.values())


def _judged(groups: Iterable[Sequence[Side]]) -> list[str]:
    of_two = []
    for group in groups:
        first = group[0]
        for other in group[1:]:
            if first.label != other.label or first.split != other.split:
                raise InputError(
                    f"{first.words()} and {other.words()} are the same file. A picture has one "
                    "class and one split, or the error rates are false; keep one of the two."
                )
            if first.subject != other.subject:
                of_two.append((first, other))
    if not of_two:
        return []
    first, other = of_two[0]
    return [
        f"{len(of_two)} file(s) are listed under two people, e.g. {first.path} of "
        f"{first.subject} and {other.path} of {other.subject}: are the two one person? Train and "
        "test may share them, and then no rate is true; keep each picture once."
    ]


def paths_of(sides: Sequence[Side]) -> Sequence[Path]:
    """The files of many sides, each made when it is asked for."""
    return Made(sides, lambda side: side.path)


class Made(Sequence[T]):
    """A sequence of what is made of each of some items when it is asked for; none is held.

    Args:
        items: a sequence, or a column of a table.
        make: of one item.

    >>> squares = Made(range(10), lambda n: n * n)
    >>> squares[3], len(squares), list(squares[7:])
    (9, 10, [49, 64, 81])

    """

    def __init__(self, items: Sequence[S] | pl.Series, make: Callable[[S], T]) -> None:
        self._items, self._make = items, make

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...
    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        if isinstance(at, slice):
            return Made(self._items[at], self._make)
        return self._make(self._items[at])

    def __iter__(self) -> Iterator[T]:
        return map(self._make, self._items)


def _size(path: Path) -> int:
    try:
        return len(crop_bytes(path)) if in_shard(path) else path.stat().st_size
    except (OSError, MediaError):
        return 0  # reading it will tell


def _content(path: Path) -> bytes:
    """A digest; zeros where it cannot be read."""
    try:
        if in_shard(path):
            return hashlib.blake2b(crop_bytes(path), digest_size=DIGEST_BYTES).digest()
        digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
        return digest.digest()
    except (OSError, MediaError):
        return bytes(DIGEST_BYTES)
