"""The pool of checks: never more at one time than its threads, and places come back."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from spoofcue.serving.judging import FullError, JudgingPool


def test_no_more_at_one_time_than_threads_and_all_are_done() -> None:
    most = now = 0
    lock = threading.Lock()

    def work() -> int:
        nonlocal most, now
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1
        return 1

    async def run() -> list[int]:
        pool = JudgingPool(workers=2, queue=6)
        try:
            return await asyncio.gather(*(pool.run(work) for _ in range(8)))
        finally:
            pool.close()

    assert asyncio.run(run()) == [1] * 8
    assert most == 2


def test_beyond_the_queue_is_refused_at_once() -> None:
    async def run() -> list[object]:
        pool = JudgingPool(workers=2, queue=3)
        calls = [pool.run(lambda: time.sleep(0.1)) for _ in range(9)]
        done = await asyncio.gather(*calls, return_exceptions=True)
        assert (pool.running, pool.waiting) == (0, 0)
        pool.close()
        return done

    refused = [isinstance(one, FullError) for one in asyncio.run(run())]
    assert refused == [False] * 5 + [True] * 4


def test_a_cancelled_check_keeps_its_thread_and_a_waiting_one_has_none() -> None:
    go = threading.Event()
    began = 0

    def work() -> None:
        nonlocal began
        began += 1
        go.wait(10)

    async def run() -> None:
        pool = JudgingPool(workers=1, queue=1)
        first = asyncio.ensure_future(pool.run(work))
        await asyncio.sleep(0.05)
        second = asyncio.ensure_future(pool.run(work))
        await asyncio.sleep(0)
        assert (pool.running, pool.waiting) == (1, 1)
        first.cancel()
        second.cancel()
        await asyncio.sleep(0.05)
        assert (pool.running, pool.waiting) == (1, 0)
        go.set()
        await pool.run(lambda: None)
        assert (pool.running, pool.waiting) == (0, 0)
        pool.close()

    asyncio.run(run())
    assert began == 1


def test_an_error_of_a_check_is_its_callers() -> None:
    def work() -> None:
        raise ValueError("of the check")

    async def run() -> None:
        pool = JudgingPool(workers=1, queue=0)
        for _ in range(2):
            with pytest.raises(ValueError, match="of the check"):
                await pool.run(work)
        pool.close()

    asyncio.run(run())
