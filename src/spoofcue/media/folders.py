"""The images and videos of folders, and what in them looks like media and is not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from spoofcue.errors import InputError, MediaError
from spoofcue.media.kinds import (
    HEAD,
    OTHER_MEDIA_SUFFIXES,
    TEXT_SUFFIXES,
    content_format,
    media_kind,
)
from spoofcue.media.local_file import open_local
from spoofcue.media.walk import Entry, walk

Reason = Literal["unreadable", "unsupported", "hidden", "locked", "broken_link", "not_a_file"]
REASONS: dict[Reason, str] = {
    "unreadable": "unreadable",
    "unsupported": "of a format that is not read",
    "locked": "locked",
    "broken_link": "links that lead nowhere",
    "not_a_file": "pipes, sockets or devices",
    "hidden": "hidden",
}


SHOWN = 10  # named one by one, where there is no table of them


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that is media by its name or content, or may hold some, and was not taken.

    Attributes:
        path: by the names that lead to it.
        reason: a stable word for programs.
        detail: why, and what to do.

    """

    path: Path
    reason: Reason
    detail: str


@dataclass(slots=True)
class Media:
    """What folders hold.

    Attributes:
        files: images and videos, each once, sorted.
        left_out: media that are not among them, sorted.
        again: names of what is among them under its first name: links, hard links, loops.

    """

    files: list[Path] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    again: list[Entry] = field(default_factory=list)


def found_in(root: Path) -> Iterator[Path | LeftOut | Entry]:
    """What :func:`media_in` sorts, one by one: files, what is left out, further names of files.

    What can be reached without a link comes first, each in the order of the names.
    """
    for entry in walk(root):
        if entry.kind in ("again", "above"):
            if not entry.hidden and (entry.folder or media_kind(entry.path)):
                yield entry
        elif entry.kind == "file" and media_kind(entry.path) and not entry.hidden:
            yield entry.path
        elif (left := left_out_of(entry)) is not None:
            yield left


def media_in(root: Path) -> Media:
    """All images and videos below a folder, each file once, whatever links lead to it.

    Files and folders whose names begin with a dot are left out. Of other files the first bytes
    are looked at, so that a picture without a suffix, or with a wrong one, is named.
    """
    media = Media()
    for found in found_in(root):
        if isinstance(found, LeftOut):
            media.left_out.append(found)
        elif isinstance(found, Entry):
            media.again.append(found)
        else:
            media.files.append(found)
    media.files.sort()
    media.left_out.sort(key=lambda left: left.path)
    media.again.sort(key=lambda entry: entry.path)
    return media


def expand_paths(paths: Sequence[Path]) -> Media:
    """Files as they are, folders as the media in them; in the order in which they are given.

    Raises:
        InputError: a path does not exist or cannot be looked at, or a folder holds nothing that
            looks like media.

    """
    all_ = Media()
    for path in paths:
        try:
            is_folder, exists = path.is_dir(), path.exists()
        except (OSError, ValueError) as error:
            raise InputError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
        if not exists:
            raise InputError(f"there is no file or folder {path}.")
        if not is_folder:
            all_.files.append(path)
            continue
        inside = media_in(path)
        if not inside.files and not inside.left_out:
            raise InputError(f"{path} holds no image or video.")
        all_.files += inside.files
        all_.left_out += inside.left_out
        all_.again += inside.again
    return all_


def left_out_words(left_out: Sequence[LeftOut], shown: int = SHOWN, all_in: str = "") -> list[str]:
    """A line that counts by reason, and one for each of the first few; none of nothing.

    Args:
        left_out: what was left out.
        shown: how many are named.
        all_in: what names all, as ``--json``.

    """
    if not left_out:
        return []
    counts = Counter(left.reason for left in left_out)
    by_reason = ", ".join(f"{counts[r]} {text}" for r, text in REASONS.items() if counts[r])
    files = "file or folder looks like media and was" if len(left_out) == 1 else (
        "files or folders look like media and were"
    )  # fmt: skip
    lines = [f"{len(left_out)} {files} not used: {by_reason}"]
    lines += [f"  {left.path}: {left.detail}" for left in left_out[:shown]]
    if len(left_out) > shown:
        lines.append(f"  and {len(left_out) - shown} more" + (all_in and f" ({all_in} has all)"))
    return lines


def again_words(again: Sequence[Entry], shown: int = SHOWN) -> list[str]:
    """Lines about names of files and folders that were taken under another; none of nothing."""
    if not again:
        return []
    lines = [f"{len(again)} further name(s) of the same files, which were taken once:"]
    lines += [f"  {entry.path}: {entry.detail}" for entry in again[:shown]]
    if len(again) > shown:
        lines.append(f"  and {len(again) - shown} more")
    return lines


def left_out_of(entry: Entry) -> LeftOut | None:
    """Why something that may be media is not read; None for what has nothing to do with media."""
    path, suffix = entry.path, entry.path.suffix.lower()
    named = media_kind(path) is not None or suffix in OTHER_MEDIA_SUFFIXES
    if entry.kind == "special":
        detail = f"{entry.detail}; only files are read"
        return LeftOut(path, "not_a_file", detail) if named else None
    if entry.kind == "broken":
        # what has no suffix may have been a folder
        return LeftOut(path, "broken_link", entry.detail) if named or not suffix else None
    if entry.kind == "locked":
        if entry.folder or named or suffix not in TEXT_SUFFIXES:
            return LeftOut(path, "locked", entry.detail)
        return None
    content, fault = (None, "") if named and not entry.hidden else _content(path)
    if entry.hidden:
        # beside each file macOS puts a hidden one of its name that is no picture
        if content or (named and fault):
            return LeftOut(path, "hidden", "it or a folder above has a name that begins with a dot")
        return None
    if named:
        detail = f"{suffix} is not read: convert it, to PNG or MP4 for instance"
        return LeftOut(path, "unsupported", detail)
    if fault and suffix not in TEXT_SUFFIXES:
        return LeftOut(path, "locked", fault)
    if content is None:
        return None
    how = f"has the suffix {suffix}" if suffix else "has no suffix"
    return LeftOut(path, "unsupported", f"it begins as {content} and {how}: rename it")


def _content(path: Path) -> tuple[str | None, str]:
    """The format that a file begins as, and why it cannot be read; an empty file is nothing."""
    try:
        with open_local(path) as file:
            return content_format(file.read(HEAD)), ""
    except MediaError as error:
        text = str(error)
        return None, "" if text.endswith("the file is empty") else text.removeprefix(f"{path}: ")
    except OSError as error:
        return None, error.strerror or str(error)
