"""One shard, from its files to its part of the data set: the same under every engine."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from spoofcue.batch.job import JobRecord, committed, part_name
from spoofcue.batch.judging import JudgeSpec
from spoofcue.batch.plan import PlanReader, open_plan
from spoofcue.batch.rows import UNFIT, as_parquet, fits, only_result, rows_of
from spoofcue.batch.scorer import IsolatedScorer, Judged
from spoofcue.batch.sources import Item
from spoofcue.shards.addresses import is_address, opened, refuse
from spoofcue.shards.places import Place

AHEAD = 4  # objects that are fetched while others are judged
MOST_BYTES = 512 << 20  # of an object, which is judged in memory
# in the metadata of a part: its job, and how many files it is of
MARK, FILES = "spoofcue.job", "spoofcue.files"
DENIED = ("ACCESS_DENIED", "AccessDenied", "PERMISSION_DENIED", "Forbidden", "403")


@dataclass(frozen=True, slots=True)
class ScoreWork:
    """The shards of a job for the engines, see :class:`spoofcue.shards.work.ShardWork`.

    Attributes:
        job: that they belong to.
        place: of the results.
        spec: of the judge.
        file_seconds: that one file may take.

    """

    job: JobRecord
    place: Place
    spec: JudgeSpec
    file_seconds: float

    @property
    def text(self) -> str:
        """The place, as the user knows it."""
        return self.place.text

    @property
    def shards(self) -> int:
        """How many there are."""
        return self.job.shards

    def size_of(self, shard: int) -> int:
        """Files of a shard."""
        return self.job.size_of(shard)

    def committed(self) -> set[int]:
        """The shards that are there."""
        return committed(self.place, self.job)

    def worker(self, stopped: Callable[[], bool]) -> ScoreWorker:
        """One that judges by the job's model."""
        scorer = IsolatedScorer(
            self.spec,
            file_seconds=self.file_seconds,
            expected=self.job.greeting,
            stopped=stopped,
        )
        return ScoreWorker(self, scorer)


class ScoreWorker:
    """Judges shards of a job, see :class:`spoofcue.shards.work.ShardWorker`.

    Args:
        work: all shards.
        scorer: judges; closed with the worker.

    """

    def __init__(self, work: ScoreWork, scorer: IsolatedScorer) -> None:
        self._work, self._scorer = work, scorer
        self._open = ExitStack()
        self._plan: PlanReader | None = None

    def do(self, shard: int, progress: Callable[[int], None]) -> None:
        """See :func:`score_shard`."""
        work = self._work
        if self._plan is None:
            self._plan = self._open.enter_context(open_plan(work.place))
        score_shard(work.job, work.place, self._plan, shard, self._scorer, progress)

    def abandon(self) -> None:
        """Give up what is being judged, from another thread."""
        self._scorer.abandon()

    def close(self) -> None:
        """End the process that judges, and close the plan."""
        self._open.close()
        self._scorer.close()


def score_shard(
    job: JobRecord,
    place: Place,
    plan: PlanReader,
    shard: int,
    scorer: IsolatedScorer,
    progress: Callable[[int], None] = lambda files: None,
) -> None:
    """Judge a shard's files and commit its part, whole.

    Args:
        job: that it belongs to.
        place: of the results.
        plan: of the job.
        shard: its number.
        scorer: judges.
        progress: called with how many files more are judged.

    Raises:
        InputError: nothing can be judged or written any more; the shard is not committed.
        StoppedError: of the scorer.

    """
    start = shard * job.shard_rows
    items = plan.items(start, job.size_of(shard))
    rows: list[dict[str, Any]] = []
    for number, (item, content) in enumerate(_with_content(items), start):
        rows += rows_of(number, item, _judged(item, content, scorer))
        progress(1)
    facts = {MARK: job.mark, FILES: str(len(items))}
    place.put(part_name(shard), _part(rows, plan.columns, facts, scorer))


def _part(
    rows: list[dict[str, Any]],
    columns: Sequence[str],
    facts: dict[str, str],
    scorer: IsolatedScorer,
) -> Any:
    """Rows as a file; of a file whose process said what is no result an error instead."""
    try:
        return as_parquet(rows, columns, facts)
    except UNFIT:
        bad = {row["number"] for row in rows if not fits(row, columns)}
    kept: list[dict[str, Any]] = []
    for row in rows:
        if row["number"] in bad and row["face"] == 0:
            detail = f"{row['path']}: what was said of it is no result"
            kept.append({**row, **only_result(scorer.refused("error", detail))})
        elif row["number"] not in bad:
            kept.append(row)
    return as_parquet(kept, columns, facts)


def _judged(item: Item, content: bytes | str | None, scorer: IsolatedScorer) -> Judged:
    if item.reason is not None:
        return Judged(None, None, [scorer.refused(item.reason, item.detail or "")])
    if isinstance(content, str):
        return Judged(None, None, [scorer.refused("unreadable", content)])
    return scorer.score(item.path, content)


def _with_content(items: Sequence[Item]) -> Iterator[tuple[Item, bytes | str | None]]:
    """Each file with its bytes where it is an object, or with the words that it cannot be read by.

    The next few are fetched in the meantime: a store answers late and many at once.
    """
    if not any(_is_fetched(item) for item in items):
        yield from ((item, None) for item in items)
        return
    waiting: deque[tuple[Item, Future[bytes | str] | None]] = deque()
    with ThreadPoolExecutor(AHEAD) as pool:
        try:
            for item in items:
                waiting.append(
                    (item, pool.submit(_fetched, item.path) if _is_fetched(item) else None)
                )
                if len(waiting) > AHEAD:
                    yield _got(waiting.popleft())
            while waiting:
                yield _got(waiting.popleft())
        finally:
            for _, future in waiting:
                if future is not None:
                    future.cancel()


def _got(one: tuple[Item, Future[bytes | str] | None]) -> tuple[Item, bytes | str | None]:
    item, future = one
    return item, None if future is None else future.result()


def _is_fetched(item: Item) -> bool:
    return item.reason is None and is_address(item.path)


def _fetched(address: str) -> bytes | str:
    """An object's bytes, or why it has none."""
    file_system, name = opened(address)
    try:
        with file_system.open_input_file(name) as file:
            if file.size() > MOST_BYTES:
                return f"{address}: it has more than the limit of {MOST_BYTES} bytes"
            return bytes(file.read())
    except FileNotFoundError:
        return f"{address}: there is no such object"
    except OSError as error:
        if any(sign in str(error) for sign in DENIED):
            return f"{address}: the store denies reading it"
        # a store that fails must not turn a million files into rejected ones
        refuse(address, error)
