"""``spoofcue ...`` by its entry point, in this process: one of its own takes a second, or five."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest import mock

from spoofcue.cli.main import main


@dataclass(frozen=True)
class Done:
    """What a command left: its status, and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


def spoofcue(*args: object, status: int = 0) -> Done:
    """Call the command with these arguments; what it raises is the test's to see.

    Nothing but the streams and the arguments is put in place: what tells of signals, of streams
    that are closed or of packages that are not there needs a process.
    """
    out, errors = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["spoofcue", *map(str, args)]),
        # it would close what the test runner itself writes to
        mock.patch("spoofcue.cli.main.discard_output"),
        redirect_stdout(out),
        redirect_stderr(errors),
    ):
        try:
            main()
            ended = 0
        except SystemExit as end:
            ended = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    done = Done(ended, out.getvalue(), errors.getvalue())
    assert done.returncode == status, done.stdout + done.stderr
    return done
