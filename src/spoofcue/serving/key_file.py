"""The file of keys while the service runs: what is added or deleted counts within a second."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from spoofcue.errors import InputError
from spoofcue.serving.keys import ApiKey, KeyRing, key_lines, read_keys

LOG = logging.getLogger("spoofcue.serving")
LOOK_S = 1.0
REMIND_S = 60.0

Signature = tuple[int, int, int, int]


class WatchedKeys:
    """The keys of a file, which is looked at when a key is asked for, at most once a second.

    A file that was damaged leaves the keys that were read last in force, since a slip of the
    editor must not end a login for everybody; it is an error in the log at once and every minute.
    A file that is gone or empty means that no key holds: this is how all of them are taken back.
    It must be so at two looks, since some editors empty a file before they write it again.

    Args:
        file: of JSON lines.
        clock: seconds.

    Raises:
        InputError: see :func:`read_keys`; at the start, a damaged file opens nothing.

    """

    def __init__(self, file: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._file, self._clock = file, clock
        self._read = _signature(file)
        self._ring = read_keys(file)
        self._looked = clock()
        self._missing = False
        self._told = 0.0
        self.fault: str | None = None

    def holder(self, key: str) -> ApiKey | None:
        """Whose key it is now; None: nobody's."""
        if self._clock() - self._looked >= LOOK_S:
            self._looked = self._clock()
            self._look()
        return self._ring.holder(key)

    def look_again(self) -> None:
        """Let the next key that is asked for find the file as it is then; for signal handlers."""
        self._looked = float("-inf")

    def failing(self) -> float:
        """1: the file is damaged, or no key holds; 0: it is in force as it is."""
        return float(self.fault is not None)

    def _look(self) -> None:
        now = _signature(self._file)
        if now == self._read and not self._missing:
            self._remind()
            return
        # before it is read: what is written meanwhile is another signature at the next look
        self._read = now
        try:
            keys = [] if now is None else key_lines(self._file)
        except (InputError, OSError) as error:
            self._missing = False
            self._tell(f"{error} The keys that were read before stay in force.")
            return
        if not keys:
            self._miss()
            return
        self._ring, self._missing, self.fault = KeyRing(keys), False, None
        LOG.warning("the file of keys was read again: %d keys", len(keys))

    def _miss(self) -> None:
        """No key is there: at the second look none holds."""
        if not self._missing:
            self._missing = True
        elif len(self._ring):
            self._ring = KeyRing(())
            self._tell(f"{self._file} is gone or holds no key: nobody is let in.")
        else:
            self._remind()

    def _tell(self, fault: str) -> None:
        self.fault, self._told = fault, self._clock()
        LOG.error("%s", fault)

    def _remind(self) -> None:
        if self.fault is not None and self._clock() - self._told >= REMIND_S:
            self._tell(self.fault)


def _signature(file: Path) -> Signature | None:
    """What differs once a file was written or replaced; None: it is gone."""
    try:
        found = file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return (-1, 0, 0, 0)  # reading it says why
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino
