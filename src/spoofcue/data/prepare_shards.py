"""A preparation in shards: a plan of all recordings, and each shard's rows and crops, once.

A shard is known by what it is made of: the sum of its recordings, as they lie on the disk. So what
is there is never done again, a file that has changed costs its shard, and one that came to the set
costs the shard that it falls into: shards end where the sum of a recording's name says so, and not
after so many of them.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from spoofcue.data.extract import Extraction, PrepareOptions, unread
from spoofcue.data.extracting import start_of, task_of
from spoofcue.data.manifest import schema
from spoofcue.data.pack import told
from spoofcue.data.recording import Problem, Recording
from spoofcue.data.recordings import Recordings
from spoofcue.errors import InputError
from spoofcue.media.crops import ShardWriter
from spoofcue.shards.isolated import TRIES, GivenUpError, IsolatedProcess
from spoofcue.shards.places import FolderPlace, renamed_to

if TYPE_CHECKING:
    import polars as pl

SHARDS = ".shards"  # in the prepared folder
PLAN, ROWS, CROPS = "plan.parquet", "rows", "crops"
GROUP = 4096  # recordings of a row group of the plan
MOST, LEAST_IN_TAR, WANTED = 256, 16, 64
LONGEST = 4  # times the mean
PLACE = "recording"  # column of a part: which of its shard a row is of
PROBLEMS = "spoofcue.problems"


@dataclass(frozen=True, slots=True)
class Shard:
    """Some recordings, one after the other.

    Attributes:
        key: sum of what they are.
        start: of the first in the plan.
        count: how many.

    """

    key: str
    start: int
    count: int


def mean_of(files: int, options: PrepareOptions) -> int:
    """How many files a shard of a set shall have: a power of two, enough shards for all workers."""
    least = LEAST_IN_TAR if options.crops == "shards" else 1
    return max(least, min(MOST, 1 << max(files // WANTED, 1).bit_length() - 1))


def shards_of(recordings: Recordings, options: PrepareOptions, mean: int) -> Iterator[Shard]:
    """The shards of the recordings as they are now, in their order.

    Args:
        recordings: all of them.
        options: how they are read.
        mean: recordings of a shard.

    """
    start, made = 0, hashlib.sha256()
    for number, recording in enumerate(recordings, 1):
        made.update(_key(recording, options).encode())
        name = hashlib.sha256(recording.media.encode(errors="surrogateescape")).digest()
        ends = int.from_bytes(name[:8], "big") % mean == 0
        if ends or number - start == LONGEST * mean or number == len(recordings):
            yield Shard(made.hexdigest()[:32], start, number - start)
            start, made = number, hashlib.sha256()


@dataclass(frozen=True, slots=True)
class PrepareWork:
    """The shards of a preparation for the engines, see :class:`spoofcue.shards.work.ShardWork`.

    Attributes:
        out: the prepared folder, absolute; every machine writes there.
        start: first message of a process that reads.
        options: how faces are found and cropped.
        parts: the shards.
        file_seconds: that one recording may take.

    """

    out: Path
    start: dict[str, Any]
    options: PrepareOptions
    parts: tuple[Shard, ...]
    file_seconds: float

    @classmethod
    def planned(
        cls,
        recordings: Recordings,
        root: Path,
        out: Path,
        options: PrepareOptions,
        *,
        mean: int,
        file_seconds: float,
    ) -> PrepareWork:
        """Write the plan, and say what is to be done."""
        folder = out.absolute()
        parts = tuple(shards_of(recordings, options, mean))
        (folder / SHARDS).mkdir(exist_ok=True)
        with renamed_to(folder / SHARDS / PLAN) as part:
            recordings.table.write_parquet(part, row_group_size=GROUP)
        return cls(folder, start_of(root, options), options, parts, file_seconds)

    @property
    def text(self) -> str:
        """The folder, as the user knows it."""
        return str(self.out)

    @property
    def shards(self) -> int:
        """How many there are."""
        return len(self.parts)

    def size_of(self, shard: int) -> int:
        """Files of a shard."""
        return self.parts[shard].count

    def committed(self) -> set[int]:
        """The shards that are there."""
        there = set(FolderPlace(self.out / SHARDS).names(ROWS))
        return {at for at, shard in enumerate(self.parts) if f"{shard.key}.parquet" in there}

    def worker(self, stopped: Callable[[], bool]) -> PrepareWorker:
        """One with a process of its own that reads."""
        return PrepareWorker(self, stopped)

    def rows(self, shard: Shard) -> tuple[pl.DataFrame, list[Problem]]:
        """What is committed of a shard.

        Returns:
            The rows of the manifest with the column ``recording``, and what was wrong.

        Raises:
            InputError: it cannot be read.

        """
        import polars as pl

        path = self.out / SHARDS / ROWS / f"{shard.key}.parquet"
        try:
            rows = pl.read_parquet(path)
            said = json.loads(pl.read_parquet_metadata(path)[PROBLEMS])
            if dict(rows.schema) != part_schema():
                raise ValueError("other columns")
            return rows, [Problem(*one) for one in said]
        except (
            *(OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError),
            pl.exceptions.PanicException,
        ) as error:
            raise InputError(
                f"{path} cannot be read ({error}); delete it and give the same command again."
            ) from error

    def clear(self) -> None:
        """Delete what is of recordings that are not there any more, or were otherwise."""
        keys = {shard.key for shard in self.parts}
        for folder, suffix in ((self.out / SHARDS / ROWS, ".parquet"), (self.out / CROPS, ".tar")):
            for path in folder.glob(f"*{suffix}"):
                if path.stem.removeprefix("part-") not in keys:
                    path.unlink(missing_ok=True)


class PrepareWorker:
    """Does shards of a preparation, see :class:`spoofcue.shards.work.ShardWorker`."""

    def __init__(self, work: PrepareWork, stopped: Callable[[], bool]) -> None:
        self._work = work
        self._process = IsolatedProcess(
            "spoofcue.data.extracting",
            work.start,
            "a process that reads recordings",
            threads=1,
            seconds=work.file_seconds,
            agree=_agree,
            stopped=stopped,
        )

    def do(self, shard: int, progress: Callable[[int], None]) -> None:
        """Read a shard's recordings, and commit its crops and then its rows."""
        import polars as pl

        work, part = self._work, self._work.parts[shard]
        plan = pl.scan_parquet(work.out / SHARDS / PLAN).slice(part.start, part.count)
        tables, problems = [pl.DataFrame(schema=part_schema())], []
        with ExitStack() as stack:
            keep = _keeper(work, part, stack)
            for number, recording in enumerate(Recordings(plan.collect())):
                made = self._extracted(recording)
                rows = keep(made)
                tables.append(
                    pl.DataFrame([{**row, PLACE: number} for row in rows], schema=part_schema())
                )
                problems += [(p.kind, p.name, p.detail) for p in made.problems]
                progress(1)
        content = io.BytesIO()
        facts = {PROBLEMS: json.dumps(problems)}
        pl.concat(tables).write_parquet(content, metadata=facts)
        name = f"{ROWS}/{part.key}.parquet"
        FolderPlace(work.out / SHARDS).put(name, content.getvalue())

    def abandon(self) -> None:
        """Give up what is being read, from another thread."""
        self._process.abandon()

    def close(self) -> None:
        """End the process."""
        self._process.close()

    def _extracted(self, recording: Recording) -> Extraction:
        try:
            return self._process.ask(task_of(recording), (), _checked)
        except GivenUpError as given_up:
            why = (
                f"reading it took more than {self._work.file_seconds:g} s, {TRIES} times"
                if given_up.late
                else f"it ended the process that read it, {TRIES} times"
            )
        return unread(recording, "unreadable", f"{recording.path}: {why}")


def part_schema() -> dict[str, pl.DataType]:
    """Columns and polars types of a shard's rows."""
    import polars as pl

    return {**schema(), PLACE: pl.Int32()}


def _keeper(
    work: PrepareWork, part: Shard, stack: ExitStack
) -> Callable[[Extraction], list[dict[str, Any]]]:
    """What stores the crops of a recording, and gives its rows with the names of these."""
    if work.options.crops == "files":
        return lambda made: _as_files(made, work.out)
    path = work.out / CROPS / f"part-{part.key}.tar"
    file = stack.enter_context(renamed_to(path)).open("wb")
    tar = ShardWriter(file)

    def end() -> None:
        tar.close()
        file.flush()
        os.fsync(file.fileno())
        file.close()

    stack.callback(end)
    suffix: Literal["png", "jpg"] = "png" if work.options.crop_format == "png" else "jpg"

    def keep(made: Extraction) -> list[dict[str, Any]]:
        crops, rows = iter(made.crops), []
        for row in made.rows:
            if row.get("crop"):
                about = {k: v for k, v in told(row).items() if k != "split"}  # it may be drawn anew
                name = tar.add(next(crops), suffix, about)
                row["crop"] = f"{CROPS}/{path.name}/{name}"
            rows.append(row)
        return rows

    return keep


def _as_files(made: Extraction, out: Path) -> list[dict[str, Any]]:
    names = [row["crop"] for row in made.rows if row.get("crop")]
    for name, crop in zip(names, made.crops, strict=True):
        with renamed_to(out / name, sync=False) as part:
            part.write_bytes(crop)
    return made.rows


def _agree(said: dict[str, Any]) -> None:
    if "refused" in said:
        raise InputError(said["refused"])


def _checked(said: dict[str, Any], crops: Sequence[bytes]) -> Extraction:
    """An answer whose rows are of the manifest's columns, with a crop for each that names one."""
    import polars as pl

    rows, kinds = said["rows"], schema()
    if not rows or any(row.keys() - kinds.keys() for row in rows):
        raise ValueError("no rows of a manifest")
    try:
        pl.DataFrame(rows, schema=kinds)
    except pl.exceptions.PolarsError as error:
        raise ValueError(str(error)) from error
    if sum(row.get("crop") is not None for row in rows) != len(crops):
        raise ValueError("crops without rows")
    return Extraction(rows, [Problem(*one) for one in said["problems"]], list(crops))


def _key(recording: Recording, options: PrepareOptions) -> str:
    # A file that changed since is done again; so is one whose label or boxes changed.
    r = recording
    known = (r.video, r.dataset, r.subject, r.label, r.pai, r.session, r.device, r.variant)
    boxes = r.boxes and (r.box_format, _stamp(r.boxes))
    # a split that is drawn anew leaves all else as it is, where train videos give nothing besides
    early = options.early_frames > 0 and r.split == "train"
    return repr((r.media, _stamp(r.path), r.box, boxes, known, early))


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None  # gone since it was listed: reading it will tell
    return stat.st_size, stat.st_mtime_ns
