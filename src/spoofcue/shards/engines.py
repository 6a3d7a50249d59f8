"""The shards that are missing, by the engine that the user named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from spoofcue.processes import usable_cores
from spoofcue.shards.local_engine import run_locally
from spoofcue.shards.work import ShardWork, ShardWorker

Engine = Literal["local", "ray"]


def do_shards(
    work: ShardWork,
    engine: Engine,
    *,
    files: int,
    workers: int | None = None,
    address: str | None = None,
    first: ShardWorker | None = None,
    progress: Callable[[int, int], None] = lambda done, all_: None,
) -> None:
    """Do the shards that are not there yet.

    Args:
        work: all of them.
        engine: ``local``, or ``ray`` for several machines.
        files: of all shards.
        workers: processes; None: as many as there are cores to use.
        address: of a running Ray cluster; None: one is started on this machine.
        first: a worker that is ready, for one of the threads of ``local``; the caller closes it.
        progress: called with (files done, all).

    Raises:
        InputError: a shard cannot be done; what is committed stays.

    """
    done = work.committed()
    at = sum(work.size_of(shard) for shard in done)
    progress(at, files)

    def advance(more: int) -> None:
        nonlocal at
        at += more
        progress(at, files)

    count = min(workers or usable_cores(), work.shards - len(done))
    if count and engine == "ray":
        from spoofcue.shards.ray_engine import run_on_ray

        if first is not None:
            first.close()
        run_on_ray(work, _missing(work, done), workers, advance, address)
    elif count:
        run_locally(work, _missing(work, done), count, advance, first)


def _missing(work: ShardWork, done: set[int]) -> Iterator[int]:
    return (shard for shard in range(work.shards) if shard not in done)
