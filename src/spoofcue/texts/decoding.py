"""Bytes of a text file to text: UTF-8, UTF-16 or UTF-32, never a guess among older encodings.

A byte that is not UTF-8 may be any of dozens of letters, and a name that is read wrong is another
name; so such a file is refused with the line, and its writer saves it as UTF-8.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from spoofcue.errors import InputError

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # it begins as the next does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(head: bytes) -> str:
    """The encoding that the first four bytes of a file show.

    By its byte-order mark; without one UTF-8, or UTF-16 where half of the first character is zero.
    """
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding
    if len(head) >= 2 and 0 in head[:2] and head[:2] != b"\0\0":
        return "utf-16-be" if head[0] == 0 else "utf-16-le"
    return "utf-8"


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """A text file, open for reading, with its line ends as they are.

    Raises:
        InputError: it cannot be read, or is not text in UTF-8, UTF-16 or UTF-32; that may come
            out while the block reads, and names the line.

    """
    encoding = "utf-8"
    try:
        with path.open("rb") as file:
            encoding = encoding_of(file.read(4))
        with path.open(encoding=encoding, newline="") as text:
            yield text
    except UnicodeError as error:
        raise _no_text(path, encoding) from error
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}.") from error


def read_text(path: Path) -> str:
    r"""A whole text file; line ends become ``\n``.

    Raises:
        InputError: as of :func:`open_text`.

    """
    with open_text(path) as file:
        return file.read().replace("\r\n", "\n").replace("\r", "\n")


def _no_text(path: Path, encoding: str) -> InputError:
    """Which line does not decode, found by reading again."""
    data = path.read_bytes()
    try:
        data.decode(encoding)
        line = 1
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, errors="ignore")
        line = before.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    return InputError(
        f"{path}, line {line}: that is no UTF-8 or UTF-16 text. Save the file as UTF-8."
    )
