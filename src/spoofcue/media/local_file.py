"""A path is a file of this machine: opened here, and never by what its name or content could mean.

FFmpeg takes ``http:/host/x``, ``concat:a|b`` and ``subfile,,`` for addresses, and opening a pipe
waits for whoever writes to it. So nothing else opens what a user names: media are opened here, if
they are regular files, and handed on as file objects.
"""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path
from typing import BinaryIO

from spoofcue.errors import MediaError

KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
# not there on Windows, which has neither pipes nor devices in its folders
FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_local(path: Path | bytes) -> BinaryIO:
    """Open an existing regular file that holds something, or the bytes of one, for reading.

    Links are followed to what they point to. A pipe or device is not even opened.

    Raises:
        MediaError: there is no such file, it is of another kind, empty, or may not be read.

    """
    if isinstance(path, bytes):
        if not path:
            raise MediaError("the file is empty")
        return io.BytesIO(path)
    try:
        _check(path, os.stat(path))
        # it may have been replaced since; without blocking, so that a pipe would not wait
        descriptor = os.open(path, FLAGS)
        try:
            _check(path, os.fstat(descriptor))
            return os.fdopen(descriptor, "rb")
        except BaseException:
            os.close(descriptor)
            raise
    except OSError as error:
        raise MediaError(f"{path}: {error.strerror or error}") from error
    except ValueError as error:  # a name with a zero byte
        raise MediaError(f"{str(path)!r}: no file can have this name ({error})") from error


def size_of(file: BinaryIO) -> int:
    """Bytes of an open file, wherever it is at."""
    at = file.tell()
    try:
        return file.seek(0, os.SEEK_END)
    finally:
        file.seek(at)


def read_local(path: Path, max_bytes: int) -> bytes:
    """The content of such a file.

    Raises:
        MediaError: see :func:`open_local`; ``too_large`` above ``max_bytes``.

    """
    with open_local(path) as file:
        try:
            # one more than is allowed, since a file may grow while it is read
            data = file.read(max_bytes + 1)
        except OSError as error:
            raise MediaError(f"{path}: {error.strerror or error}") from error
    if len(data) > max_bytes:
        text = f"{path}: the file has more than the limit of {max_bytes} bytes"
        raise MediaError(text, reason="too_large")
    return data


def _check(path: Path, known: os.stat_result) -> None:
    kind = stat.S_IFMT(known.st_mode)
    if kind != stat.S_IFREG:
        what = KINDS.get(kind, "something else")
        raise MediaError(f"{path}: {what}, and only files are opened")
    if not known.st_size:
        raise MediaError(f"{path}: the file is empty")
