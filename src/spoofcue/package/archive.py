"""The files of a package as bytes, from a folder or a ``.spoofcue`` zip; nothing is unpacked."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path

from spoofcue.errors import PackageError
from spoofcue.package.limits import check_size

SUFFIX = ".spoofcue"
# A model hub puts it into every repository, and its cache holds it after a whole download.
OF_THE_HUB = ".gitattributes"


def list_files(path: Path) -> dict[str, int]:
    """Name -> size in bytes of what a package holds, all at its top.

    Links count as what they point to: model hubs keep files as links into their cache. What they
    lead to is checked by its hash like any other file.

    Raises:
        PackageError: ``missing``, ``not_a_package``, ``unsafe_path``, ``duplicate`` or
            ``compressed``.

    """
    if path.is_dir():
        # what is no file (a folder, a pipe that would be waited for) can have no file's name
        return {
            p.name if p.is_file() else f"{p.name}/": p.stat().st_size if p.is_file() else 0
            for p in sorted(path.iterdir())
            if p.name != OF_THE_HUB
        }
    if not path.is_file():
        raise PackageError(f"there is no model package at {path}.", reason="missing")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, UnicodeError) as error:
        raise PackageError(
            f"{path} is no package folder and no whole {SUFFIX} file ({error}); copy it again.",
            reason="not_a_package",
        ) from error
    found: dict[str, int] = {}
    for entry in entries:
        _check_entry(entry, path)
        if entry.filename in found:
            raise PackageError(f"{path} holds {entry.filename} twice.", reason="duplicate")
        found[entry.filename] = entry.file_size
    return found


def read_files(path: Path, names: Collection[str]) -> dict[str, bytes]:
    """The content of the named files of a package, each at most as large as the limits allow.

    Raises:
        PackageError: ``oversize``, or ``truncated`` where a file ends early or is damaged.

    """
    sizes = list_files(path)
    for name in names:
        check_size(name, sizes[name], str(path))
    try:
        if path.is_dir():
            return {name: (path / name).read_bytes() for name in names}
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in names}
    except (OSError, zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError) as error:
        raise PackageError(
            f"{path} is damaged ({error}); copy it again.", reason="truncated"
        ) from error


def write_archive(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a zip without compression: weights hardly shrink, and sizes cannot lie (zip bombs)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            # a fixed time, so that equal packages are equal files
            archive.writestr(zipfile.ZipInfo(name), data)


def _check_entry(entry: zipfile.ZipInfo, path: Path) -> None:
    name = entry.filename
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    # zipfile cuts a name at a NUL byte and turns "\\" on Windows: what was stored decides
    if is_link or name != entry.orig_filename or name in ("", ".", "..") or set(name) & set("/\\:"):
        raise PackageError(
            f"{path} holds {entry.orig_filename!r}: files of a package lie at its top, "
            "without folders or links.",
            reason="unsafe_path",
        )
    if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
        raise PackageError(
            f"{path}: {name} is compressed or encrypted; a package is a plain zip "
            "(`zip -0`), so that no size in it can lie.",
            reason="compressed",
        )
