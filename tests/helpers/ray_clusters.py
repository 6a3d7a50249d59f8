"""A Ray cluster on this machine for the tests, and what ends of it while it works."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil


@contextmanager
def ray_cluster(cores: int, *paths: str) -> Iterator[None]:
    """One of this process, whose workers find modules in ``paths``, too."""
    import ray

    found = os.pathsep.join([*paths, os.environ.get("PYTHONPATH", "")])
    ray.init(
        num_cpus=cores,
        include_dashboard=False,
        log_to_driver=False,
        runtime_env={"env_vars": {"PYTHONPATH": found}},
    )
    try:
        yield
    finally:
        ray.shutdown()


@contextmanager
def actors_killed(rows: Path, after: Sequence[int]) -> Iterator[list[int]]:
    """Kill one actor each time that so many shards are there, while the block runs.

    Args:
        rows: the folder with a file a shard that is committed; there or not yet.
        after: numbers of shards, rising.

    Yields:
        Processes that were killed so far.

    """
    done, killed = threading.Event(), list[int]()

    def kill() -> None:
        for wanted in after:
            while not done.is_set() and len(list(rows.glob("*.parquet"))) < wanted:
                time.sleep(0.01)
            actors = [pid for pid in _actors() if pid not in killed]
            if actors and not done.is_set():
                os.kill(actors[0], signal.SIGKILL)
                killed.append(actors[0])

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield killed
    finally:
        done.set()
        killer.join()


def _actors() -> list[int]:
    """Processes that commit shards for this process's cluster; no other's of this machine."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if "ShardActor" in " ".join(process.cmdline()):
                found.append(process.pid)
    return found
