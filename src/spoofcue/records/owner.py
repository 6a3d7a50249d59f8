"""Who writes an output: one process at a time, and always with the same settings.

The lock is the operating system's own on a small file: it ends with the process that holds it,
however that ends. What a killed process left half written is cleared by the next one.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from spoofcue.errors import InputError
from spoofcue.plain_lines import tell
from spoofcue.records.stored import Record
from spoofcue.whole_files import clear_unfinished, fitting, write_json

LOCK, SETTINGS = ".lock", ".settings.json"
# file systems that have no such locks; there two processes at once are the user's own affair
NO_LOCKS = (errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK)
_LOOK_AGAIN_S = 0.1
_held = threading.local()


class OwnerRecord(Record):
    """.settings.json: what an output folder was begun with, so that only the same goes on.

    Attributes:
        work: the command.
        settings: whatever decides what the folder holds, by the names that the user knows.

    """

    KIND: ClassVar[str] = "the record of what an output folder was begun with"
    REMEDY: ClassVar[str] = "Give another --out, or delete the folder to start over."

    work: str
    settings: dict[str, Any]


@contextmanager
def owned(folder: Path, work: str, settings: Mapping[str, Any]) -> Iterator[None]:
    """Hold an output folder that only the same settings may go on with, and clear it of remains.

    Args:
        folder: there or not.
        work: the command.
        settings: whatever decides what the folder holds, as JSON can hold it.

    Raises:
        InputError: another process writes it, or it was begun with other settings; names both.

    """
    wanted = OwnerRecord(work=work, settings=json.loads(json.dumps(settings)))
    file = folder / SETTINGS
    with held(folder, work, clear=True):
        if file.is_file():
            refuse_others(folder, OwnerRecord.read(file), wanted)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            write_json(file, wanted.to_tree())
        yield


def refuse_others(folder: Path, before: OwnerRecord, wanted: OwnerRecord) -> None:
    """Refuse a folder that was begun with other settings.

    Raises:
        InputError: naming the folder, what differs, as it was and as it is, and the remedy.

    """
    if before.work != wanted.work:
        raise InputError(f"{folder} was begun by `spoofcue {before.work}`; give another --out.")
    old, new = before.settings, wanted.settings
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    if names:
        changed = "; ".join(
            f"{n} was {_short(old.get(n))} and is {_short(new.get(n))}" for n in names
        )
        raise InputError(
            f"{folder} was begun with other settings ({changed}). Give the same ones to go on with "
            "it, or another --out; or delete it to start over."
        )


@contextmanager
def held(place: Path, work: str, *, clear: bool = False, wait: bool = False) -> Iterator[None]:
    """Keep other processes from writing ``place`` while the block runs.

    Args:
        place: a file or folder, there or not.
        work: the command, for the message that another process gets.
        clear: it is a folder; delete the files that a killed process left half written in it.
        wait: for the other process to end, and say so; without, refuse at once.

    Raises:
        InputError: another process holds it; names it.

    """
    path = Path(os.path.realpath(place))
    mine: set[Path] = _held.__dict__.setdefault("places", set())
    if path in mine:  # by this very thread
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.with_name(f".{fitting(path.name)}{LOCK}")
    if path.is_dir() and not os.access(path.parent, os.W_OK):
        lock = path / LOCK
    descriptor = _acquire(lock, place, wait)
    mine.add(path)
    try:
        _sign(descriptor, work)
        if clear:
            clear_unfinished(path)
        yield
    finally:
        mine.discard(path)
        _release(descriptor, lock)


def _acquire(lock: Path, place: Path, wait: bool) -> int:
    announced = False
    while True:
        try:
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            error.filename = str(place)  # the name that the user knows
            raise
        if _try_lock(descriptor):
            with suppress(OSError):
                if os.path.samestat(os.fstat(descriptor), os.stat(lock)):
                    return descriptor
            os.close(descriptor)  # its holder has deleted it since
            continue
        holder = _holder(descriptor)
        os.close(descriptor)
        if not wait:
            raise InputError(
                f"{place} is being written by {holder}; wait until it ends, or give another --out."
            )
        if not announced:
            tell(f"waiting for {place}, which is being written by {holder}")
            announced = True
        time.sleep(_LOOK_AGAIN_S)


def _release(descriptor: int, lock: Path) -> None:
    if sys.platform == "win32":  # an open file cannot be deleted there
        os.close(descriptor)
        with suppress(OSError):
            lock.unlink()
        return
    with suppress(OSError):
        if os.path.samestat(os.fstat(descriptor), os.stat(lock)):
            lock.unlink()
    os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, 1 << 30, os.SEEK_SET)  # not what is read
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in NO_LOCKS
    return True


def _sign(descriptor: int, work: str) -> None:
    who = {
        "work": work,
        "process": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now().astimezone().isoformat(timespec="seconds"),
    }
    with suppress(OSError):  # a full disk: the lock is held all the same
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, json.dumps(who).encode())


def _holder(descriptor: int) -> str:
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        who = json.loads(os.read(descriptor, 4096))
        where = f"process {who['process']} on {who['host']}, since {who['since']}"
        return f"spoofcue {who['work']} ({where})"
    except (OSError, ValueError, KeyError, TypeError):  # it has only just begun
        return "another process"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:117]}..."
