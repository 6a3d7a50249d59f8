"""Work on all cores, results in the order of the jobs whatever the number of workers."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TypeVar

import cv2

Progress = Callable[[int, int], None]
Job = TypeVar("Job")
Result = TypeVar("Result")


def in_parallel(
    work: Callable[[Job], Result],
    jobs: Sequence[Job],
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[Result]:
    """Apply ``work`` (a module's function) to every job.

    Args:
        work: pure; what a job gives does not depend on the others.
        jobs: picklable.
        workers: processes; None takes all cores.
        progress: called with (done, all).

    """
    count = min(workers or os.cpu_count() or 1, len(jobs))
    results: dict[int, Result] = {}
    if count <= 1:
        _one_thread()
        for i, job in enumerate(jobs):
            results[i] = work(job)
            if progress:
                progress(i + 1, len(jobs))
    else:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(count, mp_context=context, initializer=_one_thread) as pool:
            futures = {pool.submit(work, job): i for i, job in enumerate(jobs)}
            try:
                for done, future in enumerate(as_completed(futures), start=1):
                    results[futures[future]] = future.result()
                    if progress:
                        progress(done, len(jobs))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    return [results[i] for i in range(len(jobs))]


def _one_thread() -> None:
    cv2.setNumThreads(1)
