"""Files are written whole or not at all: under a temporary name first, then renamed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# bytes of a file's name that leave room for what is put before and after it; 255 is the limit
LONGEST = 240
# the end of the name of what is not whole yet
PART = ".part"
_UNFINISHED = re.compile(r"\.part$|(\.[^.]+)\.part\1$")


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
    part = path.with_name(f"{fitting(path.name)}{PART}{path.suffix if keep_suffix else ''}")
    try:
        yield part
        os.replace(part, path)
    except BaseException as error:  # a Ctrl-C too
        _name(error, path, part)
        with suppress(OSError):  # it would hide what went wrong
            part.unlink()
        raise


def _name(error: BaseException, path: Path, part: Path) -> None:
    """Let a system error name the file that the user knows."""
    if not isinstance(error, OSError) or error.errno is None:
        return  # it says all that it knows in words of its own
    if error.filename in (None, str(part), part) or error.filename2 in (str(part), part):
        error.filename, error.filename2 = str(path), None


@contextmanager
def named(path: Path) -> Iterator[None]:
    """A system error within says which file it is about: of a write that fails it says nothing."""
    try:
        yield
    except OSError as error:
        if error.errno is not None and error.filename is None:
            error.filename = str(path)
        raise


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A new, empty folder beside ``path``; it takes its place when the block ends well.

    At every instant the old or the new folder is at ``path``, or :func:`recover_folder` brings it
    back: the old one is renamed aside, the new one gets the name, then the old one goes. If the
    block fails, ``path`` stays as it was. A folder must not have two writers at once.

    Args:
        path: the folder, there or not; its parents are made.

    """
    recover_folder(path)
    part = path.with_name(f"{fitting(path.name)}{PART}")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        yield part
        put_in_place(part, path)
    except BaseException:  # a Ctrl-C too
        recover_folder(path)
        shutil.rmtree(part, ignore_errors=True)
        raise


def recover_folder(path: Path) -> None:
    """Give ``path`` back where a kill came between the two renames of :func:`whole_folder`.

    For every reader and writer of such a folder, before it looks there.
    """
    aside = _aside(path)
    if not aside.is_dir():
        return
    if path.exists():
        shutil.rmtree(aside, ignore_errors=True)
    else:
        with suppress(OSError):  # its writer lives, and has put the new one there by now
            os.replace(aside, path)


def put_in_place(part: Path, path: Path) -> None:
    """Let the folder ``part`` take the place of ``path``, see :func:`whole_folder`."""
    aside = _aside(path)
    for attempt in range(10):
        if path.exists():
            os.replace(path, aside)
        try:
            os.replace(part, path)
            break
        except OSError:  # a reader that came between has put the old one back
            if attempt == 9 or not path.exists():
                raise
    shutil.rmtree(aside, ignore_errors=True)


def _aside(path: Path) -> Path:
    return path.with_name(f".{fitting(path.name)}.replaced")


def clear_unfinished(folder: Path) -> None:
    """Delete the files that a killed writer left half written in ``folder``, at any depth.

    Nobody may be writing there.
    """
    for parent, _, files in os.walk(folder):
        for name in filter(_UNFINISHED.search, files):
            with suppress(OSError):
                os.unlink(os.path.join(parent, name))


def fitting(name: str) -> str:
    """A file's name as it is, or cut where a file system would refuse it; still one of its own.

    >>> fitting("a.png"), len(fitting("a" * 300 + ".png"))
    ('a.png', 240)

    """
    if len(os.fsencode(name)) <= LONGEST:
        return name
    suffix = os.fsdecode(os.fsencode(Path(name).suffix)[-10:])
    mark = f"~{hashlib.sha256(os.fsencode(name)).hexdigest()[:12]}{suffix}"
    kept = os.fsencode(name)[: LONGEST - len(os.fsencode(mark))]
    return kept.decode(errors="ignore") + mark


def write_bytes(path: Path, data: bytes) -> None:
    """As :meth:`pathlib.Path.write_bytes`, whole."""
    with whole(path) as part:
        part.write_bytes(data)


def write_private(path: Path, data: bytes) -> None:
    """As :func:`write_bytes`; at no instant may others than the file's owner read it."""
    with whole(path) as part:
        part.unlink(missing_ok=True)  # a kill may have left one
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)


def write_text(path: Path, text: str) -> None:
    """As :meth:`pathlib.Path.write_text` in UTF-8, whole."""
    with whole(path) as part:
        part.write_text(text, encoding="utf-8")


def write_json(path: Path, value: object) -> None:
    """Indented JSON, whole; a value that JSON cannot hold leaves the old file."""
    write_text(path, json.dumps(value, indent=2))
