"""``spoofcue ...`` in processes that are forks of one that has imported what the commands need.

``multiprocessing`` has one such server a process, which others here use; this is one of its own.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path


class Commands:
    """Starts commands, one at a time.

    Args:
        environment: of the process that is forked.

    """

    def __init__(self, environment: dict[str, str]) -> None:
        self._server = subprocess.Popen(
            [sys.executable, __file__],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, call: list[str], where: Path, said: Path | None = None) -> int:
        """A new process, which leads a group of its own.

        Args:
            call: the arguments.
            where: the folder to run it in.
            said: the file of what it says; None drops it.

        Returns:
            Its number.

        """
        assert self._server.stdin is not None
        order = {"call": call, "where": str(where), "said": str(said or os.devnull)}
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        return int(self._line())

    def ended(self, seconds: float | None = None) -> int | None:
        """Wait so long; its status, as of ``subprocess``, or None where it goes on."""
        ready, _, _ = select.select([self._server.stdout], [], [], seconds)
        return int(self._line()) if ready else None

    def close(self) -> None:
        """End the process that is forked."""
        self._server.communicate()

    def _line(self) -> str:
        assert self._server.stdout is not None
        return self._server.stdout.readline()


def _be_the_command(call: list[str], where: str, said: str) -> None:
    os.setsid()
    os.chdir(where)
    stream = os.open(said, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    for descriptor in (0, 1, 2):
        os.dup2(stream, descriptor)
    sys.argv = ["spoofcue", *call]
    from spoofcue.cli.main import main

    main()


def _serve() -> None:
    import spoofcue.cli.main
    import spoofcue.training.gradient  # noqa: F401

    while line := sys.stdin.readline():
        pid = os.fork()
        if pid == 0:
            _be_the_command(**json.loads(line))
            return
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    _serve()
