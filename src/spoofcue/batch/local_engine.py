"""The engine of one machine: as many processes that judge as there are workers, shard by shard."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from spoofcue.batch.job import JobRecord
from spoofcue.batch.judging import JudgeSpec
from spoofcue.batch.places import Place
from spoofcue.batch.plan import open_plan
from spoofcue.batch.scorer import IsolatedScorer, StoppedError
from spoofcue.batch.shards import score_shard

LOOK_S = 0.2


def run_locally(
    job: JobRecord,
    place: Place,
    shards: Iterator[int],
    spec: JudgeSpec,
    workers: int,
    file_seconds: float,
    progress: Callable[[int], None],
    first: IsolatedScorer,
) -> None:
    """Score the shards.

    A thread each feeds one process and commits its shards: the decoding and the network are in the
    processes, and the threads only wait.

    Args:
        job: that they belong to.
        place: of the results.
        shards: numbers of those that are missing.
        spec: of the judge.
        workers: processes, each with the memory of one model.
        file_seconds: that one file may take.
        progress: called with how many files more are judged, by one thread at a time.
        first: a process that has been started already, which one of the workers takes.

    Raises:
        InputError: nothing can be judged or written any more; what is committed stays.

    """
    crew = _Crew(job, place, shards, spec, file_seconds, progress, first)
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
        job: JobRecord,
        place: Place,
        shards: Iterator[int],
        spec: JudgeSpec,
        file_seconds: float,
        progress: Callable[[int], None],
        first: IsolatedScorer,
    ) -> None:
        self._ready = [first]
        self._job, self._place, self._shards, self._spec = job, place, shards, spec
        self._file_seconds, self._progress = file_seconds, progress
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._scorers: list[IsolatedScorer] = []
        self.faults: list[BaseException] = []

    def stop(self) -> None:
        """Let nobody begin another file; what is being judged is given up."""
        self._stopped.set()
        with self._lock:
            for scorer in self._scorers:
                scorer.abandon()

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
        scorer = self._scorer()
        with self._lock:
            self._scorers.append(scorer)
        try:
            with open_plan(self._place) as plan:
                while shard is not None:
                    score_shard(self._job, self._place, plan, shard, scorer, self._advance)
                    shard = self._next()
        finally:
            scorer.close()

    def _scorer(self) -> IsolatedScorer:
        with self._lock:
            ready = self._ready.pop() if self._ready else None
        if ready is not None:
            ready.stopped = self._stopped.is_set
            return ready
        return IsolatedScorer(
            self._spec,
            file_seconds=self._file_seconds,
            expected=self._job.greeting,
            stopped=self._stopped.is_set,
        )

    def _next(self) -> int | None:
        with self._lock:
            return None if self._stopped.is_set() else next(self._shards, None)

    def _advance(self, files: int) -> None:
        if self._stopped.is_set():
            raise StoppedError
        with self._lock:
            self._progress(files)
