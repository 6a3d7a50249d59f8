"""Work on all cores: jobs in worker processes, results as they come or in the order of the jobs."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing.connection import wait as wait_for
from typing import TypeVar

Progress = Callable[[int, int], None]
Job = TypeVar("Job")
Result = TypeVar("Result")


def usable_cores() -> int:
    """Cores of the processor that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def as_done(
    work: Callable[[Job], Result], jobs: Sequence[Job], workers: int | None = None
) -> Iterator[tuple[int, Result]]:
    """Apply ``work`` to every job; yield (number of the job, result) as results come.

    With one worker or one job nothing is started and the order is that of the jobs. An error of a
    job is raised here; jobs that have not begun by then are dropped.

    Args:
        work: a module's function, or a ``partial`` of one; what a job gives does not depend on
            the others.
        jobs: picklable.
        workers: processes; None takes all cores that this one may use.

    """
    count = min(workers or usable_cores(), len(jobs))
    if count <= 1:
        yield from ((number, work(job)) for number, job in enumerate(jobs))
        return
    # spawn: a fork would copy the locks of threads that OpenCV or a caller has started
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=_begin_worker) as pool:
        running: dict[Future[Result], int] = {}
        try:
            for number, job in enumerate(jobs):
                running[pool.submit(work, job)] = number
                # so many wait that no worker does; all at once would hold a million jobs twice
                if len(running) >= 4 * count:
                    yield from _ready(running)
            while running:
                yield from _ready(running)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def in_order(
    work: Callable[[Job], Result],
    jobs: Sequence[Job],
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[Result]:
    """Apply ``work`` to every job; the results in the order of the jobs.

    Args:
        work: a module's function; what a job gives does not depend on the others.
        jobs: picklable.
        workers: processes; None takes all cores.
        progress: called with (done, all).

    """
    import cv2

    results: dict[int, Result] = {}
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # as in worker processes, so that results cannot depend on their number
    try:
        for number, result in as_done(work, jobs, workers):
            results[number] = result
            if progress:
                progress(len(results), len(jobs))
    finally:
        cv2.setNumThreads(threads)
    return [results[number] for number in range(len(jobs))]


def _ready(running: dict[Future[Result], int]) -> Iterator[tuple[int, Result]]:
    done, _ = wait(running, return_when=FIRST_COMPLETED)
    for future in done:
        yield running.pop(future), future.result()


def _begin_worker() -> None:
    """Workers share the cores: OpenCV's own threads would only get into each other's way.

    A Ctrl-C goes to the parent alone, which ends them.
    """
    import cv2

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    cv2.setNumThreads(1)


def _end_with_parent() -> None:
    """A killed command leaves no worker behind, which would write beside the next command's."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)
