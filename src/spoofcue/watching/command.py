"""A command of the user's that is told of an attempt: never by a shell, never for long."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from spoofcue.errors import InputError


@dataclass(frozen=True, slots=True)
class Command:
    """Runs with the attempt's JSON on its standard input.

    Attributes:
        words: the program and its arguments, as they are given to it.
        timeout: s, after which it is ended.

    """

    words: Sequence[str]
    timeout: float = 10.0

    @classmethod
    def read(cls, text: str, timeout: float = 10.0) -> Command:
        """Split as a shell would, of which nothing else is done: no variables, pipes or globs.

        Raises:
            InputError: there is no such program, or a quote is not closed.

        """
        try:
            words = shlex.split(text)
        except ValueError as error:
            raise InputError(f"the command {text!r} cannot be split ({error}).") from None
        if not words or shutil.which(words[0]) is None:
            name = words[0] if words else ""
            raise InputError(f"there is no program {name!r}; give its path.")
        return cls(words, timeout)

    def __str__(self) -> str:
        return self.words[0]

    def tell(self, body: bytes) -> str | None:
        """Run it to its end; what went wrong, in words, or None. What it prints is on stderr."""
        try:
            process = subprocess.Popen(
                self.words, stdin=subprocess.PIPE, stdout=2, start_new_session=True
            )
        except (OSError, ValueError) as error:
            return f"it did not start ({error})"
        try:
            process.communicate(body, timeout=self.timeout)
        except subprocess.TimeoutExpired:
            _end(process)
            return f"it took longer than {self.timeout:g} s and was ended"
        return f"it ended with status {process.returncode}" if process.returncode else None


def _end(process: subprocess.Popen[bytes]) -> None:
    """And what it started."""
    with suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    with suppress(OSError, subprocess.TimeoutExpired):
        process.communicate(timeout=1)
