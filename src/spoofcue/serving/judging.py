"""A bounded number of checks at one time, a bounded number that wait; the rest is turned away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class FullError(Exception):
    """As many wait as may."""


class JudgingPool:
    """Threads that judge. To be used in one event loop.

    Whoever waits is a coroutine: if it is cancelled, since its client left or its time is over, it
    waits no more, and its picture is freed. A check that has begun goes on to its end, and its
    place is free only then.

    Args:
        workers: checks at one time.
        queue: checks that wait.

    """

    def __init__(self, workers: int, queue: int) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="spoofcue-check")
        self._free = asyncio.Semaphore(workers)
        self._queue = queue
        self.waiting = 0
        self.running = 0

    async def run(self, work: Callable[[], T]) -> T:
        """What ``work`` returns, done in one of the threads.

        Raises:
            FullError: there is no room to wait.

        """
        if self._free.locked() and self.waiting >= self._queue:
            raise FullError
        self.waiting += 1
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1
        self.running += 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, work)
        future.add_done_callback(self._done)
        # cancelling the coroutine must not give its place away while the thread still works
        return await asyncio.shield(future)

    def close(self) -> None:
        """Wait for the checks that have begun, and end the threads."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _done(self, future: asyncio.Future[T]) -> None:
        self.running -= 1
        self._free.release()
        if not future.cancelled():
            future.exception()  # looked at, so that asyncio does not log one that nobody awaits
