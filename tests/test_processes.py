from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import cv2
import pytest

from spoofcue.processes import as_done, in_order, usable_cores

JOBS = [5, 3, 8, 1, 9, 2, 7]


@pytest.mark.parametrize("workers", [1, 2])
def test_results_stand_in_the_order_of_the_jobs_and_progress_counts_them(workers: int) -> None:
    seen: list[tuple[int, int]] = []
    threads = cv2.getNumThreads()
    got = in_order(math.factorial, JOBS, workers, lambda done, all_: seen.append((done, all_)))
    assert got == [math.factorial(job) for job in JOBS]
    assert seen == [(k + 1, len(JOBS)) for k in range(len(JOBS))]
    assert cv2.getNumThreads() == threads  # the caller's own setting comes back


@pytest.mark.parametrize("workers", [1, 2])
def test_each_result_comes_once_with_the_number_of_its_job(workers: int) -> None:
    jobs = JOBS * 4  # more than may wait at once
    found = list(as_done(partial(pow, 2), jobs, workers))
    assert sorted(found) == [(number, 2**job) for number, job in enumerate(jobs)]


def test_two_workers_are_other_processes_and_one_is_this_one() -> None:
    assert in_order(_pid, [0, 1], 1) == [os.getpid()] * 2
    assert os.getpid() not in in_order(_pid, [0, 1], 2)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_a_job_reaches_the_caller(workers: int) -> None:
    with pytest.raises(ValueError, match=r"math domain|nonnegative"):
        in_order(math.sqrt, [1.0, -1.0, 4.0], workers)


def test_no_jobs_are_no_results() -> None:
    assert in_order(math.sqrt, [], None) == []


def test_cores_are_those_that_this_process_may_use() -> None:
    if hasattr(os, "sched_setaffinity"):
        before = os.sched_getaffinity(0)
        try:
            os.sched_setaffinity(0, {min(before)})
            assert usable_cores() == 1
            assert in_order(_pid, [0, 1], None) == [os.getpid()] * 2
        finally:
            os.sched_setaffinity(0, before)


def _pid(_: int) -> int:
    return os.getpid()


ORPHANS = """
import os, sys, time
from pathlib import Path
from spoofcue.processes import as_done

def slow(job):
    print(os.getpid(), flush=True)
    time.sleep(60)

if __name__ == "__main__":
    list(as_done(slow, [0, 1], 2))
"""


def test_workers_end_with_a_command_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS)
    command = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert command.stdout is not None
    workers = [int(command.stdout.readline()) for _ in range(2)]
    command.kill()  # it alone
    command.wait()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and any(map(alive, workers)):
        time.sleep(0.05)
    assert not any(map(alive, workers))


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{process}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
