"""The pool of tasks: never more at one time than its hands, and places come back."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from spoofcue.serving.judging import FullError, JudgingPool
from spoofcue.serving.problems import Problem
from spoofcue.serving.work import Done, Outcome, Task

ANY = Task("check", (b"picture",))


class Toy:
    """A hand that does what it is told to."""

    hello: dict[str, Any] = {"not_ready": None}  # noqa: RUF012
    restarts = 0
    ended = False

    def __init__(self, work: Callable[[Sequence[Task]], list[Outcome]]) -> None:
        self.do = work

    def wait(self) -> None: ...

    def mend(self) -> None:
        self.ended = False
        self.restarts += 1

    model: str | None = None

    def renew(self, model: str | None) -> None:
        self.model = model

    def close(self) -> None: ...


def pool_of(work: Callable[[Sequence[Task]], list[Outcome]], hands: int, queue: int,
            batch: int = 1) -> JudgingPool:  # fmt: skip
    pool = JudgingPool(hands, queue, batch)
    for _ in range(hands):
        pool.add(Toy(work))
    return pool


def echoed(tasks: Sequence[Task]) -> list[Outcome]:
    return [Done({"of": task.files[0].decode()}) for task in tasks]


def test_no_more_at_one_time_than_hands_and_all_are_done() -> None:
    most = now = 0
    lock = threading.Lock()

    def work(tasks: Sequence[Task]) -> list[Outcome]:
        nonlocal most, now
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1
        return echoed(tasks)

    async def run() -> list[Any]:
        pool = pool_of(work, hands=2, queue=6)
        try:
            tasks = [Task("check", (str(k).encode(),)) for k in range(8)]
            return await asyncio.gather(*map(pool.run, tasks))
        finally:
            pool.close()

    assert [done.facts["of"] for done, _ in asyncio.run(run())] == [str(k) for k in range(8)]
    assert most == 2


def test_beyond_the_queue_is_refused_at_once() -> None:
    def work(tasks: Sequence[Task]) -> list[Outcome]:
        time.sleep(0.1)
        return echoed(tasks)

    async def run() -> list[object]:
        pool = pool_of(work, hands=2, queue=3)
        done = await asyncio.gather(*(pool.run(ANY) for _ in range(9)), return_exceptions=True)
        assert (pool.running, pool.waiting) == (0, 0)
        pool.close()
        return done

    refused = [isinstance(one, FullError) for one in asyncio.run(run())]
    assert refused == [False] * 5 + [True] * 4


def test_a_cancelled_task_keeps_its_hand_and_a_waiting_one_has_none() -> None:
    go = threading.Event()
    began = 0

    def work(tasks: Sequence[Task]) -> list[Outcome]:
        nonlocal began
        began += 1
        go.wait(10)
        return echoed(tasks)

    async def run() -> None:
        pool = pool_of(work, hands=1, queue=1)
        first = asyncio.ensure_future(pool.run(ANY))
        await asyncio.sleep(0.05)
        second = asyncio.ensure_future(pool.run(ANY))
        await asyncio.sleep(0)
        assert (pool.running, pool.waiting) == (1, 1)
        first.cancel()
        second.cancel()
        await asyncio.sleep(0.05)
        assert (pool.running, pool.waiting) == (1, 0)
        go.set()
        await pool.run(ANY)
        assert (pool.running, pool.waiting) == (0, 0)
        pool.close()

    asyncio.run(run())
    assert began == 2  # the first, and the last


@pytest.mark.parametrize("batch", [1, 3, 8])
def test_what_waits_is_taken_together_up_to_the_batch(batch: int) -> None:
    taken: list[int] = []
    go = threading.Event()

    def work(tasks: Sequence[Task]) -> list[Outcome]:
        go.wait(10)
        return echoed(tasks)

    async def run() -> list[str]:
        pool = pool_of(work, hands=1, queue=9, batch=batch)
        pool.batched = taken.append
        tasks = [Task("check", (str(k).encode(),)) for k in range(7)]
        large = Task("check", (b"x" * 2_000_000,))
        other = Task("look", (b"look",))
        asked = [asyncio.ensure_future(pool.run(task)) for task in (*tasks, large, other)]
        await asyncio.sleep(0.02)
        go.set()
        done = await asyncio.gather(*asked)
        pool.close()
        return [one.facts["of"] for one, _ in done[:7]]

    assert asyncio.run(run()) == [str(k) for k in range(7)]
    # the first is begun at once, alone; what is large or no check is never joined
    assert taken == [1, *{1: [1] * 6, 3: [3, 3], 8: [6]}[batch], 1, 1]


def test_a_problem_and_a_fault_are_their_callers_alone() -> None:
    def work(tasks: Sequence[Task]) -> list[Outcome]:
        if tasks[0].files == (b"fault",):
            raise RuntimeError("of the hand")
        return [Problem("too-large", "too large.")]

    async def run() -> None:
        pool = pool_of(work, hands=1, queue=0)
        for _ in range(2):
            with pytest.raises(Problem, match=r"too large\.") as large:
                await pool.run(ANY)
            assert large.value.kind == "too-large"
            with pytest.raises(Problem) as failed:
                await pool.run(Task("check", (b"fault",)))
            assert failed.value.kind == "failed"
        pool.close()

    asyncio.run(run())


def test_a_hand_that_ended_is_mended_while_nobody_asks() -> None:
    async def run() -> int:
        pool = pool_of(echoed, hands=2, queue=0)
        hand = pool.hands[1]
        hand.ended = True  # type: ignore[misc]
        keeping = asyncio.ensure_future(pool.keep_mended())
        for _ in range(200):
            await asyncio.sleep(0.02)
            if hand.restarts:
                break
        keeping.cancel()
        pool.close()
        return hand.restarts

    assert asyncio.run(run()) == 1


def test_another_model_reaches_every_hand_before_what_waits() -> None:
    done: list[str | None] = []

    def work(tasks: Sequence[Task]) -> list[Outcome]:
        time.sleep(0.01)
        return echoed(tasks)

    def renew(hand: Any) -> None:
        hand.renew("new")
        done.append(None)

    async def run() -> None:
        pool = pool_of(work, hands=2, queue=200)
        asked = [asyncio.ensure_future(pool.run(ANY)) for _ in range(200)]
        for one in asked:
            one.add_done_callback(lambda _: done.append("task"))
        await asyncio.sleep(0)
        await pool.each(renew)
        assert [hand.model for hand in pool.hands] == ["new", "new"]
        await asyncio.gather(*asked)
        pool.close()

    asyncio.run(run())
    assert done.count("task") == 200
    # whatever waits, a hand is taken as soon as its task is over
    assert all(at < 100 for at, what in enumerate(done) if what is None)


def test_who_no_longer_wants_a_hand_does_not_keep_it() -> None:
    go = threading.Event()

    def work(tasks: Sequence[Task]) -> list[Outcome]:
        go.wait(10)
        return echoed(tasks)

    async def run() -> None:
        pool = pool_of(work, hands=1, queue=1)
        asked = asyncio.ensure_future(pool.run(ANY))
        await asyncio.sleep(0.02)
        wanting = asyncio.ensure_future(pool.each(lambda hand: hand.renew("new")))
        await asyncio.sleep(0.02)
        wanting.cancel()
        go.set()
        await asked
        await asyncio.wait_for(pool.run(ANY), 10)
        assert pool.hands[0].model is None
        pool.close()

    asyncio.run(run())
