"""How many threads a training takes, from made-up machines."""

from __future__ import annotations

import pytest
import torch

from spoofcue.training import threads as threads_module
from spoofcue.training.machine import Cores
from spoofcue.training.threads import (
    Threads,
    choose_threads,
    choose_workers,
    score_with_free_cores,
    threads_of_environment,
)


@pytest.mark.parametrize(
    ("count", "busy", "threads"),
    [
        (2, 0.0, 2),
        (2, 0.2, 2),  # a core that is used now and then is free
        (2, 0.3, 1),
        (2, 1.1, 1),
        (2, 2.0, 1),  # never none
        (1, 1.0, 1),
        (16, 1.1, 15),
        (16, 1.5, 14),
        (64, 60.0, 4),
    ],
)
def test_as_many_threads_as_cores_are_free(count: int, busy: float, threads: int) -> None:
    assert choose_threads(Cores(count, busy)).count == threads


def test_processes_of_one_training_share_what_is_free() -> None:
    assert choose_threads(Cores(16, 1.1), processes=4).count == 3
    assert choose_threads(Cores(2, 0.0), processes=4).count == 1


def test_the_user_is_told_the_choice_and_why() -> None:
    assert choose_threads(Cores(2, 1.1)).line() == (
        "2 cores, 1.1 of them busy: training with 1 thread; --set training.threads=N to choose"
    )
    assert choose_threads(Cores(1, 0.0)).line().startswith("1 core, 0.0 of them busy: ")
    assert (
        "4 processes: training with 3 threads;"
        in choose_threads(Cores(16, 1.1), processes=4).line()
    )


def test_a_setting_wins_over_the_environment_and_that_over_what_was_before() -> None:
    busy = Cores(8, 8.0)
    assert choose_threads(busy, 3, 2, 1) == Threads(3, "as training.threads says", 1)
    assert choose_threads(busy, None, 2, 1) == Threads(2, "as OMP_NUM_THREADS says", 1)
    assert choose_threads(busy, None, None, 4) == Threads(4, "as before the stop")


def test_a_resumed_training_says_so_when_its_number_differs() -> None:
    line = choose_threads(None, 2, None, 1).line()
    assert "Before the stop it had 1: losses repeat to the last digit only" in line
    assert "Before the stop" not in choose_threads(None, 2, None, 2).line()
    assert "Before the stop" not in choose_threads(None, 2, None, None).line()


def test_without_a_look_there_must_be_a_number() -> None:
    with pytest.raises(ValueError, match="no cores"):
        choose_threads(None)


@pytest.mark.parametrize(
    ("count", "busy", "processes", "workers"),
    [
        *((1, 0.0, 1, 0), (2, 0.0, 1, 1), (2, 1.1, 1, 0)),
        *((16, 0.0, 1, 8), (16, 10.0, 1, 5), (8, 0.0, 4, 1)),
    ],
)
def test_loaders_take_the_free_cores_that_the_training_leaves(
    count: int, busy: float, processes: int, workers: int
) -> None:
    assert choose_workers(Cores(count, busy), processes) == workers


@pytest.mark.parametrize(
    ("text", "threads"),
    [("3", 3), ("4,2", 4), (" 2 ", 2), ("", None), ("0", None), ("-1", None), ("many", None)],
)
def test_the_environment_is_read_as_openmp_reads_it(
    text: str, threads: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", text)
    assert threads_of_environment() == threads
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert threads_of_environment() is None


@pytest.mark.parametrize(
    ("has", "busy", "environment", "given"),
    [
        (4, 1.1, None, [3]),
        (4, 0.0, None, []),
        (2, 0.0, None, []),  # the caller's own smaller number stays
        (1, 3.0, None, []),
        (4, 3.0, "4", []),
    ],
)
def test_scoring_never_takes_more_threads_than_it_has(
    has: int,
    busy: float,
    environment: str | None,
    given: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_to = list[int]()
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if environment:
        monkeypatch.setenv("OMP_NUM_THREADS", environment)
    monkeypatch.setattr(threads_module, "look_at_cores", lambda: Cores(4, busy))
    monkeypatch.setattr(torch, "get_num_threads", lambda: has)
    monkeypatch.setattr(torch, "set_num_threads", set_to.append)
    told = score_with_free_cores()
    assert set_to == given
    assert (told is None) == (given == [])
    if told:
        assert told == (
            "4 cores, 1.1 of them busy: scoring with 3 threads; OMP_NUM_THREADS=N to choose"
        )
