"""The engine of several machines: Ray Data hands out the shards, and each actor commits its own."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from spoofcue.errors import InputError
from spoofcue.shards.work import ShardWork

if TYPE_CHECKING:
    import numpy as np

CONNECT_S = 10.0
STARTS = 2  # of a cluster of our own: on a busy machine Ray may give its node up after 30 s
INIT_DEATHS = 2  # of actors at their start, one after the other: a machine may just have gone
CHUNK = 10_000  # shards that are handed to Ray at a time, each as a block of its own


class ShardActor:
    """Holds one worker, on whichever machine Ray has put it.

    Args:
        work: of the shards; every machine can write to its place.

    """

    def __init__(self, work: ShardWork) -> None:
        self._work = work
        self._worker = work.worker(lambda: False)

    def __call__(self, batch: dict[str, np.ndarray[Any, Any]]) -> dict[str, list[int]]:
        """Commit the shards of a batch; gives how many files each had."""
        shards = [int(shard) for shard in batch["item"]]
        for shard in shards:
            self._worker.do(shard, lambda files: None)
        return {"files": [self._work.size_of(shard) for shard in shards]}


def run_on_ray(
    work: ShardWork,
    shards: Iterator[int],
    workers: int | None,
    progress: Callable[[int], None],
    address: str | None,
) -> None:
    """Do the shards.

    An actor that ends, with its machine or without, has its shard given to another: a part is
    committed once, by rename or one upload, so whatever was half done is as if it had never been.

    Args:
        work: that they belong to.
        shards: numbers of those that are missing.
        workers: actors; None: one for each core of the cluster.
        progress: called with how many files more are committed.
        address: of a running cluster; None: one on this machine, which ends with this command.

    Raises:
        InputError: no cluster there, or a shard failed for good.

    """
    import ray

    missing = list(shards)
    own = not ray.is_initialized()
    if own:
        connect(address)
    try:
        cores = max(int(ray.cluster_resources().get("CPU", 1)), 1)
        count = min(workers or cores, len(missing))
        for start in range(0, len(missing), CHUNK):
            _run(missing[start : start + CHUNK], work, count, progress)
        lost = set(missing) - work.committed()
        if lost:
            raise InputError(
                f"{len(lost)} shards are not in {work.text}: is it a place that every machine of "
                "the cluster writes to? Give a shared folder or an address."
            )
    finally:
        if own:
            ray.shutdown()


def connect(address: str | None) -> None:
    """Make this process the driver of a cluster.

    Args:
        address: of a running one; None: one is started on this machine, and once more where Ray
            gives it up at its start.

    Raises:
        InputError: there is none, or it asks for a token.

    """
    import ray

    if address is not None:
        refuse_unreachable(address)
    else:
        # Ray tells its makers of each cluster that is started, unless it is told not to
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    where = f"at {address}" if address else "on this machine"
    for left in reversed(range(STARTS if address is None else 1)):
        try:
            # given none, Ray takes one that somebody else has started here, even one that is gone
            ray.init(address=address or "local", log_to_driver=False, logging_level=logging.ERROR)
            return
        except Exception as error:  # of a node that is late Ray raises no other class
            if "InvalidAuthToken" in str(error.__cause__):
                raise InputError(
                    f"the Ray cluster {where} asks for a token: set RAY_AUTH_MODE=token and "
                    "RAY_AUTH_TOKEN to what its machines have."
                ) from error
            if not left:
                raise InputError(f"no Ray cluster {where}: {error}") from error


def refuse_unreachable(address: str) -> None:
    """Where nobody listens Ray itself would try again for minutes.

    Args:
        address: ``host:port`` or ``ray://host:port``; a word as ``auto`` is for Ray to judge.

    Raises:
        InputError: nobody listens there.

    """
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if not host or not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_S).close()
    except (OSError, OverflowError) as error:
        raise InputError(f"no Ray cluster at {address}: {error}") from error


def _run(shards: list[int], work: ShardWork, count: int, progress: Callable[[int], None]) -> None:
    import ray
    from ray.exceptions import RayError

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.execution_options.verbose_progress = False
    if hasattr(context, "max_consecutive_actor_init_deaths"):  # of newer Ray; none by default
        context.max_consecutive_actor_init_deaths = INIT_DEATHS
    logging.getLogger("ray.data").setLevel(logging.ERROR)  # the command tells its own progress
    data = ray.data.from_items(shards, override_num_blocks=len(shards)).map_batches(
        ShardActor,
        fn_constructor_args=(work,),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(size=count),
        num_cpus=1,
    )
    try:
        for done in data.iter_batches(batch_size=1, batch_format="numpy"):
            progress(int(done["files"].sum()))
    except RayError as error:
        cause = getattr(error, "cause", None) or error
        raise InputError(f"a shard failed: {_last_line(cause)}") from error


def _last_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[-1] if lines else type(error).__name__
