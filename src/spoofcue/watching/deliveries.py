"""Telling others of attempts beside the watch, which never waits for them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

WAITING = 16  # attempts that nobody has been told of yet


class Listener(Protocol):
    """Who is told; ``str`` of it is its name in messages."""

    def tell(self, body: bytes) -> str | None:
        """What went wrong, in words, or None."""


class Deliveries:
    """One thread that tells one listener after the other, in the order of the attempts.

    Args:
        listeners: each is told of every attempt.
        warn: gets what went wrong; a decision is never changed by it.

    """

    def __init__(self, listeners: Sequence[Listener], warn: Callable[[str], None]) -> None:
        self._listeners, self._warn = listeners, warn
        self._queue: queue.Queue[bytes | None] = queue.Queue(WAITING)
        self._thread = threading.Thread(target=self._work, daemon=True, name="deliveries")
        if listeners:
            self._thread.start()

    def send(self, body: bytes) -> None:
        """Tell of one more attempt, soon; it is told on stderr if too many wait."""
        if not self._listeners:
            return
        try:
            self._queue.put_nowait(body)
        except queue.Full:
            self._warn(f"{WAITING} attempts wait to be told of; this one is not told")

    def finish(self, timeout: float) -> None:
        """Wait for what was sent, at most so many seconds."""
        if not self._thread.is_alive():
            return
        with suppress(queue.Full):
            self._queue.put(None, timeout=timeout)
        self._thread.join(timeout)
        if self._thread.is_alive():
            self._warn("not every attempt was told of before the end")

    def _work(self) -> None:
        while (body := self._queue.get()) is not None:
            for listener in self._listeners:
                try:
                    wrong = listener.tell(body)
                except Exception as error:  # whatever it is, the others are told
                    wrong = f"{type(error).__name__}: {error}"
                if wrong is not None:
                    self._warn(f"{listener}: {wrong}")
