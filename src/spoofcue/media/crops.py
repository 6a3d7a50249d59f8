"""A face crop: a file of its own, or a numbered member of a shard, which is an uncompressed tar.

A million small files take hours to copy, list and delete; a shard holds a thousand of them. A
manifest names a member as if the shard were a folder: ``crops/part-00012.tar/000123.png``. Beside
a picture may lie what is known of it (``000123.json``), as loaders of WebDataset expect; here it is
not read, since the manifest is what counts.

Every read opens the shard and closes it, so threads and forked processes share no place in a file.
What is kept is where each member begins, 8 bytes each, once a shard and process.
"""

from __future__ import annotations

import io
import json
import os
import re
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError, MediaError
from spoofcue.media.image import MAX_BYTES, Image, read_image
from spoofcue.media.local_file import open_local, read_local
from spoofcue.whole_files import whole

SHARD_SUFFIX = ".tar"
Suffix = Literal["png", "jpg", "bmp"]
MOST_MEMBERS = 1_000_000
_MEMBER = re.compile(r"(\d{6})\.(?:png|jpg|bmp)", re.ASCII)
_REMEDY = "make the shard again (`spoofcue prepare`)"


def shard_name(number: int) -> str:
    """The file's name of a shard by its number, from 0.

    >>> shard_name(12)
    'part-00012.tar'

    """
    return f"part-{number:05d}{SHARD_SUFFIX}"


def in_shard(path: Path) -> bool:
    """Whether ``path`` leads into a shard. A folder may have such a name, too."""
    return path.parent.suffix == SHARD_SUFFIX and path.parent.is_file()


def read_crop(path: Path) -> Image:
    """Decode one face crop.

    Args:
        path: a picture's file, or a shard with the name of a member behind it.

    Returns:
        (H, W, 3) uint8 RGB.

    Raises:
        MediaError: there is none, its shard is damaged, or it is no picture that is read.

    """
    if not in_shard(path):
        return read_image(path)
    return read_image(crop_bytes(path), name=str(path))


def crop_bytes(path: Path) -> bytes:
    """The encoded picture as it lies in its file or shard.

    Raises:
        MediaError: there is none, or its shard is damaged.

    """
    if not in_shard(path):
        return read_local(path, MAX_BYTES)
    with open_local(path.parent) as file:
        header = _found(file, path)
        if header is None:
            raise MediaError(f"{path}: {path.parent.name} has no such member; {_REMEDY}")
        if header.size > MAX_BYTES:
            text = f"{path}: it has more than the limit of {MAX_BYTES} bytes"
            raise MediaError(text, reason="too_large")
        data = file.read(header.size)
    if len(data) < header.size:
        raise MediaError(f"{path}: the shard ends within it; {_REMEDY}")
    return data


def as_png(picture: Image) -> bytes:
    """A PNG file of the pixels (H, W, 3), written so that reading it takes little.

    Looked for are runs, and what a row has in common with the one above: of a face that gives up to
    a seventh more bytes than OpenCV's level 3, written in a third of the time and read in three
    quarters of it.
    """
    import cv2

    how: list[int] = []  # runs, and what a pixel has in common with the one before
    if hasattr(cv2, "IMWRITE_PNG_FILTER"):  # OpenCV 4.11 cannot choose
        how = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_UP]
        how += [cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
        # in chunks of the most that it takes: Pillow runs Python for each
        how += [cv2.IMWRITE_PNG_ZLIBBUFFER_SIZE, 1 << 20]
    return cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), how)[1].tobytes()


def as_bmp(picture: Image) -> bytes:
    """A BMP file of the pixels (H, W, 3): larger than a PNG, and decoded many times faster."""
    from PIL import Image as Pillow

    file = io.BytesIO()
    Pillow.fromarray(picture).save(file, "BMP")
    return file.getvalue()


def has_crop(path: Path) -> bool:
    """Whether there is such a file, or such a member of a shard."""
    if not in_shard(path):
        return path.is_file()
    try:
        with open_local(path.parent) as file:
            return _found(file, path) is not None
    except MediaError:
        return False


class ShardWriter:
    """Adds members to a shard; see :func:`new_shard`.

    Args:
        file: written to from its place on.

    Attributes:
        members: how many there are.

    """

    def __init__(self, file: BinaryIO) -> None:
        self.members = 0
        self._tar = tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115

    def add(
        self,
        picture: bytes,
        suffix: Suffix = "png",
        about: Mapping[str, Any] | None = None,
    ) -> str:
        """Append one picture.

        Args:
            picture: its encoded file.
            suffix: of its name.
            about: what other loaders are to know of it; kept as JSON beside it.

        Returns:
            The member's name, such as ``000123.png``.

        Raises:
            InputError: the shard has as many as its names can number.

        """
        if self.members == MOST_MEMBERS:
            raise InputError(f"a shard holds {MOST_MEMBERS} pictures at most; begin another.")
        stem = f"{self.members:06d}"
        name = f"{stem}.{suffix}"
        self._append(name, picture)
        if about is not None:
            self._append(f"{stem}.json", json.dumps(about, allow_nan=False).encode())
        self.members += 1
        return name

    def close(self) -> None:
        """Write the tar's end; the file stays open."""
        self._tar.close()

    def _append(self, name: str, data: bytes) -> None:
        # neither times nor owners: equal crops make equal shards
        entry = tarfile.TarInfo(name)
        entry.size = len(data)
        self._tar.addfile(entry, io.BytesIO(data))


@contextmanager
def new_shard(path: Path) -> Iterator[ShardWriter]:
    """A shard to add crops to; it is at ``path``, on the disk and whole, when the block ends well.

    If the block fails, ``path`` stays as it was.

    Args:
        path: ends in ``.tar``; its folder exists.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with new_shard(Path(folder, shard_name(0))) as shard:
    ...         name = shard.add(b"not decoded here", about={"label": 1})
    ...     name, crop_bytes(Path(folder, "part-00000.tar", name))
    ('000000.png', b'not decoded here')

    """
    if path.suffix != SHARD_SUFFIX:
        raise ValueError(f"{path}: a shard's name ends in {SHARD_SUFFIX}")
    with whole(path) as part, part.open("wb") as file:
        shard = ShardWriter(file)
        yield shard
        shard.close()
        file.flush()
        os.fsync(file.fileno())


def _found(file: BinaryIO, path: Path) -> tarfile.TarInfo | None:
    """The header of a member, with the file's place behind it; None: there is no such member.

    Args:
        file: the shard.
        path: its path and the member's name.

    Raises:
        MediaError: the shard is damaged.

    """
    named = _MEMBER.fullmatch(path.name)
    if named is None:
        return None
    stat, number = os.fstat(file.fileno()), int(named[1])
    places = _places(path.parent, stat.st_ino, stat.st_size, stat.st_mtime_ns)
    if number >= len(places) or places[number] < 0:
        return None
    file.seek(int(places[number]))
    header = _header(file, path.parent)
    return header if header is not None and header.name == path.name else None


@lru_cache(maxsize=1 << 16)
def _places(shard: Path, inode: int, size: int, changed: int) -> NDArray[np.int64]:
    """Where each numbered picture's header begins; -1: there is none of that number.

    Args:
        shard: the tar.
        inode: with the next two it tells a shard that was replaced.
        size: bytes.
        changed: ns.

    """
    found: dict[int, int] = {}
    with open_local(shard) as file:
        at = 0
        while (header := _header(file, shard)) is not None:
            if named := _MEMBER.fullmatch(header.name):
                found[int(named[1])] = at
            # contents fill whole blocks
            at += tarfile.BLOCKSIZE * (1 + -(-header.size // tarfile.BLOCKSIZE))
            file.seek(at)
    places = np.full(max(found, default=-1) + 1, -1, np.int64)
    places[list(found)] = list(found.values())
    return places


def _header(file: BinaryIO, shard: Path) -> tarfile.TarInfo | None:
    """The header at the file's place; None at the tar's end.

    Raises:
        MediaError: there is neither.

    """
    at, block = file.tell(), file.read(tarfile.BLOCKSIZE)
    if block and not block.strip(b"\0"):
        return None
    try:
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        if header.size < 0:
            raise tarfile.HeaderError("a negative size")
        return header
    except tarfile.HeaderError as error:
        raise MediaError(f"{shard}: no whole tar ({error}, at byte {at}); {_REMEDY}") from error
