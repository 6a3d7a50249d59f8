"""Committed shards to one manifest: checked, compared and summed up as a stream of rows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoofcue.data.manifest import EARLY, MANIFEST_NAME, validate
from spoofcue.data.prepare_shards import PLACE, PrepareWork
from spoofcue.data.prepared_folder import count_rows
from spoofcue.data.recording import Problem
from spoofcue.data.recordings import Recordings
from spoofcue.data.same_pictures import near_pictures, shared_pictures, warn_of_shared
from spoofcue.errors import InputError
from spoofcue.whole_files import PART, put_in_place, recover_folder

if TYPE_CHECKING:
    import polars as pl

PART_ROWS = 100_000  # rows of a part of the manifest; a smaller set's manifest is one file


@dataclass(frozen=True, slots=True)
class Assembled:
    """A manifest that is not in its place yet.

    Attributes:
        folder: its parts, in order.
        problems: of all shards.

    """

    folder: Path
    problems: list[Problem]

    def scan(self) -> pl.LazyFrame:
        """All rows, in order."""
        import polars as pl

        return pl.scan_parquet(sorted(self.folder.iterdir()), glob=False)


@contextmanager
def assemble(work: PrepareWork, recordings: Recordings, out: Path) -> Iterator[Assembled]:
    """The manifest of a preparation; it is in its place when the block ends well.

    Splits are those of the recordings: they may have been drawn again since a shard was made.

    Args:
        work: with every shard committed.
        recordings: of its plan.
        out: the prepared folder.

    Raises:
        InputError: a shard cannot be read, or a rule of the manifest is broken.

    """
    path = out / MANIFEST_NAME
    folder = out / f"{MANIFEST_NAME}{PART}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        made = Assembled(folder, [])
        for number, rows in enumerate(_blocks(work, recordings, made.problems)):
            validate(rows, str(path)).write_parquet(folder / f"part-{number:05d}.parquet")
        yield made
        _put(folder, path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put(folder: Path, path: Path) -> None:
    """Into its place: a folder of parts, or one file where there is one part."""
    recover_folder(path)
    parts = sorted(folder.iterdir())
    if len(parts) == 1:
        if path.is_dir():
            shutil.rmtree(path)
        parts[0].replace(path)
        return
    if path.is_file():
        path.unlink()
    put_in_place(folder, path)


def _blocks(
    work: PrepareWork, recordings: Recordings, problems: list[Problem]
) -> Iterator[pl.DataFrame]:
    """Rows of whole shards, so many that a part is worth a file."""
    import polars as pl

    held: list[pl.DataFrame] = []
    for shard in work.parts:
        rows, found = work.rows(shard)
        problems += found
        splits = recordings.table["split"].slice(shard.start, shard.count)
        held.append(rows.with_columns(split=splits.gather(rows[PLACE])).drop(PLACE))
        if sum(one.height for one in held) >= PART_ROWS:
            yield pl.concat(held)
            held = []
    if held:
        yield pl.concat(held)


@dataclass(frozen=True, slots=True)
class Counts:
    """Of a manifest.

    Attributes:
        faces: crops.
        early: of these the early frames.
        skipped: status -> [live rows, attack rows] that gave no crop.
        rows: one a split, label and PAI species.

    """

    faces: int
    early: int
    skipped: dict[str, list[int]]
    rows: list[dict[str, Any]]


def counts_of(manifest: pl.LazyFrame) -> Counts:
    """Count the rows of a manifest."""
    import polars as pl

    by_status = (
        manifest.group_by("status", "label", early=pl.col("sample") == EARLY)
        .len("rows")
        .sort("status", "label")
        .collect(engine="streaming")
    )
    skipped: dict[str, list[int]] = {}
    faces = early = 0
    for status, label, is_early, count in by_status.iter_rows():
        if status == "ok":
            faces += count
            early += count if is_early else 0
        else:
            skipped.setdefault(status, [0, 0])[label] += count
    return Counts(faces, early, skipped, count_rows(manifest))


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of a manifest, compared by the sums of their pixels.

    Attributes:
        rows: of the manifest.

    """

    rows: pl.LazyFrame

    def compared(self, out: Path, dataset: str | None, *, drawn: bool) -> list[str]:
        """Warnings about pictures that two sides share.

        Raises:
            InputError: they do, and the user can mend it.

        """
        pairs = shared_pictures(self.rows)
        if dataset is None:
            refused = [p for p in pairs if p.classes or not drawn]
            if refused:
                raise InputError(
                    f"{len(refused)} picture(s) are on two sides of a class or split, pixel for "
                    f"pixel, e.g. {refused[0].words()}. The error rates would be false: keep each "
                    f"picture once, and give the command again; the crops in {out} stay."
                )
        return [*warn_of_shared(pairs), *near_pictures(self.rows)]
