"""The audit log: what was asked and decided, as JSON lines, without pictures."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime, timezone
from typing import IO, Any

from spoofcue.errors import InputError


class AuditLog:
    """Appends a line for each check; a line that cannot be written is an error of the check.

    Args:
        where: path of a file, which is made readable to its owner alone; ``-``: standard output.

    Raises:
        InputError: it cannot be opened.

    """

    def __init__(self, where: str) -> None:
        self._out: IO[str]
        if where == "-":
            self._out = sys.stdout
            return
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            self._out = os.fdopen(os.open(where, flags, 0o600), "a", encoding="utf-8")
        except OSError as error:
            raise InputError(f"the audit log {where}: {error.strerror or error}.") from error

    def write(self, **facts: Any) -> None:
        """One line, flushed, with the time in UTC.

        Raises:
            OSError: it was not written.

        """
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        self._out.write(json.dumps({"time": now, **facts}, allow_nan=False) + "\n")
        self._out.flush()
