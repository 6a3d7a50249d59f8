"""A file's path to the official name of what it is, wherever its archive was unpacked.

A set comes in archives. They are unpacked side by side, each into a folder of its own
(``Train_files/Train_files/1_1_01_1.avi``, ``OULU_Train/Train_files/...``) or all into one more, and
some files are renamed or encoded again on the way (``.AVI``, ``.mp4``). The official name is the
end of such a path, with the official suffix.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, TypeVar

from spoofcue.media.kinds import media_kind

NOTHING = re.compile(r"(?!)")
# Lists lie near the root: deeper folders are people's and too many to look into.
DEEPEST_LIST = 4

Read = TypeVar("Read")


def collapsed(path: str) -> str:
    """The path without folders that lie in one of their own name.

    ``a/A/b.avi`` and ``A/A_part2/b.avi`` are ``A/b.avi``. No official name has such folders.
    """
    return tails(path)[0]


def tails(path: str) -> list[str]:
    """What the official name may be, the longest first: ``a/b/c.avi``, ``b/c.avi``, ``c.avi``."""
    folders, slash, name = path.rpartition("/")
    return [end + name for end in _folder_tails(folders + slash)]


@lru_cache(maxsize=1024)
def _folder_tails(folders: str) -> tuple[str, ...]:
    """``a/A/b/`` -> ``A/b/``, ``b/`` and nothing."""
    kept: list[str] = []
    for name in folders.split("/")[:-1]:
        outer, inner = (kept[-1].lower() if kept else None), name.lower()
        if outer == inner:
            kept[-1] = name
        elif outer is None or not _is_part(outer, inner):
            kept.append(name)
    return tuple("".join(f"{name}/" for name in kept[i:]) for i in range(len(kept) + 1))


def _is_part(outer: str, inner: str) -> bool:
    """Whether ``inner`` is ``outer`` and more, as ``train_files_part2`` and ``live (1)`` are."""
    return inner.startswith(outer) and not inner[len(outer)].isalnum()


@cache
def kind_of(suffix: str) -> Literal["image", "video"] | None:
    """Of a file with this suffix."""
    return media_kind(Path(f"x{suffix}"))


def suffix_of(path: str) -> str:
    """From the last dot of the file's name on, as it is written; empty if there is none."""
    return posixpath.splitext(path)[1]


def official_name(
    path: str,
    read: Callable[[str], Read | None],
    suffixes: Sequence[str],
    not_below: re.Pattern[str] = NOTHING,
) -> tuple[str, Read] | None:
    """The longest end of a path that is an official name, and what ``read`` says of it.

    A suffix in capitals, or another one of the same kind (video or image), is taken for the
    official one if the name is official then. None for a file that is no video or image.

    Args:
        path: relative, of a file in the tree.
        read: official name -> what it tells; None if it is no official name.
        suffixes: the official ones, the likeliest first.
        not_below: folders, as ``Mask/``, that an official name cannot lie in.

    """
    base, suffix = posixpath.splitext(path)
    kind = kind_of(suffix)
    if kind is None:
        return None
    if suffix in suffixes and (match := _first([path], read, not_below)):
        return match
    alike = sorted(suffixes, key=lambda s: s != suffix.lower())
    others = (s for s in alike if s != suffix and kind_of(s) == kind)
    return _first((base + other for other in others), read, not_below)


def unreadable_name(
    path: str,
    read: Callable[[str], Read | None],
    suffixes: Sequence[str],
    not_below: re.Pattern[str] = NOTHING,
) -> tuple[str, Read] | None:
    """As :func:`official_name`, of a file whose suffix alone keeps it from being read.

    ``1_1_01_1.rmvb`` and ``1_1_01_1.avi.part`` are named as recordings, as is ``1_1_01_1``.
    """
    base, suffix = posixpath.splitext(path)
    trials = [base] if suffix_of(base) in suffixes else []
    trials += [base + s for s in suffixes if s != suffix]
    return _first(trials, read, not_below)


def _first(
    paths: Iterable[str], read: Callable[[str], Read | None], not_below: re.Pattern[str]
) -> tuple[str, Read] | None:
    for path in paths:
        whole, *shorter = tails(path)
        for tail in (whole, *shorter):
            if tail is not whole and not_below.fullmatch(whole[: -len(tail)]):
                continue
            if (parsed := read(tail)) is not None:
                return tail, parsed
    return None


def folder_with(root: Path, file: str) -> Path | None:
    """The folder nearest to ``root``, or ``root``, that holds ``file``; None if none does.

    Args:
        root: where to look, four folders deep.
        file: relative, as ``Protocol_1/Train.txt``.

    """
    level, seen = [root], set[str]()
    for _ in range(DEEPEST_LIST + 1):
        for folder in level:
            if (folder / file).is_file():
                return folder
        level = [inner for folder in level for inner in _folders(folder, seen)]
    return None


def _folders(folder: Path, seen: set[str]) -> list[Path]:
    """The folders in a folder, but none twice: a link may lead back."""
    try:
        with os.scandir(folder) as entries:
            names = [e.name for e in entries if e.is_dir() and not e.name.startswith(".")]
    except OSError:
        return []
    new = []
    for name in sorted(names):
        real = os.path.realpath(folder / name)
        if real not in seen:
            seen.add(real)
            new.append(folder / name)
    return new
