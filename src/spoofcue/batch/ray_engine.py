"""The engine of several machines: Ray Data hands out the shards, and each actor commits its own."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from spoofcue.batch.job import JobRecord, committed
from spoofcue.batch.judging import JudgeSpec
from spoofcue.batch.places import Place
from spoofcue.batch.plan import PlanReader
from spoofcue.batch.scorer import IsolatedScorer
from spoofcue.batch.shards import score_shard
from spoofcue.errors import InputError

if TYPE_CHECKING:
    import numpy as np

CONNECT_S = 10.0
CHUNK = 10_000  # shards that are handed to Ray at a time, each as a block of its own


class ShardActor:
    """Holds one process that judges, on whichever machine Ray has put it.

    Args:
        job: of the shards.
        place: of the results, which every machine can write.
        spec: of the judge.
        file_seconds: that one file may take.

    """

    def __init__(self, job: JobRecord, place: Place, spec: JudgeSpec, file_seconds: float) -> None:
        self._job, self._place = job, place
        self._scorer = IsolatedScorer(spec, file_seconds=file_seconds, expected=job.greeting)
        self._plan = PlanReader(place, place.source("plan.parquet"))

    def __call__(self, batch: dict[str, np.ndarray[Any, Any]]) -> dict[str, list[int]]:
        """Commit the shards of a batch; gives how many files each had."""
        shards = [int(shard) for shard in batch["item"]]
        for shard in shards:
            score_shard(self._job, self._place, self._plan, shard, self._scorer)
        return {"files": [self._job.size_of(shard) for shard in shards]}


def run_on_ray(
    job: JobRecord,
    place: Place,
    shards: Iterator[int],
    spec: JudgeSpec,
    workers: int | None,
    file_seconds: float,
    progress: Callable[[int], None],
    address: str | None,
) -> None:
    """Score the shards.

    An actor that ends, with its machine or without, has its shard given to another: a part is
    committed once, by rename or one upload, so whatever was half done is as if it had never been.

    Args:
        job: that they belong to.
        place: of the results.
        shards: numbers of those that are missing.
        spec: of the judge.
        workers: actors; None: one for each core of the cluster.
        file_seconds: that one file may take.
        progress: called with how many files more are committed.
        address: of a running cluster; None: one on this machine, which ends with this command.

    Raises:
        InputError: no cluster there, or a shard failed for good.

    """
    import ray

    missing = list(shards)
    own = not ray.is_initialized()
    if own:
        _connect(address)
    try:
        cores = max(int(ray.cluster_resources().get("CPU", 1)), 1)
        count = min(workers or cores, len(missing))
        for start in range(0, len(missing), CHUNK):
            _run(missing[start : start + CHUNK], job, place, spec, count, file_seconds, progress)
        lost = set(missing) - committed(place, job)
        if lost:
            raise InputError(
                f"{len(lost)} shards are not in {place.text}: is it a place that every machine of "
                "the cluster writes to? Give a shared folder or an address."
            )
    finally:
        if own:
            ray.shutdown()


def _connect(address: str | None) -> None:
    import ray

    if address is not None:
        refuse_unreachable(address)
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError) as error:
        where = f"at {address}" if address else "on this machine"
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


def _run(
    shards: list[int],
    job: JobRecord,
    place: Place,
    spec: JudgeSpec,
    count: int,
    file_seconds: float,
    progress: Callable[[int], None],
) -> None:
    import ray
    from ray.exceptions import RayError

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.execution_options.verbose_progress = False
    data = ray.data.from_items(shards, override_num_blocks=len(shards)).map_batches(
        ShardActor,
        fn_constructor_args=(job, place, spec, file_seconds),
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
