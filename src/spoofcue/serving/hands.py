"""What does the tasks: a process of its own, which is started again when it ends, or this one."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import IO, Any, Protocol

from spoofcue.errors import InputError
from spoofcue.serving.bench import Bench
from spoofcue.serving.problems import Problem
from spoofcue.serving.settings import ServiceSettings
from spoofcue.serving.work import Done, Message, Outcome, Task
from spoofcue.serving.worker import write_tasks

LOG = logging.getLogger("spoofcue.serving")
# of a task whose process ended: once more for a process that was ended from outside, and again
# for one that was ended so in the meantime
TRIES = 3
START_S = 60.0  # for loading a model, however busy the machine is
BACK_OFF_S = (0.0, 0.5, 1.0, 2.0, 5.0)


class Hand(Protocol):
    """Does tasks, one call at a time.

    Attributes:
        hello: of :meth:`spoofcue.serving.bench.Bench.hello`.
        restarts: how often it was started again since it ended.
        model: as :meth:`renew` was told.

    """

    hello: dict[str, Any]
    restarts: int
    model: str | None

    def wait(self) -> None:
        """Until it can judge.

        Raises:
            InputError: it never will.

        """
        ...

    def do(self, tasks: Sequence[Task]) -> list[Outcome]:
        """What came of each; never raises."""
        ...

    @property
    def ended(self) -> bool:
        """Whether it has to be mended."""
        ...

    def mend(self) -> None:
        """Start it again."""
        ...

    def renew(self, model: str | None) -> None:
        """Judge by another model from now on.

        Args:
            model: path; None: the settings' own.

        Raises:
            InputError: it is no usable model; the one before judges on.

        """
        ...

    def close(self) -> None:
        """End."""
        ...


class OwnHand:
    """Does tasks in the thread that asks; for a program that holds the detector already."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.hello = bench.hello()
        self.restarts = 0
        self.model: str | None = None

    def wait(self) -> None:
        """It can."""

    def do(self, tasks: Sequence[Task]) -> list[Outcome]:
        """See :class:`Hand`."""
        return self._bench.do(tasks)

    @property
    def ended(self) -> bool:
        """Never."""
        return False

    def mend(self) -> None:
        """Nothing to mend."""

    def renew(self, model: str | None) -> None:
        """See :class:`Hand`."""
        self._bench = Bench.load(self._bench.settings, model)
        self.hello, self.model = self._bench.hello(), model

    def close(self) -> None:
        """Nothing to end."""


class _EndedError(Exception):
    """The process ended, or was ended since it took too long."""

    def __init__(self, *, late: bool) -> None:
        super().__init__()
        self.late = late


class WorkerProcess:
    """Does tasks in a process of its own.

    Args:
        settings: of the service.
        model: path; None: as the settings say.

    Raises:
        InputError: :meth:`wait` or :meth:`renew` found no usable model.

    """

    def __init__(self, settings: ServiceSettings, model: str | None = None) -> None:
        self._settings = settings
        self.model = model
        self.hello: dict[str, Any] = {}
        self.restarts = 0
        self._failures = 0
        self._process = self._started(model)

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def wait(self) -> None:
        """See :class:`Hand`."""
        self.hello = self._greeted(self._process)

    def do(self, tasks: Sequence[Task]) -> list[Outcome]:
        """See :class:`Hand`.

        A process that ends is started again, and each task is tried again, by itself: whichever
        ended it may not take the others with it.
        """
        try:
            return self._asked(tasks)
        except _EndedError as ended:
            self._restart()
            if ended.late and len(tasks) == 1:
                return [_too_long(self._settings.check_seconds)]
        return [self._again(task) for task in tasks]

    @property
    def ended(self) -> bool:
        """See :class:`Hand`."""
        return self._process.poll() is not None

    def mend(self) -> None:
        """See :class:`Hand`."""
        self._restart()

    def renew(self, model: str | None) -> None:
        """See :class:`Hand`."""
        process = self._started(model)
        try:
            hello = self._greeted(process)
        except InputError:
            _end(process)
            raise
        _end(self._process)
        self._process, self.model, self.hello = process, model, hello

    def close(self) -> None:
        """See :class:`Hand`."""
        _end(self._process)

    def _again(self, task: Task) -> Outcome:
        for _ in range(TRIES - 1):
            try:
                return self._asked([task])[0]
            except _EndedError as ended:
                self._restart()
                if ended.late:
                    return _too_long(self._settings.check_seconds)
        LOG.error("a %s ended its process %d times", task.name, TRIES)
        return Problem("failed", f"the check ended the process that judged it, {TRIES} times.")

    def _asked(self, tasks: Sequence[Task]) -> list[Outcome]:
        process = self._process
        until = time.monotonic() + self._settings.check_seconds * len(tasks)
        stopped = threading.Timer(until - time.monotonic(), process.kill)
        stopped.daemon = True
        stopped.start()
        try:
            assert process.stdin
            assert process.stdout
            write_tasks(process.stdin, list(tasks))
            data, files = Message.read(process.stdout)
            return _outcomes(data, files, len(tasks))
        except (OSError, EOFError, ValueError, KeyError, TypeError, StopIteration):
            # a broken pipe, or an answer that is none: whatever wrote it is not to be trusted
            process.kill()
            raise _EndedError(late=time.monotonic() >= until) from None
        finally:
            stopped.cancel()

    def _restart(self) -> None:
        """Start it anew, after a pause where it keeps ending at its start."""
        _end(self._process)
        self.restarts += 1
        code = self._process.returncode
        LOG.error("worker %d ended (%s); another is started", self._process.pid, code)
        with contextlib.suppress(InputError):
            self._start_anew()
            self._failures = 0
            return
        self._failures += 1
        self.hello = {**self.hello, "not_ready": "a worker cannot be started; see the log"}

    def _start_anew(self) -> None:
        time.sleep(BACK_OFF_S[min(self._failures, len(BACK_OFF_S) - 1)])
        self._process = self._started(self.model)
        self.wait()

    def _started(self, model: str | None) -> subprocess.Popen[bytes]:
        environment = dict(os.environ)
        environment["OMP_NUM_THREADS"] = str(self._settings.threads_each)
        process = subprocess.Popen(
            [sys.executable, "-m", "spoofcue.serving.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
        )  # fmt: skip
        assert process.stdin
        data = {"settings": self._settings.model_dump(mode="json"), "model": model}
        with contextlib.suppress(OSError):  # it has ended; waiting for it says so
            Message.write(process.stdin, data)
        return process

    def _greeted(self, process: subprocess.Popen[bytes]) -> dict[str, Any]:
        assert process.stdout
        try:
            hello = _within(process.stdout, START_S)
        except (EOFError, ValueError, OSError):
            process.kill()
            code = process.wait()
            raise InputError(
                f"a process that judges ended at its start ({code}); the lines before tell more."
            ) from None
        if "refused" in hello:
            raise InputError(hello["refused"])
        return hello


def _outcomes(data: Any, files: tuple[bytes, ...], count: int) -> list[Outcome]:
    if len(data) != count:
        raise ValueError("another number of answers")
    taken = iter(files)
    made: list[Outcome] = []
    for one in data:
        if "problem" in one:
            made.append(Problem.of_data(one["problem"]))
        else:
            made.append(Done(one["facts"], tuple(next(taken) for _ in range(one["files"]))))
    return made


def _within(pipe: IO[bytes], seconds: float) -> dict[str, Any]:
    if not select.select([pipe], [], [], seconds)[0]:
        raise EOFError
    hello, _ = Message.read(pipe)
    return dict(hello)


def _too_long(seconds: float) -> Problem:
    return Problem("too-long", f"the check took more than {seconds:g} s.", retry_s=1)


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    process.kill()
    process.wait()
