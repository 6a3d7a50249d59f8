"""Starts the processes of a training on this machine, and ends all of them when one ends badly.

Each is a Python of its own that is told by a line of JSON what to train, and answers by such lines;
so it makes no difference whether the command, a program or a notebook asked for the training.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from spoofcue.config import RunSettings
from spoofcue.errors import InputError
from spoofcue.plain_lines import has_terminal, tell

ONE_OF_SEVERAL = (sys.executable, "-m", "spoofcue.training.one_of_several")
# what one process needs to say why it fails, when another has told that it lost it
MOMENT_S = 3.0
END_S = 20.0
GO_ON = (
    "what was finished is kept: give the same command with --resume to go on from the last "
    "checkpoint."
)


def train_in_processes(
    data: Path,
    run: Path,
    settings: RunSettings,
    processes: int,
    *,
    resume: bool = False,
    command: Sequence[str] = ONE_OF_SEVERAL,
) -> None:
    """Train as :func:`spoofcue.training.gradient.train`, which each process calls.

    Args:
        data: a prepared folder.
        run: the run folder.
        settings: of the run.
        processes: 2 or more, on this machine.
        resume: go on from the last checkpoint.
        command: what a process is started with.

    Raises:
        InputError: what a process refused or met, once; or one of them was killed.
        RuntimeError: a fault of ours in one of them, with its traceback.

    """
    job = {
        "data": os.fspath(data),
        "run": os.fspath(run),
        "settings": settings.model_dump(mode="json"),
        "resume": resume,
        "bar": has_terminal(),
    }
    port = _free_port()
    group = _Group([_started(command, rank, processes, port) for rank in range(processes)])
    try:
        group.send(job)
        group.follow()
    except KeyboardInterrupt:
        group.interrupt()
        raise
    finally:
        group.end()


class _Group:
    """The started processes, and what they say."""

    def __init__(self, processes: list[subprocess.Popen[str]]) -> None:
        self._processes = processes
        self._said: queue.Queue[tuple[int, dict[str, Any]]] = queue.Queue()
        self._failures: dict[int, dict[str, Any]] = {}
        for rank, process in enumerate(processes):
            threading.Thread(target=self._listen, args=(rank, process), daemon=True).start()

    def send(self, job: dict[str, Any]) -> None:
        """The job; the pipe stays open, since its end tells a process that this one is gone."""
        for process in self._processes:
            assert process.stdin is not None
            with suppress(OSError):  # it has ended already, and :meth:`follow` says so
                print(json.dumps(job), file=process.stdin, flush=True)

    def follow(self) -> None:
        """Pass lines on until all have ended.

        Raises:
            InputError: one has not ended well.
            RuntimeError: the same, by a fault of ours.

        """
        running = len(self._processes)
        until: float | None = None
        while running:
            wait = None if until is None else max(0.0, until - time.monotonic())
            try:
                rank, said = self._said.get(timeout=wait)
            except queue.Empty:
                break
            if "line" in said:
                tell(said["line"])
            elif "failed" in said:
                self._failures.setdefault(rank, said)
            else:
                running -= 1
                status = said["ended"]
                if status:
                    self._failures.setdefault(rank, self._unsaid(rank, status))
            if self._failures and until is None:
                until = time.monotonic() + MOMENT_S
        self._raise()

    def interrupt(self) -> None:
        """Pass a Ctrl-C on, and wait until they have stopped."""
        for process in self._processes:
            with suppress(OSError):
                process.send_signal(signal.SIGINT)
        self._wait(END_S)

    def end(self) -> None:
        """End those that are left."""
        for stop in (subprocess.Popen.terminate, subprocess.Popen.kill):
            left = [process for process in self._processes if process.poll() is None]
            for process in left:
                with suppress(OSError):
                    stop(process)
            if left:
                self._wait(END_S / 4)
        for process in self._processes:
            with suppress(OSError):
                if process.stdin is not None:
                    process.stdin.close()

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        for process in self._processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, until - time.monotonic()))

    def _listen(self, rank: int, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            with suppress(ValueError):
                self._said.put((rank, json.loads(line)))
        self._said.put((rank, {"ended": process.wait()}))

    def _unsaid(self, rank: int, status: int) -> dict[str, Any]:
        how = f"ended with status {status}"
        if status < 0:
            try:
                how = f"was killed ({signal.Signals(-status).name})"
            except ValueError:
                how = f"was killed (signal {-status})"
        who = f"process {rank + 1} of the {len(self._processes)} of this training"
        return {"failed": "input", "text": f"{who} {how}; {GO_ON}"}

    def _raise(self) -> None:
        """The cause, if there is one: who only lost another process, or echoes it, knows none."""
        kinds = ("fault", "input", "elsewhere", "lost")
        failures = sorted(self._failures.values(), key=lambda said: kinds.index(said["failed"]))
        if not failures:
            return
        cause = failures[0]
        if cause["failed"] == "fault":
            raise RuntimeError(f"a process of the training has failed:\n{cause['text']}")
        raise InputError(cause["text"])


def _started(command: Sequence[str], rank: int, processes: int, port: int) -> subprocess.Popen[str]:
    place = {
        "RANK": rank,
        "LOCAL_RANK": rank,
        "WORLD_SIZE": processes,
        "LOCAL_WORLD_SIZE": processes,
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": port,
    }
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=os.environ | {name: str(value) for name, value in place.items()},
        # a Ctrl-C reaches them through this process, however it came here
        start_new_session=True,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
