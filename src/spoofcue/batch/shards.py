"""One shard, from its files to its part of the data set: the same under every engine."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from spoofcue.batch.addresses import is_address, opened, refuse
from spoofcue.batch.job import JobRecord, part_name
from spoofcue.batch.places import Place
from spoofcue.batch.plan import PlanReader
from spoofcue.batch.rows import UNFIT, as_parquet, fits, only_result, rows_of
from spoofcue.batch.scorer import IsolatedScorer, Judged
from spoofcue.batch.sources import Item

AHEAD = 4  # objects that are fetched while others are judged
MOST_BYTES = 512 << 20  # of an object, which is judged in memory
# in the metadata of a part: its job, and how many files it is of
MARK, FILES = "spoofcue.job", "spoofcue.files"
DENIED = ("ACCESS_DENIED", "AccessDenied", "PERMISSION_DENIED", "Forbidden", "403")


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
