"""Recordings to a prepared folder: crops, manifest.parquet and prepare.json; resumable by shard."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

from pydantic import field_serializer

from spoofcue.data.assemble import Pictures, assemble, counts_of
from spoofcue.data.extract import PrepareOptions
from spoofcue.data.prepare_shards import PrepareWork, mean_of
from spoofcue.data.prepared_folder import CropOptions, PreparedFolder, PreparedRecord
from spoofcue.data.recording import Problem, Published, Recording
from spoofcue.data.recordings import Recordings
from spoofcue.data.shared_people import refuse_shared_subjects
from spoofcue.errors import InputError
from spoofcue.media.same_files import refuse_shared_files
from spoofcue.records.owner import LOCK, held
from spoofcue.records.stored import Record
from spoofcue.shards.engines import Engine, do_shards
from spoofcue.version import __version__
from spoofcue.whole_files import clear_unfinished, fitting, put_in_place, recover_folder

BEGUN = ".options.json"
FILE_SECONDS = 600.0
Progress = Callable[[int, int], None]


class BegunRecord(Record):
    """.options.json: what a preparation was begun with, so that only the same goes on.

    Attributes:
        root: absolute path of the recordings.
        options: see :class:`~spoofcue.data.extract.PrepareOptions`; what was begun before an
            option existed has its default.
        shard_files: mean number of recordings of a shard, by the size of the set when it was begun.

    """

    KIND: ClassVar[str] = "the record of a preparation that was begun"
    REMEDY: ClassVar[str] = "Give another --out, or --overwrite to start over."

    root: str
    options: PrepareOptions
    shard_files: int = 1

    @field_serializer("options")
    def _of_options(self, options: PrepareOptions) -> dict[str, Any]:
        return _plain(options)


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
    recordings: Iterable[Recording],
    root: Path,
    out: Path,
    options: PrepareOptions,
    *,
    engine: Engine = "local",
    address: str | None = None,
    workers: int | None = None,
    file_seconds: float = FILE_SECONDS,
    overwrite: bool = False,
    warnings: Sequence[str] = (),
    dataset: str | None = None,
    drawn: bool = False,
    published: Mapping[str, Published] | None = None,
    problems: Sequence[Problem] = (),
    progress: Progress | None = None,
) -> PrepareSummary:
    """Crop every face and write the manifest.

    Recordings are done in shards (:mod:`spoofcue.data.prepare_shards`), each by a process that may
    break: a run that was killed goes on where it stopped, and a shard is done again only where a
    file or box file in it has changed. A recording that ends the process twice costs its own row.

    Args:
        recordings: with their splits set.
        root: where they were found; kept for the record.
        out: the prepared folder.
        options: how faces are found and cropped.
        engine: ``local``, or ``ray`` for several machines, which all see ``root`` and ``out`` under
            these names.
        address: of a running Ray cluster; None: one is started on this machine.
        workers: processes; all cores by default.
        file_seconds: that one recording may take; then it is unreadable.
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
    table = Recordings.of(recordings)
    if dataset is None:  # the official splits of a published set are what its results are of
        refuse_shared_files(table.sides(drawn=drawn), table.same_files())
    refuse_shared_subjects(table.table.select("subject", "split"), str(out))
    about = _About(
        root, options, list(warnings), dataset, drawn, dict(published or {}), list(problems)
    )

    def work(folder: Path) -> PrepareSummary:
        mean = _open(folder, about, len(table))
        planned = PrepareWork.planned(
            table, root, folder, options, mean=mean, file_seconds=file_seconds
        )
        do_shards(
            planned,
            engine,
            files=len(table),
            workers=workers,
            address=address,
            progress=progress or (lambda done, all_: None),
        )
        return _finished(planned, table, folder, about)

    recover_folder(out)
    with held(out, "prepare", clear=True):
        place = Path(os.path.realpath(out))
        new = place.with_name(f".{fitting(place.name)}.new")
        if not (overwrite and (out / BEGUN).is_file()):
            shutil.rmtree(new, ignore_errors=True)
            return work(out)
        # the old one stays until the new one is whole, which a killed --overwrite may have begun
        if not _is_begun(new, about):
            shutil.rmtree(new, ignore_errors=True)
        clear_unfinished(new)
        summary = work(new)
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


def _finished(
    work: PrepareWork, recordings: Recordings, out: Path, about: _About
) -> PrepareSummary:
    """Of the shards, which are all there, the manifest and its record."""
    with assemble(work, recordings, out) as made:
        notes = Pictures(made.scan()).compared(out, about.dataset, drawn=about.drawn)
        counts = counts_of(made.scan())
        summary = PrepareSummary(
            files=len(recordings),
            faces=counts.faces,
            skipped=counts.skipped,
            counts=counts.rows,
            warnings=[*about.warnings, *notes],
            dataset=about.dataset,
            published=about.published,
            problems=[*about.problems, *made.problems],
            early=counts.early,
        )
        record = PreparedRecord(
            spoofcue=__version__,
            root=str(about.root),
            options=CropOptions(**_plain(about.options)),
            **asdict(summary),
        )
        PreparedFolder(out).write_record(record)
    # the manifest is there now, last: it says that the folder is prepared
    work.clear()
    return summary


def _open(out: Path, about: _About, files: int) -> int:
    """Refuse a folder of other options; gives the mean number of files in a shard."""
    out.mkdir(parents=True, exist_ok=True)
    before, wanted = _begun(out), _begun_of(about, files)
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
    return (before or wanted).shard_files


def _is_begun(out: Path, about: _About) -> bool:
    try:
        before = _begun(out)
    except InputError:
        return False
    return before is not None and _named(before) == _named(_begun_of(about, 0))


def _begun(out: Path) -> BegunRecord | None:
    return BegunRecord.read(out / BEGUN) if (out / BEGUN).is_file() else None


def _begun_of(about: _About, files: int) -> BegunRecord:
    return BegunRecord(
        root=str(about.root.resolve()),
        options=about.options,
        shard_files=mean_of(files, about.options),
    )


def _named(record: BegunRecord) -> dict[str, Any]:
    return {"root": record.root, **_plain(record.options)}


def _plain(options: PrepareOptions) -> dict[str, Any]:
    return {k: str(v) if isinstance(v, Path) else v for k, v in asdict(options).items()}
