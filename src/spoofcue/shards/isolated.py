"""A process that may break, started again when it does: which task broke it is known."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from spoofcue.errors import InputError
from spoofcue.isolation import Child, EndedError
from spoofcue.shards.work import StoppedError

TRIES = 2  # of a file whose process ended: what comes from outside seldom comes twice
STARTS = 3  # of a process, one after the other
START_S = 120.0  # for loading a model, however busy the machine is
BACK_OFF_S = 0.5
Answer = TypeVar("Answer")


class GivenUpError(Exception):
    """A task ended its process each time, or took too long.

    Attributes:
        late: it took too long the last time.

    """

    def __init__(self, *, late: bool) -> None:
        super().__init__()
        self.late = late


class IsolatedProcess:
    """Answers one task after the other, see :class:`spoofcue.isolation.Child`.

    Args:
        module: that it runs.
        start: its first message.
        what: it, in words for the user: ``a process that judges``.
        threads: of its numerical libraries.
        seconds: that one task may take.
        agree: given its greeting, each time that it starts; raises InputError where it will not do.
        stopped: whether nobody wants the answers any more.

    Raises:
        InputError: it ends at its start, or ``agree`` says so.

    Attributes:
        restarts: how often it was started again.

    """

    def __init__(
        self,
        module: str,
        start: Any,
        what: str,
        *,
        threads: int,
        seconds: float,
        agree: Callable[[Any], None],
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._module, self._start, self._what = module, start, what
        self._threads, self._seconds = threads, seconds
        self._agree, self._stopped = agree, stopped
        self._abandoned = threading.Event()
        self.restarts = 0
        self._child = self._started()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._child.pid

    def ask(
        self,
        task: Any,
        files: Sequence[bytes],
        read: Callable[[Any, tuple[bytes, ...]], Answer],
    ) -> Answer:
        """What ``read`` makes of the answer to a task.

        A task that ends the process, or whose answer is none, is tried once more in a new one.

        Args:
            task: JSON data.
            files: that go with it.
            read: given data and files of the answer; raises KeyError, TypeError or ValueError
                where it is none.

        Raises:
            GivenUpError: there is no answer.
            StoppedError: see ``stopped``.
            InputError: no process can be started.

        """
        late = False
        for _ in range(TRIES):
            try:
                return read(*self._child.ask(task, files, seconds=self._seconds))
            except (EndedError, KeyError, TypeError, ValueError) as error:
                if self._is_stopped():
                    raise StoppedError from None
                late = isinstance(error, EndedError) and error.late
                self._child.end()
                self.restarts += 1
                self._child = self._started()
        raise GivenUpError(late=late)

    def close(self) -> None:
        """End the process."""
        self._child.end()

    def abandon(self) -> None:
        """End what it does now, from another thread; whoever waits finds it stopped."""
        self._abandoned.set()
        self._child.kill()

    def _is_stopped(self) -> bool:
        return self._abandoned.is_set() or self._stopped()

    def _started(self) -> Child:
        for attempt in range(STARTS):
            time.sleep(BACK_OFF_S * attempt)
            if self._is_stopped():
                raise StoppedError
            child = Child(self._module, self._start, threads=self._threads)
            try:
                said = child.greeting(START_S)
            except EndedError:
                continue
            try:
                self._agree(said)
            except InputError:
                child.end()
                raise
            return child
        raise InputError(
            f"{self._what} ended at its start, {STARTS} times (status {child.code}); the "
            "lines before tell more. Is there memory enough? Give fewer --workers."
        )
