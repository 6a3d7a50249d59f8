"""One way through a folder for all commands: links are followed, once, and nothing gets lost.

What can be reached without a link comes first, then what links lead to, then hidden files and
folders, each in the order of the names. So the path that a file is known by depends on nothing but
the folder, and a loop of links ends where it comes back.
"""

from __future__ import annotations

import errno
import heapq
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

EntryKind = Literal["file", "special", "broken", "locked", "again", "above"]
Key = tuple[int, int] | str
# of a link: its target is not there, or it leads to itself
NOWHERE = frozenset([errno.ENOENT, errno.ENOTDIR, errno.ELOOP])
KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a folder that is no folder to go into.

    Attributes:
        path: below the root, by the names that lead to it.
        kind: ``file``; ``special``: a pipe, socket or device; ``broken``: a link that leads
            nowhere; ``locked``: a file or folder that the system does not show; ``again``: what is
            known by another path; ``above``: a link to a folder that it lies in.
        hidden: whether a name on its way below the root begins with a dot.
        detail: why, or what it is.
        folder: whether it is a folder, as far as can be known.
        first: of ``again``, the path that it is known by.

    """

    path: Path
    kind: EntryKind
    hidden: bool
    detail: str = ""
    folder: bool = False
    first: Path | None = None


@dataclass(order=True, slots=True)
class _Waiting:
    """A name still to be looked at, in the order in which they are."""

    hidden: bool
    links: int
    parts: tuple[str, ...]
    is_link: bool


def walk(root: Path, *, files_once: bool = True) -> Iterator[Entry]:
    """Everything below a folder; the folder itself may be a link.

    Args:
        root: an existing folder.
        files_once: a file under several names (links, hard links) comes as ``file`` once, then as
            ``again``; False: under each. Folders always come once.

    """
    seen: dict[Key, str] = {}  # a text takes a third of what a Path does
    known = _stat(root)
    if isinstance(known, os.stat_result):
        seen[_key(root, known)] = str(root)
    waiting: list[_Waiting] = []
    first = _Waiting(hidden=False, links=0, parts=(), is_link=False)
    fault = _list(root, first, waiting)
    if fault:
        yield Entry(root, "locked", False, fault, folder=True)
    while waiting:
        at = heapq.heappop(waiting)
        path = root.joinpath(*at.parts)
        known = _stat(path)
        if isinstance(known, OSError):
            broken = at.is_link and known.errno in NOWHERE
            why = "a link that leads nowhere" if broken else _why(known)
            yield Entry(path, "broken" if broken else "locked", at.hidden, why)
            continue
        mode = stat.S_IFMT(known.st_mode)
        is_folder = mode == stat.S_IFDIR
        if not is_folder and mode != stat.S_IFREG:
            yield Entry(path, "special", at.hidden, KINDS.get(mode, "no file"))
            continue
        if is_folder and at.is_link and _lies_in(root, at.parts, path):
            yield Entry(path, "above", at.hidden, "a folder that it lies in", folder=True)
            continue
        if is_folder or files_once:
            key = _key(path, known)
            if key in seen:
                before = seen[key]
                yield Entry(path, "again", at.hidden, before, is_folder, Path(before))
                continue
            seen[key] = str(path)
        if not is_folder:
            yield Entry(path, "file", at.hidden)
            continue
        fault = _list(path, at, waiting)
        if fault:
            yield Entry(path, "locked", at.hidden, fault, folder=True)


def _list(folder: Path, at: _Waiting, waiting: list[_Waiting]) -> str:
    """Put what a folder holds on the list; why that cannot be known, or nothing."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                is_link = entry.is_symlink()
                new = _Waiting(
                    hidden=at.hidden or entry.name.startswith("."),
                    links=at.links + is_link,
                    parts=(*at.parts, entry.name),
                    is_link=is_link,
                )
                heapq.heappush(waiting, new)
    except OSError as error:
        return _why(error)
    return ""


def _stat(path: Path) -> os.stat_result | OSError:
    try:
        return os.stat(path)
    except OSError as error:
        return error
    except ValueError as error:  # a name that no system call takes
        return OSError(str(error))


def _key(path: Path, known: os.stat_result) -> Key:
    """What a file is whatever its name; some file systems number nothing."""
    return (known.st_dev, known.st_ino) if known.st_ino else os.path.realpath(path)


def _lies_in(root: Path, parts: tuple[str, ...], link: Path) -> bool:
    """Whether a link leads to a folder that the root or the link itself lies in."""
    target = os.path.realpath(link)
    places = (os.path.realpath(root), os.path.realpath(root.joinpath(*parts[:-1])))
    return any(os.path.commonpath([target, place]) == target for place in places)


def _why(error: OSError) -> str:
    return error.strerror or str(error)
