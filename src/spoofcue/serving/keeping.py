"""What was judged, kept where ``--keep`` asks for it: for days, bounded, and then deleted."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from spoofcue.errors import InputError
from spoofcue.media.kinds import HEAD, content_format
from spoofcue.serving.settings import DECISIONS, Decision, ServiceSettings
from spoofcue.whole_files import write_private

LOG = logging.getLogger("spoofcue.serving")
DAY_S = 86_400
PURGE_S = 3600.0
WRITE_S = 5.0  # after which an answer waits for the disk no longer
PENDING = 16  # records that wait for the disk; more are not kept
BLOCK = 4096  # bytes: the least that a file takes
# purged so far below the bound, so that a full folder is not searched again for every record
ROOM = 0.9
SUFFIXES = {
    "JPEG": ".jpg", "PNG": ".png", "GIF": ".gif", "WebP": ".webp", "BMP": ".bmp", "TIFF": ".tif",
    "AVIF": ".avif", "HEIC": ".heic", "AVI": ".avi", "MP4": ".mp4", "Matroska": ".mkv",
    "MPEG": ".mpg", "Windows Media": ".wmv", "Flash": ".flv",
}  # fmt: skip
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NAME = re.compile(r"([0-9a-f]{32})(?:-\d{3})?\.[a-z0-9]{1,4}(?:\.part)?")


@dataclass(slots=True)
class _Record:
    """The files of one request, as they lie there."""

    files: list[Path]
    size: int = 0
    newest: float = 0.0


class Keeper:
    """Keeps records in a folder, and deletes its own once they are too old or too many.

    A record is the files as they were received, ``DAY/REQUEST_ID-001.jpg``, and, written last,
    ``DAY/REQUEST_ID.json``; their owner alone may read them. What cannot be kept is an error in
    the log and stops no decision: the audit log is the record that decisions depend on.

    Args:
        folder: made if it is not there; nobody else keeps records in it.
        days: after which a record is deleted, >= 1.
        most_bytes: of all records, after which the oldest go.
        only: decisions that are kept; empty: all.
        clock: seconds since 1970, UTC.

    Raises:
        InputError: the folder cannot be written.

    """

    def __init__(
        self,
        folder: Path,
        days: int,
        most_bytes: int,
        only: Collection[Decision] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder, self._days, self._most = folder, days, most_bytes
        self._only, self._clock = frozenset(only or DECISIONS), clock
        self._held = 0
        self._failed = 0
        self._places = BoundedSemaphore(PENDING)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            trial = folder / f"{'0' * 32}.json"
            write_private(trial, b"")
            trial.unlink()
        except OSError as error:
            raise InputError(
                f"pictures cannot be kept in {folder}: {error.strerror or error}."
            ) from error
        self.purge()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="spoofcue-keep")

    @classmethod
    def of(cls, settings: ServiceSettings) -> Keeper | None:
        """As the settings say; None: nothing is kept.

        Raises:
            InputError: the folder cannot be written.

        """
        if settings.keep is None:
            return None
        return cls(settings.keep, settings.keep_days, settings.keep_bytes, settings.keep_only)

    def failing(self) -> float:
        """Records that could not be kept so far."""
        return float(self._failed)

    async def keep(
        self,
        request_id: str,
        decision: Decision,
        files: Callable[[], Sequence[bytes]],
        facts: Mapping[str, Any],
    ) -> bool:
        """Keep what was judged in one request.

        Args:
            request_id: 32 hexadecimal digits.
            decision: of it.
            files: gives what was received, in its order; called in another thread.
            facts: for its JSON.

        Returns:
            Whether a record is on the disk, or on its way there where the disk is slow.

        """
        if decision not in self._only:
            return False
        if not self._places.acquire(blocking=False):
            self._fail(request_id, f"{PENDING} others wait for the disk")
            return False
        job = self._writer.submit(self._write, request_id, files, facts)
        job.add_done_callback(lambda _: self._places.release())
        try:
            return await asyncio.wait_for(asyncio.wrap_future(job), WRITE_S)
        except (asyncio.TimeoutError, TimeoutError):
            return not job.cancelled()

    async def purge_regularly(self) -> None:
        """Purge every hour until it is cancelled."""
        while True:
            await asyncio.sleep(PURGE_S)
            await asyncio.wrap_future(self._writer.submit(self.purge))

    def purge(self, room: int = 0) -> None:
        """Delete records that are too old, then the oldest until the rest is within the bound.

        Of the folder's files those alone that are named as records; no link is followed.

        Args:
            room: bytes that are needed.

        """
        records = sorted(self._records().values(), key=lambda record: record.newest)
        self._held = sum(record.size for record in records)
        oldest = self._clock() - self._days * DAY_S
        most = self._most
        if self._held + room > most:
            most = int(ROOM * (self._most - room))
        deleted = 0
        for record in records:
            if record.newest > oldest and self._held <= most:
                break
            if self._delete(record.files):
                self._held -= record.size
                deleted += 1
        if deleted:
            LOG.info("%d kept records were deleted", deleted)

    def close(self) -> None:
        """Write what waits, and no more."""
        self._writer.shutdown(wait=True)

    def _write(
        self, request_id: str, files: Callable[[], Sequence[bytes]], facts: Mapping[str, Any]
    ) -> bool:
        now = self._clock()
        at = datetime.fromtimestamp(now, timezone.utc)
        day = self._folder / at.strftime("%Y-%m-%d")
        written: list[Path] = []
        try:
            received = files()
            names = [
                f"{request_id}-{number:03d}{_suffix(data)}"
                for number, data in enumerate(received, start=1)
            ]
            said = {
                "time": at.isoformat(timespec="milliseconds"),
                "request_id": request_id,
                **facts,
                "files": [
                    {"name": name, "sha256": hashlib.sha256(data).hexdigest()}
                    for name, data in zip(names, received, strict=True)
                ],
            }
            record = [*received, json.dumps(said, indent=1).encode()]
            size = sum(map(_size, map(len, record)))
            if size > self._most:
                self._fail(request_id, f"{size} bytes are more than keep_bytes")
                return False
            if self._held + size > self._most:
                self.purge(size)
            day.mkdir(mode=0o700, exist_ok=True)
            for name, data in zip([*names, f"{request_id}.json"], record, strict=True):
                written.append(day / name)
                write_private(written[-1], data)
                os.utime(written[-1], (now, now))
        except Exception as error:  # a decision does not depend on it
            self._fail(request_id, getattr(error, "strerror", None) or type(error).__name__)
            self._delete(written)
            return False
        self._held += size
        return True

    def _fail(self, request_id: str, why: str) -> None:
        self._failed += 1
        LOG.error("%s is not kept: %s", request_id, why)

    def _records(self) -> dict[tuple[str, str], _Record]:
        """What lies there, by day and request id."""
        records: dict[tuple[str, str], _Record] = {}
        for day in _entries(self._folder):
            if not (_DAY.fullmatch(day.name) and day.is_dir(follow_symlinks=False)):
                continue
            for file in _entries(Path(day.path)):
                named = _NAME.fullmatch(file.name)
                if named is None or not file.is_file(follow_symlinks=False):
                    continue
                record = records.setdefault((day.name, named[1]), _Record([]))
                with suppress(FileNotFoundError):
                    found = file.stat(follow_symlinks=False)
                    record.files.append(Path(file.path))
                    record.size += _size(found.st_size)
                    record.newest = max(record.newest, found.st_mtime)
        return records

    def _delete(self, files: Sequence[Path]) -> bool:
        """Whether none of these files is there any more."""
        try:
            for file in sorted(files):
                file.unlink(missing_ok=True)
        except OSError as error:
            LOG.error("a kept record cannot be deleted: %s", error)
            return False
        for day in {file.parent for file in files}:
            with suppress(OSError):  # others are in it
                day.rmdir()
        return True


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        LOG.error("kept records cannot be listed: %s", error)
        return []


def _size(length: int) -> int:
    """Bytes that a file takes of the disk."""
    return -(-length // BLOCK) * BLOCK or BLOCK


def _suffix(data: bytes) -> str:
    return SUFFIXES.get(content_format(data[:HEAD]) or "", ".bin")
