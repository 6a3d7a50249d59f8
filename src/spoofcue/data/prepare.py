"""Recordings to a prepared folder: crops, manifest.parquet and prepare.json; resumable."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import field_serializer

from spoofcue.data.extract import Extraction, PrepareOptions, extract
from spoofcue.data.manifest import EARLY, schema, write_manifest
from spoofcue.data.prepared_folder import (
    CropOptions,
    PreparedFolder,
    PreparedRecord,
    count_rows,
)
from spoofcue.data.recording import Problem, Published, Recording
from spoofcue.data.same_pictures import near_pictures, shared_pictures, warn_of_shared
from spoofcue.errors import InputError
from spoofcue.media.same_files import refuse_shared_files
from spoofcue.processes import as_done
from spoofcue.records.owner import LOCK, held
from spoofcue.records.stored import Record
from spoofcue.version import __version__
from spoofcue.whole_files import (
    clear_unfinished,
    fitting,
    named,
    put_in_place,
    recover_folder,
    write_text,
)

if TYPE_CHECKING:
    import polars as pl

JOURNAL, BEGUN = ".journal.jsonl", ".options.json"
Progress = Callable[[int, int], None]


class BegunRecord(Record):
    """.options.json: what a preparation was begun with, so that only the same goes on.

    Attributes:
        root: absolute path of the recordings.
        options: see :class:`~spoofcue.data.extract.PrepareOptions`; what was begun before an
            option existed has its default.

    """

    KIND: ClassVar[str] = "the record of a preparation that was begun"
    REMEDY: ClassVar[str] = "Give another --out, or --overwrite to start over."

    root: str
    options: PrepareOptions

    @field_serializer("options")
    def _of_options(self, options: PrepareOptions) -> dict[str, Any]:
        return _plain(options)


class JournalEntry(Record):
    """A line of .journal.jsonl: a recording that is done.

    Attributes:
        key: of the recording and its files as they were.
        rows: of the manifest, one a frame.
        problems: of its files.

    """

    KIND: ClassVar[str] = "the journal of a preparation"
    REMEDY: ClassVar[str] = "Give --overwrite to start over."

    key: str
    rows: list[dict[str, Any]]
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class PrepareSummary:
    """What came of a preparation.

    Attributes:
        files: source files.
        faces: crops written.
        skipped: status -> [live rows, attack rows] that gave no crop.
        counts: one entry per split, label and PAI: subjects, videos, faces, nonresponse.
        warnings: to be shown wherever a result of these data is shown.
        dataset: name of the dataset, None if the files are of none.
        published: split -> how many recordings its authors state; empty if unknown.
        problems: files that are missing or faulty, by name.
        early: of ``faces`` those that are in ``options.early_frames`` alone.

    """

    files: int
    faces: int
    skipped: dict[str, list[int]]
    counts: list[dict[str, Any]]
    warnings: list[str]
    dataset: str | None
    published: dict[str, Published]
    problems: list[Problem]
    early: int = 0


def prepare(
    recordings: Sequence[Recording],
    root: Path,
    out: Path,
    options: PrepareOptions,
    *,
    workers: int | None = None,
    overwrite: bool = False,
    warnings: Sequence[str] = (),
    dataset: str | None = None,
    drawn: bool = False,
    published: Mapping[str, Published] | None = None,
    problems: Sequence[Problem] = (),
    progress: Progress | None = None,
) -> PrepareSummary:
    """Crop every face and write the manifest.

    Finished recordings are journaled line by line, so a run that was killed goes on where it
    stopped and makes no crop twice; a file or box file that changed since is done again.

    Args:
        recordings: with their splits set.
        root: where they were found; kept for the record.
        out: the prepared folder.
        options: how faces are found and cropped.
        workers: processes; all cores by default.
        overwrite: replace an earlier preparation in ``out``, which stays until this one is whole.
        warnings: kept in prepare.json.
        dataset: kept in prepare.json, as are ``published`` and ``problems``.
        drawn: the splits are drawn and not the data's own; then a picture in two of them is warned
            of here and refused by training.
        published: split -> recordings as its authors state them.
        problems: already known; those found while reading are added.
        progress: called with (recordings done, all).

    Raises:
        InputError: ``out`` was begun with other options, or holds something else; or one file is
            on both sides of a class or a split; or another process is writing ``out``.

    """
    if dataset is None:  # the official splits of a published set are what its results are of
        refuse_shared_files([replace(r.side, split=None) if drawn else r.side for r in recordings])
    about = _About(
        root, options, list(warnings), dataset, drawn, dict(published or {}), list(problems)
    )
    recover_folder(out)
    with held(out, "prepare", clear=True):
        place = Path(os.path.realpath(out))
        new = place.with_name(f".{fitting(place.name)}.new")
        if not (overwrite and (out / BEGUN).is_file()):
            shutil.rmtree(new, ignore_errors=True)
            return _prepare(recordings, out, about, workers, progress)
        # the old one stays until the new one is whole, which a killed --overwrite may have begun
        if not _is_begun(new, about):
            shutil.rmtree(new, ignore_errors=True)
        clear_unfinished(new)
        summary = _prepare(recordings, new, about, workers, progress)
        put_in_place(new, place)
        return summary


@dataclass(frozen=True, slots=True)
class _About:
    """What :func:`prepare` is told besides the recordings."""

    root: Path
    options: PrepareOptions
    warnings: list[str]
    dataset: str | None
    drawn: bool
    published: dict[str, Published]
    problems: list[Problem]


def _prepare(
    recordings: Sequence[Recording],
    out: Path,
    about: _About,
    workers: int | None,
    progress: Progress | None,
) -> PrepareSummary:
    import polars as pl

    options = about.options
    _open(out, about)
    done = _read_journal(out)
    todo = [r for r in recordings if _key(r) not in done]
    finished = len(recordings) - len(todo)
    if progress:
        progress(finished, len(recordings))
    path = out / JOURNAL
    with named(path), path.open("a", encoding="utf-8") as journal:
        for recording, made in _extract_all(todo, out, options, workers):
            entry = JournalEntry(key=_key(recording), rows=made.rows, problems=made.problems)
            journal.write(entry.to_line())
            journal.flush()
            done[_key(recording)] = made
            finished += 1
            if progress:
                progress(finished, len(recordings))
    made_of_all = [done[_key(r)] for r in recordings]
    # The split may have been drawn again since the journal was written; its crops stay valid.
    rows = [
        row | {"split": r.split}
        for r, made in zip(recordings, made_of_all, strict=True)
        for row in made.rows
    ]
    table = pl.DataFrame(rows, schema=schema())
    notes = _compared(table, out, about.dataset, about.drawn)
    bad = table.filter(pl.col("status") != "ok")
    summary = PrepareSummary(
        files=len(recordings),
        faces=table.height - bad.height,
        skipped=_count_skipped(bad),
        counts=count_rows(table),
        warnings=[*about.warnings, *notes],
        dataset=about.dataset,
        published=about.published,
        problems=[*about.problems, *(p for made in made_of_all for p in made.problems)],
        early=table.filter((pl.col("sample") == EARLY) & (pl.col("status") == "ok")).height,
    )
    record = PreparedRecord(
        spoofcue=__version__,
        root=str(about.root),
        options=CropOptions(**_plain(options)),
        **asdict(summary),
    )
    PreparedFolder(out).write_record(record)
    write_manifest(table, out)  # last: it says that the folder is prepared
    return summary


def _compared(table: pl.DataFrame, out: Path, dataset: str | None, drawn: bool) -> list[str]:
    """Warnings about pictures that two sides share; refused where the user can mend it."""
    pairs = shared_pictures(table)
    if dataset is None:
        refused = [p for p in pairs if p.classes or not drawn]
        if refused:
            raise InputError(
                f"{len(refused)} picture(s) are on two sides of a class or split, pixel for pixel, "
                f"e.g. {refused[0].words()}. The error rates would be false: keep each picture "
                f"once, and give the command again; the crops in {out} stay."
            )
    return [*warn_of_shared(pairs), *near_pictures(table)]


def _count_skipped(bad: pl.DataFrame) -> dict[str, list[int]]:
    import polars as pl

    return {
        status: [
            bad.filter((pl.col("status") == status) & (pl.col("label") == label)).height
            for label in (0, 1)
        ]
        for status in sorted(set(bad["status"]))
    }


def _open(out: Path, about: _About) -> None:
    out.mkdir(parents=True, exist_ok=True)
    before, wanted = _begun(out), _begun_of(about)
    if before is not None:
        old, new = _named(before), _named(wanted)
        other = [f"{k} was {old[k]} and is {v}" for k, v in new.items() if old[k] != v]
        if other:
            raise InputError(
                f"{out} was prepared with other options ({'; '.join(other)}). Give the same ones "
                "to continue it, another --out, or --overwrite to start over."
            )
    elif any(path.name != LOCK for path in out.iterdir()):
        raise InputError(f"{out} holds something that is no prepared set; give an empty --out.")
    else:
        wanted.write(out / BEGUN)


def _is_begun(out: Path, about: _About) -> bool:
    try:
        return _begun(out) == _begun_of(about)
    except InputError:
        return False


def _begun(out: Path) -> BegunRecord | None:
    return BegunRecord.read(out / BEGUN) if (out / BEGUN).is_file() else None


def _begun_of(about: _About) -> BegunRecord:
    return BegunRecord(root=str(about.root.resolve()), options=about.options)


def _named(record: BegunRecord) -> dict[str, Any]:
    return {"root": record.root, **_plain(record.options)}


def _plain(options: PrepareOptions) -> dict[str, Any]:
    return {k: str(v) if isinstance(v, Path) else v for k, v in asdict(options).items()}


def _key(recording: Recording) -> str:
    # A file that changed since is done again; so is one whose label or boxes changed.
    known = (
        recording.dataset,
        recording.subject,
        recording.label,
        recording.pai,
        recording.session,
        recording.device,
        recording.variant,
    )
    boxes = recording.boxes and (recording.box_format, _stamp(recording.boxes))
    return repr((recording.media, _stamp(recording.path), recording.box, boxes, known))


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None  # gone since it was listed: reading it will tell
    return stat.st_size, stat.st_mtime_ns


def _read_journal(out: Path) -> dict[str, Extraction]:
    path = out / JOURNAL
    if not path.is_file():
        return {}
    entries = JournalEntry.read_lines(path)
    write_text(path, "".join(entry.to_line() for entry in entries))  # without what a kill cut short
    return {entry.key: Extraction(entry.rows, entry.problems) for entry in entries}


def _extract_all(
    todo: Sequence[Recording], out: Path, options: PrepareOptions, workers: int | None
) -> Iterator[tuple[Recording, Extraction]]:
    work = partial(extract, out=out, options=options)
    for number, extraction in as_done(work, todo, workers):
        yield todo[number], extraction
