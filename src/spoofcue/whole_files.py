"""Files are written whole or not at all: under a temporary name first, then renamed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def whole(path: Path, *, keep_suffix: bool = False) -> Iterator[Path]:
    """The name to write to beside ``path``; it becomes ``path`` when the block ends well.

    If the block fails, ``path`` stays as it was and the temporary file goes. What a kill leaves is
    overwritten by the next try, since the name is always the same; so a file must not have two
    writers at once.

    Args:
        path: the file; its folder exists.
        keep_suffix: for writers that choose a format by it: ``a.png.part.png``. Without, nothing
            that looks for media takes the temporary file for one: ``a.png.part``.

    """
    part = path.with_name(f"{path.name}.part{path.suffix if keep_suffix else ''}")
    try:
        yield part
        os.replace(part, path)
    except BaseException:  # a Ctrl-C too
        with suppress(OSError):  # it would hide what went wrong
            part.unlink()
        raise


def write_bytes(path: Path, data: bytes) -> None:
    """As :meth:`pathlib.Path.write_bytes`, whole."""
    with whole(path) as part:
        part.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """As :meth:`pathlib.Path.write_text` in UTF-8, whole."""
    with whole(path) as part:
        part.write_text(text, encoding="utf-8")


def write_json(path: Path, value: object) -> None:
    """Indented JSON, whole; a value that JSON cannot hold leaves the old file."""
    write_text(path, json.dumps(value, indent=2))
