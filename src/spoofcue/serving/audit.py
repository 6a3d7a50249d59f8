"""The audit log: what was asked and decided, as JSON lines, without pictures."""

from __future__ import annotations

import errno
import json
import os
import sys
from datetime import datetime, timezone
from typing import Any

from spoofcue.errors import InputError


class AuditLog:
    """Appends a line for each check; a line that cannot be written is an error of the check.

    Args:
        where: path of a file, which is made readable to its owner alone; ``-``: standard output.

    Raises:
        InputError: it cannot be opened.

    """

    def __init__(self, where: str) -> None:
        try:
            if where == "-":
                self._file = os.dup(sys.stdout.fileno())
            else:
                self._file = os.open(where, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise InputError(f"the audit log {where}: {error.strerror or error}.") from error

    def write(self, **facts: Any) -> None:
        """One line with the time in UTC, in one write: lines of several processes do not mix.

        Raises:
            OSError: it was not written, or not whole.

        """
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        line = (json.dumps({"time": now, **facts}, allow_nan=False) + "\n").encode()
        if os.write(self._file, line) != len(line):
            raise OSError(errno.ENOSPC, "a line of the audit log was not written whole")

    def close(self) -> None:
        """Write no more."""
        os.close(self._file)
