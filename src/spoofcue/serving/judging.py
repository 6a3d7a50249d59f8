"""A bounded number of tasks at one time, a bounded number that wait; the rest is turned away."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from spoofcue.serving.hands import Hand
from spoofcue.serving.problems import Problem
from spoofcue.serving.work import Done, Outcome, Task

JOINED_BYTES = 1_000_000  # of a task that is done together with others: a clip keeps them waiting
MEND_S = 0.2  # between looks at processes that nobody asks anything of


class FullError(Exception):
    """As many wait as may."""


@dataclass(eq=False, slots=True)
class _Waiting:
    task: Task
    answer: asyncio.Future[Outcome]
    since: float = field(default_factory=time.perf_counter)
    waited_s: float = 0.0

    @property
    def joins(self) -> bool:
        return self.task.name == "check" and self.task.size <= JOINED_BYTES


class JudgingPool:
    """Hands that do tasks. To be used in one event loop.

    Whoever waits is a coroutine: if it is cancelled, since its client left or its time is over, it
    waits no more, and its picture is freed. A task that has begun goes on to its end, and its
    hand is free only then.

    Args:
        hands: at most so many will be added.
        queue: tasks that wait.
        batch: checks that wait and are given to one hand together, at most.

    Attributes:
        running: tasks that hands are at.
        batched: is told the number of checks of each batch.

    """

    def __init__(self, hands: int, queue: int, batch: int = 1) -> None:
        self._threads = ThreadPoolExecutor(hands, thread_name_prefix="spoofcue-check")
        self._queue = queue
        self._batch = batch
        self._hands: list[Hand] = []
        self._free: deque[Hand] = deque()
        self._waiting: deque[_Waiting] = deque()
        self._wanted: dict[Hand, asyncio.Future[None]] = {}
        self._closed = False
        self.running = 0
        self.batched: Callable[[int], None] = lambda count: None

    @property
    def waiting(self) -> int:
        """Tasks that wait for a hand."""
        return len(self._waiting)

    @property
    def full(self) -> bool:
        """Whether one more would have to be turned away."""
        return not self._free and self.waiting >= self._queue

    @property
    def hands(self) -> Sequence[Hand]:
        """All that were added."""
        return tuple(self._hands)

    def add(self, hand: Hand) -> None:
        """Let one more work."""
        self._hands.append(hand)
        self._release(hand)

    async def run(self, task: Task) -> tuple[Done, float]:
        """What came of a task, and the seconds that it waited for a hand.

        Raises:
            FullError: there is no room to wait.
            Problem: the task has no result.

        """
        if self.full:
            raise FullError
        mine = _Waiting(task, asyncio.get_running_loop().create_future())
        self._waiting.append(mine)
        self._give()
        try:
            outcome = await mine.answer
        finally:
            if mine in self._waiting:
                self._waiting.remove(mine)
        if isinstance(outcome, Problem):
            raise outcome
        return outcome, mine.waited_s

    async def each(self, work: Callable[[Hand], None]) -> None:
        """Have something done to one hand after the other, while the others go on.

        Raises:
            Exception: what ``work`` raises; the hands after that one are left as they are.

        """
        for hand in self.hands:
            await self._take(hand)
            try:
                await asyncio.get_running_loop().run_in_executor(self._threads, work, hand)
            finally:
                self._release(hand)

    async def keep_mended(self) -> None:
        """Start hands again that ended while they were free; for ever."""
        while True:
            await asyncio.sleep(MEND_S)
            for hand in tuple(self._free):
                if hand.ended and hand in self._free:
                    self._free.remove(hand)
                    mending = asyncio.get_running_loop().run_in_executor(self._threads, hand.mend)
                    mending.add_done_callback(partial(self._mended, hand))

    def close(self) -> None:
        """Wait for the tasks that have begun, and end the hands."""
        self._closed = True
        self._threads.shutdown(wait=True, cancel_futures=True)
        for hand in self._hands:
            hand.close()

    def _mended(self, hand: Hand, mending: asyncio.Future[None]) -> None:
        if not mending.cancelled():
            mending.exception()  # looked at; a hand that is not mended is ended still
        self._release(hand)

    async def _take(self, hand: Hand) -> None:
        """Have a hand as soon as it is done with its task, before any task that waits."""
        if hand in self._free:
            self._free.remove(hand)
            return
        mine = self._wanted[hand] = asyncio.get_running_loop().create_future()
        try:
            await mine
        except asyncio.CancelledError:
            if self._wanted.pop(hand, None) is None:  # it was given at this very moment
                self._release(hand)
            raise

    def _release(self, hand: Hand) -> None:
        wanted = self._wanted.pop(hand, None)
        if wanted is not None:
            wanted.set_result(None)
            return
        self._free.append(hand)
        self._give()

    def _give(self) -> None:
        """Give free hands what waits, the longest first."""
        while self._free and self._waiting and not self._closed:
            hand, first = self._free.popleft(), self._waiting.popleft()
            taken = [first]
            while first.joins and len(taken) < self._batch and self._waiting:
                if not self._waiting[0].joins:
                    break
                taken.append(self._waiting.popleft())
            self._do(hand, taken)

    def _do(self, hand: Hand, taken: list[_Waiting]) -> None:
        now = time.perf_counter()
        for one in taken:
            one.waited_s = now - one.since
        self.running += len(taken)
        self.batched(len(taken))
        loop = asyncio.get_running_loop()
        tasks = [one.task for one in taken]
        work = loop.run_in_executor(self._threads, hand.do, tasks)

        def done(future: asyncio.Future[list[Outcome]]) -> None:
            self.running -= len(taken)
            if future.cancelled() or future.exception() is not None:
                failed = Problem("failed", "the service failed; its log tells more.")
                outcomes: list[Outcome] = [failed] * len(taken)
            else:
                outcomes = future.result()
            for one, outcome in zip(taken, outcomes, strict=True):
                if not one.answer.done():
                    one.answer.set_result(outcome)
            self._release(hand)

        work.add_done_callback(done)
