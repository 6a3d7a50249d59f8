"""What the user names, folders, files, patterns, manifests and addresses, as one list of files."""

from __future__ import annotations

import fnmatch
import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from spoofcue.batch.manifests import columns_of, is_manifest, rows_of
from spoofcue.errors import InputError
from spoofcue.labels import labels_of
from spoofcue.media.folders import LeftOut, found_in, left_out_of
from spoofcue.media.kinds import OTHER_MEDIA_SUFFIXES, media_kind
from spoofcue.media.walk import Entry
from spoofcue.shards.addresses import is_address, opened, refuse

# what the names of folders say, by the grammar of docs/howto/labels.md
FOLDER_COLUMNS = ("label", "pai", "subject", "split")


@dataclass(frozen=True, slots=True)
class Item:
    """One file of the plan.

    Attributes:
        path: absolute path, or address.
        reason: why it is not judged, as :class:`spoofcue.media.folders.LeftOut` has it; None: it
            is.
        detail: the same in words.
        carried: what goes along with its results, as text.

    """

    path: str
    reason: str | None = None
    detail: str | None = None
    carried: dict[str, str | None] = field(default_factory=dict)


def absolute(source: str) -> str:
    """A source by a name that means the same in any folder.

    Raises:
        InputError: it is empty.

    """
    if not source:
        raise InputError("a source is empty: give a folder, file, pattern, manifest or address.")
    return source if is_address(source) else os.path.abspath(source)


def carried_columns(sources: Sequence[str]) -> list[str]:
    """The columns that go along with the results of all sources, in order of appearance.

    Raises:
        InputError: a manifest cannot be read.

    """
    columns: dict[str, None] = {}
    for source in sources:
        for name in _matches(source) if _is_pattern(source) else [source]:
            columns |= dict.fromkeys(columns_of(name) if is_manifest(name) else FOLDER_COLUMNS)
    return list(columns)


def items_of(sources: Sequence[str]) -> Iterator[Item]:
    """Every file of the sources, in their order and a fixed order within each.

    Args:
        sources: of :func:`absolute`.

    Raises:
        InputError: a source does not exist or holds nothing.

    """
    for source in sources:
        count = 0
        for item in _of(source):
            count += 1
            yield item
        if not count:
            raise InputError(f"{source} holds no image or video.")


def _of(source: str) -> Iterator[Item]:
    if _is_pattern(source):
        root = source[: min(source.find(c) for c in "*?[" if c in source)].rpartition("/")[0]
        for name in _matches(source):
            if is_manifest(name):
                yield from _of_manifest(name)
            elif is_address(name):
                yield from _of_object(name, root)
            else:
                yield from _labelled(_named(name), root)
    elif is_manifest(source):
        yield from _of_manifest(source)
    elif is_address(source):
        yield from _of_address(source)
    else:
        yield from _of_path(Path(source))


def _of_manifest(source: str) -> Iterator[Item]:
    for path, carried in rows_of(source):
        yield Item(path, carried=carried)


def _of_path(path: Path) -> Iterator[Item]:
    if path.is_dir():
        for found in found_in(path):
            yield from _labelled(found, str(path))
    elif os.path.lexists(path):
        yield Item(str(path))
    else:
        raise InputError(f"there is no file or folder {path}.")


def _labelled(found: Path | LeftOut | Entry | None, root: str) -> Iterator[Item]:
    """As an item, with what the folders between the root and the file say; further names: none."""
    if found is None or isinstance(found, Entry):
        return
    path = str(found.path if isinstance(found, LeftOut) else found)
    carried = _labels(path[len(root) :])
    if isinstance(found, LeftOut):
        yield Item(path, found.reason, found.detail, carried)
    else:
        yield Item(path, carried=carried)


def _labels(below: str) -> dict[str, str | None]:
    """Of a file's name below its root; where its folders are not clear there is no label."""
    said = labels_of([part for part in below.replace(os.sep, "/").split("/")[:-1] if part])
    if said.label is None:
        return {}
    values = (str(said.label), said.species, said.subject, said.split)
    return dict(zip(FOLDER_COLUMNS, values, strict=True))


def _named(name: str) -> Path | LeftOut | None:
    """A file that a pattern matches: media, what looks like it, or nothing to do with it."""
    path = Path(name)
    return path if media_kind(path) else left_out_of(Entry(path, "file", hidden=False))


def _is_pattern(source: str) -> bool:
    return any(c in source for c in "*?[") and (is_address(source) or not os.path.exists(source))


def _matches(pattern: str) -> list[str]:
    if is_address(pattern):
        return _objects_like(pattern)
    return sorted(p for p in glob.glob(pattern, recursive=True) if os.path.isfile(p))


def _of_address(source: str) -> Iterator[Item]:
    """Objects below a prefix, or the one of that name."""
    from pyarrow import fs

    file_system, name = opened(source)
    root = source.rstrip("/")
    try:
        info = file_system.get_file_info(name)
    except OSError as error:
        refuse(source, error)
    if info.type == fs.FileType.File:
        yield Item(source)
        return
    if info.type == fs.FileType.NotFound:
        raise InputError(f"there is no object and no prefix {source}.")
    for key in _below(file_system, name, source):
        yield from _of_object(root + key[len(name) :], root)


def _of_object(address: str, root: str) -> Iterator[Item]:
    """An object that is media or looks like it, with what the folders below the root say."""
    below = PurePosixPath(address[len(root) :])
    suffix = below.suffix.lower()
    reason = detail = None
    if media_kind(Path(below)) is None:
        if suffix not in OTHER_MEDIA_SUFFIXES:
            return
        reason = "unsupported"
        detail = f"{suffix} is not read: convert it, to PNG or MP4 for instance"
    elif any(part.startswith(".") for part in below.parts):
        reason = "hidden"
        detail = "it or a folder above has a name that begins with a dot"
    yield Item(address, reason, detail, _labels(str(below)))


def _below(file_system: Any, folder: str, source: str) -> Iterator[str]:
    """Keys below a prefix, one level's names in memory at a time.

    Of Google's store all at once: asked for one level, Arrow leaves out what lies deeper there,
    unless somebody has made an object for the folder.
    """
    from pyarrow import fs

    wanted = fs.FileSelector(folder, recursive=file_system.type_name == "gcs")
    try:
        infos = sorted(file_system.get_file_info(wanted), key=lambda info: info.path.split("/"))
    except OSError as error:
        refuse(source, error)
    for info in infos:
        if info.type == fs.FileType.File:
            yield info.path
        elif info.type == fs.FileType.Directory and not wanted.recursive:
            yield from _below(file_system, info.path, source)


def _objects_like(pattern: str) -> list[str]:
    """Addresses that a pattern matches; ``*`` goes over ``/`` too, as stores have no folders."""
    scheme, _, rest = pattern.partition("://")
    fixed = rest[: min(rest.find(c) for c in "*?[" if c in rest)].rpartition("/")[0]
    if not fixed:
        raise InputError(f"{pattern}: name the bucket without a pattern.")
    file_system, _ = opened(f"{scheme}://{fixed}")
    found = _below(file_system, fixed, pattern)
    return [f"{scheme}://{key}" for key in found if fnmatch.fnmatchcase(key, rest)]
