"""A prepared folder: face crops, the manifest that lists them, and how they were made.

::

    DIR/manifest.parquet    a row a face attempt (:mod:`spoofcue.data.manifest`); a file or parts
    DIR/prepare.json        PreparedRecord: options, counts, warnings; a fold's protocol
    DIR/crops/              the faces; a joined or a fold's folder points into other folders
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ConfigDict

from spoofcue.data.manifest import (
    MANIFEST_NAME,
    evenly_spread,
    manifest_files,
    read_manifest,
    scan_manifest,
)
from spoofcue.data.recording import Problem, Published
from spoofcue.errors import InputError
from spoofcue.records.run_folder import CountEntry, DataEntry
from spoofcue.records.stored import Part, Record
from spoofcue.streamed import polars_errors
from spoofcue.whole_files import recover_folder

if TYPE_CHECKING:
    import polars as pl

SUMMARY = "prepare.json"


class CropOptions(Part):
    """How faces were cropped; a detector must crop its own in the same way.

    What else the crops were made with stands beside these keys, as the maker names it.

    Attributes:
        margin: about the face box, as a fraction of its longer side.
        detector: ``dlib``, ``yunet``, or ``none`` where each picture is a face already.
        min_face_px: shorter boxes were rejected.

    """

    model_config = ConfigDict(extra="allow", frozen=True)

    margin: float
    detector: str
    min_face_px: int

    def get(self, name: str, default: Any = None) -> Any:
        """An option by its name; ``default`` where the maker has none of that name."""
        return self.model_dump().get(name, default)


class PreparedRecord(Record):
    """prepare.json.

    Attributes:
        spoofcue: version that prepared.
        root: where the recordings were found; empty or None where they were made or joined.
        options: how faces were cropped.
        files: source files.
        faces: crops.
        skipped: status -> [live rows, attack rows] that gave no crop.
        counts: one entry a split, label and PAI species.
        warnings: to be shown wherever a result of these data is shown.
        dataset: name of the dataset; None if the files are of none.
        published: split -> how many recordings its authors state.
        problems: files that are missing or faulty.
        early: of ``faces`` those that are early frames alone.
        joined: dataset -> absolute path of the prepared folder that was joined.
        protocol: whose fold it is, in words; None where it is of none.

    """

    KIND: ClassVar[str] = "the record of a prepared folder, as `spoofcue prepare` writes it"
    REMEDY: ClassVar[str] = "Prepare the folder again (`spoofcue prepare ... --overwrite`)."

    spoofcue: str | None = None
    root: str | None = None
    options: CropOptions
    files: int | None = None
    faces: int | None = None
    skipped: dict[str, list[int]] | None = None
    counts: list[CountEntry] | None = None
    warnings: list[str]
    dataset: str | None = None
    published: dict[str, Published] | None = None
    problems: list[Problem] | None = None
    early: int | None = None
    joined: dict[str, str] | None = None
    protocol: str | None = None

    def of_protocol(self, protocol: str) -> PreparedRecord:
        """The record of a fold of these data.

        Args:
            protocol: the protocol and its fold, in words.

        """
        return self.model_copy(update={"protocol": protocol})


@dataclass(frozen=True, slots=True)
class PreparedFolder:
    """Where a prepared folder's files are, and what they hold.

    Attributes:
        path: the folder.

    """

    path: Path

    @property
    def manifest_file(self) -> Path:
        """manifest.parquet: a file, or a folder of parts."""
        return self.path / MANIFEST_NAME

    @property
    def record_file(self) -> Path:
        """prepare.json."""
        return self.path / SUMMARY

    @property
    def is_prepared(self) -> bool:
        """Whether there is a manifest."""
        recover_folder(self.path)
        return bool(manifest_files(self.path))

    def rows(
        self, columns: Sequence[str] | None = None, splits: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """The manifest, see :func:`spoofcue.data.manifest.read_manifest`."""
        return read_manifest(self.path, columns, splits)

    def scan(self) -> pl.LazyFrame:
        """The manifest as a query, see :func:`spoofcue.data.manifest.scan_manifest`."""
        return scan_manifest(self.path)

    def record(self) -> PreparedRecord:
        """prepare.json.

        Raises:
            InputError: there is none, or it cannot be used.

        """
        recover_folder(self.path)
        if not self.record_file.is_file():
            raise InputError(f"{self.path} is no prepared folder: it holds no {SUMMARY}.")
        return PreparedRecord.read(self.record_file)

    def record_if_any(self) -> PreparedRecord | None:
        """prepare.json; None where there is a manifest of other origin without one.

        Raises:
            InputError: it is there and cannot be used.

        """
        return self.record() if self.record_file.is_file() else None

    def write_record(self, record: PreparedRecord) -> None:
        """Write prepare.json, whole."""
        record.write(self.record_file)

    def crop_facts(self) -> dict[str, Any]:
        """What a model must keep of how its faces were cropped.

        Returns:
            ``margin``, ``detector``, ``min_face_px`` (None where no prepare.json states them) and
            ``warnings``, to be passed on.

        """
        record = self.record_if_any()
        if record is None:
            return {"margin": None, "detector": None, "min_face_px": None, "warnings": []}
        o = record.options
        crops = {"margin": o.margin, "detector": o.detector, "min_face_px": o.min_face_px}
        return {**crops, "warnings": list(record.warnings)}

    @property
    def protocol(self) -> str | None:
        """The protocol whose fold it is, in words; None where it is of none."""
        record = self.record_if_any()
        return record.protocol if record else None

    def as_trained_on(self, warnings: Sequence[str]) -> DataEntry:
        """What a run's record keeps of the folder, early frames apart.

        Args:
            warnings: of the data and of the training.

        """
        rows = evenly_spread(self.scan())
        return DataEntry(
            root=str(self.path.resolve()),
            protocol=self.protocol,
            counts=[CountEntry(**row) for row in count_rows(rows)],
            warnings=list(warnings),
            rows=_hash(rows, str(self.manifest_file)),
        )


class _Digest(io.RawIOBase):
    """A file that keeps nothing but the sum of what is written."""

    def __init__(self) -> None:
        self.sum = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.sum.update(data)
        return len(data)


def _hash(rows: pl.LazyFrame, source: str) -> str:
    import polars as pl

    digest = _Digest()
    with polars_errors(source), io.BufferedWriter(digest) as file:
        rows.filter(pl.col("split") != "test").drop("crop").sink_csv(file)
    return digest.sum.hexdigest()[:32]


def count_rows(table: pl.DataFrame | pl.LazyFrame) -> list[dict[str, Any]]:
    """Subjects, videos, faces and non-responses per split, label and PAI, in reading order."""
    import polars as pl

    order = pl.col("split").replace_strict({"train": 0, "dev": 1, "test": 2})
    return (
        table.lazy()
        .group_by("split", "label", "pai")
        .agg(
            pl.col("subject").n_unique().alias("subjects"),
            pl.col("video").n_unique().alias("videos"),
            (pl.col("status") == "ok").sum().alias("faces"),
            (pl.col("status") != "ok").sum().alias("nonresponse"),
        )
        .sort(order, "label", "pai", nulls_last=False)
        .collect(engine="streaming")
        .to_dicts()
    )
