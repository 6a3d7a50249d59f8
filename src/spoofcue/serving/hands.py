"""What does the tasks: a process of its own, which is started again when it ends, or this one."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Sequence
from typing import Any, Protocol

from spoofcue.errors import InputError
from spoofcue.isolation import Child, EndedError
from spoofcue.serving.bench import Bench
from spoofcue.serving.problems import Problem
from spoofcue.serving.settings import ServiceSettings
from spoofcue.serving.work import Done, Outcome, Task
from spoofcue.serving.worker import as_data

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
        self._child = self._started(model)

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._child.pid

    def wait(self) -> None:
        """See :class:`Hand`."""
        self.hello = self._greeted(self._child)

    def do(self, tasks: Sequence[Task]) -> list[Outcome]:
        """See :class:`Hand`.

        A process that ends is started again, and each task is tried again, by itself: whichever
        ended it may not take the others with it.
        """
        try:
            return self._asked(tasks)
        except EndedError as ended:
            self._restart()
            if ended.late and len(tasks) == 1:
                return [_too_long(self._settings.check_seconds)]
        return [self._again(task) for task in tasks]

    @property
    def ended(self) -> bool:
        """See :class:`Hand`."""
        return self._child.code is not None

    def mend(self) -> None:
        """See :class:`Hand`."""
        self._restart()

    def renew(self, model: str | None) -> None:
        """See :class:`Hand`."""
        child = self._started(model)
        try:
            hello = self._greeted(child)
        except InputError:
            child.end()
            raise
        self._child.end()
        self._child, self.model, self.hello = child, model, hello

    def close(self) -> None:
        """See :class:`Hand`."""
        self._child.end()

    def _again(self, task: Task) -> Outcome:
        for _ in range(TRIES - 1):
            try:
                return self._asked([task])[0]
            except EndedError as ended:
                self._restart()
                if ended.late:
                    return _too_long(self._settings.check_seconds)
        LOG.error("a %s ended its process %d times", task.name, TRIES)
        return Problem("failed", f"the check ended the process that judged it, {TRIES} times.")

    def _asked(self, tasks: Sequence[Task]) -> list[Outcome]:
        seconds = self._settings.check_seconds * len(tasks)
        data, files = as_data(tasks)
        said, pictures = self._child.ask(data, files, seconds=seconds)
        try:
            return _outcomes(said, pictures, len(tasks))
        except (ValueError, KeyError, TypeError, StopIteration):
            # an answer that is none: whatever wrote it is not to be trusted
            self._child.end()
            raise EndedError from None

    def _restart(self) -> None:
        """Start it anew, after a pause where it keeps ending at its start."""
        self._child.end()
        self.restarts += 1
        code = self._child.code
        LOG.error("worker %d ended (%s); another is started", self._child.pid, code)
        with contextlib.suppress(InputError):
            self._start_anew()
            self._failures = 0
            return
        self._failures += 1
        self.hello = {**self.hello, "not_ready": "a worker cannot be started; see the log"}

    def _start_anew(self) -> None:
        time.sleep(BACK_OFF_S[min(self._failures, len(BACK_OFF_S) - 1)])
        self._child = self._started(self.model)
        self.wait()

    def _started(self, model: str | None) -> Child:
        start = {"settings": self._settings.model_dump(mode="json"), "model": model}
        return Child("spoofcue.serving.worker", start, threads=self._settings.threads_each)

    def _greeted(self, child: Child) -> dict[str, Any]:
        try:
            hello = dict(child.greeting(START_S))
        except EndedError:
            raise InputError(
                f"a process that judges ended at its start ({child.code}); the lines before tell "
                "more."
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


def _too_long(seconds: float) -> Problem:
    return Problem("too-long", f"the check took more than {seconds:g} s.", retry_s=1)
