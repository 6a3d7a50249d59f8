"""Workers as seen by the one who asks them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

# threads of the worker before spin for a while after its last call
PAUSE_S = 0.02
HERE = Path(__file__).resolve().parent


class Worker:
    """A process that measures one cell.

    Args:
        task: see worker.py; ``threads`` is for all libraries.

    Attributes:
        samples: all so far.
        imported_mib: memory after the imports.
        peak_mib: the largest so far.

    """

    def __init__(self, task: dict[str, Any]) -> None:
        threads = str(task["threads"])
        paths = [str(HERE.parent), *sys.path]
        named = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), threads)
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "worker.py"), json.dumps(task)],
            env=os.environ | named | {"PYTHONPATH": os.pathsep.join(p for p in paths if p)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.samples: list[dict[str, float]] = []
        self.peak_mib = 0.0
        self.imported_mib: float = self._answer()["imported_mib"]

    def measure(self, count: int = 1) -> list[dict[str, float]]:
        """``count`` more samples."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{count}\n")
        self._process.stdin.flush()
        told = self._answer()
        self.samples += told["samples"]
        self.peak_mib = told["peak_mib"]
        return told["samples"]  # type: ignore[no-any-return]

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):  # a library may print
                return json.loads(line)  # type: ignore[no-any-return]
        raise RuntimeError(f"a worker ended with status {self._process.wait()}")


@contextmanager
def workers(tasks: Sequence[dict[str, Any]]) -> Iterator[list[Worker]]:
    """All of them running, each warmed up by one sample that does not count."""
    with ExitStack() as stack:
        made = []
        for task in tasks:
            worker = Worker(task)
            stack.callback(worker.close)
            worker.measure(1)
            worker.samples.clear()
            made.append(worker)
        yield made


def in_turn(tasks: Sequence[dict[str, Any]], rounds: int, calls: int = 1) -> list[Worker]:
    """Ask each for ``calls`` samples, ``rounds`` times over; they are closed when it returns."""
    named = f"{tasks[0]['kind']}, {len(tasks)} cells, batch {tasks[0].get('batch', 1)}"
    with workers(tasks) as made:
        for number in range(rounds):
            print(f"{named}: round {number + 1} of {rounds}", file=sys.stderr)
            for worker in made:
                time.sleep(PAUSE_S)
                worker.measure(calls)
    return made
