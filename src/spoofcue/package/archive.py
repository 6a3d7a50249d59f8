"""A package as a folder or as one ``.spoofcue`` file: its entries, and what may be among them."""

from __future__ import annotations

import json
import stat
import struct
import zipfile
import zlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import IO

from spoofcue.errors import PackageError
from spoofcue.package.schema import check_size
from spoofcue.texts.content import content_of

PICKLE_SUFFIXES = (".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".joblib", ".npy", ".npz")
TORCH_LEGACY = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
# StringStringEntryProto {key: "location"}: how an ONNX tensor names a file outside the model
ONNX_OUTSIDE = b"\x0a\x08location\x12"


def looks_like_pickle(data: bytes) -> bool:
    """Whether bytes are a binary pickle, or a zip that holds one as PyTorch writes it.

    A pickle starts with its protocol and ends with a stop; raw weights do both once in four
    million files.
    """
    if data.startswith(TORCH_LEGACY):
        return True
    if len(data) > 2 and data[0] == 0x80 and 2 <= data[1] <= 5 and data.rstrip(b"\n")[-1:] == b".":
        return True
    return data.startswith(b"PK\x03\x04") and b".pkl" in data


def check_contents(name: str, data: bytes, where: str) -> None:
    """Refuse weights that no runtime should be shown.

    Raises:
        PackageError: ``pickle`` or ``contents``.

    """
    if looks_like_pickle(data):
        raise PackageError(
            f"{where}: {name} is a pickle, which can run code when it is read; export the run "
            "again with `spoofcue export`.",
            reason="pickle",
        )
    problem = None
    if name.endswith(".onnx"):
        if data[:1] != b"\x08":  # field 1, ir_version, which every writer puts first
            problem = "is no ONNX model"
        elif ONNX_OUTSIDE in data:
            problem = "takes weights from a file outside the package"
    elif name.endswith(".xml"):
        head = data[:4096].lstrip()
        if not head.startswith((b"<?xml", b"<net")) or b"<!DOCTYPE" in data:
            problem = "is no OpenVINO model"
    elif name.endswith(".safetensors") and not _safetensors_header(data):
        problem = "is no safetensors file"
    if problem:
        raise PackageError(f"{where}: {name} {problem}.", reason="contents")


def _safetensors_header(data: bytes) -> bool:
    length = int.from_bytes(data[:8], "little")
    if not 2 <= length <= len(data) - 8:
        return False
    try:
        return isinstance(json.loads(data[8 : 8 + length]), dict)
    except ValueError:
        return False


SUFFIX = ".spoofcue"
# what zipfile raises of archives that are none, are cut short or state what cannot be
DAMAGED = (
    OSError, zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError, ValueError,
    OverflowError, LookupError, struct.error, zlib.error,
)  # fmt: skip
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
    except DAMAGED as error:
        content = "" if isinstance(error, OSError) else content_of(path)
        why = f"it is {content}" if content not in ("", "a zip archive") else error
        raise PackageError(
            f"{path} is no package folder and no complete {SUFFIX} file ({why}); copy it again.",
            reason="not_a_package",
        ) from error
    sizes: dict[str, int] = {}
    for entry in entries:
        _check_entry(entry, path)
        if entry.filename in sizes:
            raise PackageError(f"{path} holds {entry.filename} twice.", reason="duplicate")
        sizes[entry.filename] = entry.file_size
    return sizes


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
    except DAMAGED as error:
        raise PackageError(
            f"{path} is damaged ({error}); copy it again.", reason="truncated"
        ) from error


def write_archive(path: Path | IO[bytes], files: Mapping[str, bytes]) -> None:
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
            "(`zip -0`), so that its sizes can be trusted.",
            reason="compressed",
        )
