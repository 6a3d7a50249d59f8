"""A function in two processes of one process group, forked so that nothing is imported again."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist


def in_two_processes(
    work: Callable[[int], Any], meeting: Path, answering: tuple[int, ...] = (0, 1)
) -> list[Any]:
    """``work(rank)`` of both, which may talk by torch.distributed; tensors come as lists or arrays.

    Args:
        work: its result can be pickled; it reads no table, since polars waits for ever in a fork.
        meeting: a file that is not there yet.
        answering: those that come to an end.

    """
    context = multiprocessing.get_context("fork")
    started = []
    for rank in (0, 1):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_one, args=(work, rank, meeting, theirs), daemon=True)
        process.start()
        theirs.close()
        started.append((process, ours))
    results = []
    for process, ours in (started[rank] for rank in answering):
        assert ours.poll(60), "no answer"
        ok, result = ours.recv()
        process.join(10)
        assert ok, result
        results.append(result)
    return results


def _one(work: Callable[[int], Any], rank: int, meeting: Path, answer: Connection) -> None:
    try:
        torch.set_num_threads(1)  # a fork has none of the parent's threads
        dist.init_process_group(
            "gloo", f"file://{meeting}", timedelta(seconds=30), world_size=2, rank=rank
        )
        answer.send((True, work(rank)))
        dist.destroy_process_group()
    except BaseException as error:
        answer.send((False, repr(error)))
