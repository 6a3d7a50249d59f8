"""The plan of a job: every file in a fixed order, written once, read by ranges."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spoofcue.batch.rows import FIELDS
from spoofcue.batch.sources import Item
from spoofcue.errors import InputError
from spoofcue.shards.places import Place, scratch_file

PLAN_FILE = "plan.parquet"
FIXED = ("path", "reason", "detail")
GROUP = 8192  # rows of a row group: a shard reads one or two of them


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What tells one plan from another.

    Attributes:
        rows: files in it.
        sha256: of the file.

    """

    rows: int
    sha256: str


def write_plan(items: Iterable[Item], columns: Sequence[str], place: Place) -> PlanFacts:
    """Write the plan, a group of rows in memory at a time.

    Args:
        items: every file.
        columns: of what goes along.
        place: gets it whole or not at all.

    Raises:
        InputError: a column has the name of one of the results'.

    """
    import pyarrow as pa
    from pyarrow import parquet

    taken = [name for name in columns if name in FIELDS]
    if taken:
        raise InputError(
            f"a manifest has the column{'s' if len(taken) > 1 else ''} {', '.join(taken)}, which "
            "the results have too: rename or drop it."
        )
    schema = pa.schema([(name, pa.string()) for name in (*FIXED, *columns)])
    rows = 0
    with scratch_file() as path:
        with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
            for group in _groups(items):
                rows += len(group)
                held = {
                    "path": [item.path for item in group],
                    "reason": [item.reason for item in group],
                    "detail": [item.detail for item in group],
                    **{name: [item.carried.get(name) for item in group] for name in columns},
                }
                writer.write_table(pa.table(held, schema), row_group_size=GROUP)
        sha256 = _sum(path)
        place.put_file(PLAN_FILE, path)
    return PlanFacts(rows, sha256)


class PlanReader:
    """A plan, open; one thread reads it, a range at a time.

    Attributes:
        columns: of what goes along.

    """

    def __init__(self, place: Place, source: Any) -> None:
        from pyarrow import parquet

        self._place = place
        try:
            self._file = parquet.ParquetFile(source)
        except (OSError, ValueError) as error:
            raise InputError(f"{place.text}/{PLAN_FILE} cannot be read: {error}.") from error
        self.columns = [n for n in self._file.schema_arrow.names if n not in FIXED]
        self._group: tuple[int, Any] = (-1, None)

    def items(self, start: int, count: int) -> list[Item]:
        """The files number ``start`` to ``start + count - 1``."""
        made: list[Item] = []
        while count > 0:
            number, at = divmod(start, GROUP)
            table = self._group_of(number).slice(at, count)
            if not table.num_rows:
                raise InputError(f"{self._place.text}/{PLAN_FILE} is shorter than its job says.")
            held = table.to_pydict()
            for row in range(table.num_rows):
                carried = {name: held[name][row] for name in self.columns}
                made.append(
                    Item(held["path"][row], held["reason"][row], held["detail"][row], carried)
                )
            start, count = start + table.num_rows, count - table.num_rows
        return made

    def _group_of(self, number: int) -> Any:
        if self._group[0] != number:
            if number >= self._file.num_row_groups:
                raise InputError(f"{self._place.text}/{PLAN_FILE} is shorter than its job says.")
            self._group = number, self._file.read_row_group(number)
        return self._group[1]

    def close(self) -> None:
        """Close the file."""
        self._file.close()


@contextmanager
def open_plan(place: Place) -> Iterator[PlanReader]:
    """The plan of a place.

    Raises:
        InputError: it cannot be read.

    """
    reader = PlanReader(place, place.source(PLAN_FILE))
    try:
        yield reader
    finally:
        reader.close()


def plan_sum(place: Place) -> str:
    """SHA-256 of the plan as it is now; empty where there is none."""
    source = place.source(PLAN_FILE)
    if isinstance(source, str):
        return _sum(Path(source)) if Path(source).is_file() else ""
    made = hashlib.sha256()
    with source as file:
        while block := file.read(1 << 20):
            made.update(block)
    return made.hexdigest()


def _groups(items: Iterable[Item]) -> Iterator[list[Item]]:
    group: list[Item] = []
    for item in items:
        group.append(item)
        if len(group) == GROUP:
            yield group
            group = []
    if group:
        yield group


def _sum(path: Path) -> str:
    made = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            made.update(block)
    return made.hexdigest()
