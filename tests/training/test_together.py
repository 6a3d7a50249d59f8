"""Two processes begin together or not at all, and one that is left alone says so."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import torch.distributed as dist

from helpers.two_processes import in_two_processes
from spoofcue.errors import InputError
from spoofcue.training.place import ElsewhereError, LostError, Place
from spoofcue.training.together import all_or_none, joined, of_first


def test_what_fails_in_one_process_fails_in_all_and_is_told_once(tmp_path: Path) -> None:
    def work(rank: int) -> Any:
        place, told = Place(rank, 2, rank, 2), []
        for failing in ((), (1,), (0, 1)):

            def begin(failing: tuple[int, ...] = failing) -> str:
                if rank in failing:
                    raise InputError(f"no room in {rank}")
                return "begun"

            try:
                told.append(all_or_none(place, begin))
            except InputError as error:
                told.append((type(error).__name__, str(error)))
        return told, of_first(place, lambda: f"chosen by {rank}")

    first, second = in_two_processes(work, tmp_path / "meeting")
    elsewhere = ElsewhereError.__name__
    assert first == (
        ["begun", (elsewhere, "no room in 1"), ("InputError", "no room in 0")],
        "chosen by 0",
    )
    assert second == (
        ["begun", ("InputError", "no room in 1"), (elsewhere, "no room in 0")],
        "chosen by 0",
    )


def test_who_is_left_alone_ends_with_a_message(tmp_path: Path) -> None:
    def work(rank: int) -> Any:
        if rank == 1:
            os._exit(9)
        try:
            with joined(Place(rank, 2, rank, 2), on_gpu=False):
                dist.barrier()
        except LostError as error:
            return str(error)

    (message,) = in_two_processes(work, tmp_path / "meeting", answering=(0,))
    assert "has ended or cannot be reached" in message
    assert "--resume" in message


def test_one_process_opens_nothing_and_errors_are_its_own() -> None:
    with joined(Place(), on_gpu=False):
        assert not dist.is_initialized()
        assert all_or_none(Place(), lambda: 3) == of_first(Place(), lambda: 3)
        with pytest.raises(ZeroDivisionError):
            all_or_none(Place(), lambda: 1 // 0)
    with pytest.raises(RuntimeError, match="of another kind"), joined(Place(), on_gpu=False):
        raise RuntimeError("of another kind")
