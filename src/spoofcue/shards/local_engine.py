"""The engine of one machine: a thread a worker, and each worker's process does the work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from spoofcue.shards.work import ShardWork, ShardWorker, StoppedError

LOOK_S = 0.2


def run_locally(
    work: ShardWork,
    shards: Iterator[int],
    workers: int,
    progress: Callable[[int], None],
    first: ShardWorker | None = None,
) -> None:
    """Do the shards.

    A thread each feeds one worker: decoding and networks are in the workers' processes, and the
    threads only wait and write.

    Args:
        work: that they belong to.
        shards: numbers of those that are missing.
        workers: how many.
        progress: called with how many files more are done, by one thread at a time.
        first: a worker that is ready, which one of the threads takes.

    Raises:
        InputError: nothing can be done or written any more; what is committed stays.

    """
    crew = _Crew(work, shards, progress, first)
    threads = [threading.Thread(target=crew.work, daemon=True) for _ in range(workers)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(LOOK_S)
    finally:
        crew.stop()
        for thread in threads:
            thread.join()
    if crew.faults:
        raise crew.faults[0]


class _Crew:
    """What the threads share."""

    def __init__(
        self,
        work: ShardWork,
        shards: Iterator[int],
        progress: Callable[[int], None],
        first: ShardWorker | None,
    ) -> None:
        self._ready = [] if first is None else [first]
        self._work, self._shards, self._progress = work, shards, progress
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._workers: list[ShardWorker] = []
        self.faults: list[BaseException] = []

    def stop(self) -> None:
        """Let nobody begin another file; what is being done is given up."""
        self._stopped.set()
        with self._lock:
            for worker in self._workers:
                worker.abandon()

    def work(self) -> None:
        """Take shards until there are no more."""
        try:
            self._take_shards()
        except StoppedError:
            return
        except BaseException as error:  # told by the thread that waits
            self.faults.append(error)
            self._stopped.set()

    def _take_shards(self) -> None:
        shard = self._next()
        if shard is None:
            return
        worker = self._worker()
        with self._lock:
            self._workers.append(worker)
        try:
            while shard is not None:
                worker.do(shard, self._advance)
                shard = self._next()
        finally:
            worker.close()

    def _worker(self) -> ShardWorker:
        with self._lock:
            ready = self._ready.pop() if self._ready else None
        return ready if ready is not None else self._work.worker(self._stopped.is_set)

    def _next(self) -> int | None:
        with self._lock:
            return None if self._stopped.is_set() else next(self._shards, None)

    def _advance(self, files: int) -> None:
        if self._stopped.is_set():
            raise StoppedError
        with self._lock:
            self._progress(files)
