"""Scores of a Parquet file or data set, as `spoofcue score` writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.labels import LIVE_WORDS, class_of_label
from spoofcue.metrics.score_rows import ScoreRows
from spoofcue.metrics.scores import ScoreSet
from spoofcue.version import documentation

if TYPE_CHECKING:
    import pyarrow as pa

PARQUET, ROWS, JOB = ".parquet", "rows", "job.json"
# what a score file calls a column -> what it may be called here, the first that is there
NAMES = {
    "pai": ("pai",),
    "video": ("video", "recording"),
    "subject": ("subject", "person"),
    "split": ("split",),
}
BATCH = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """A column of n rows; what repeats is held once.

    Attributes:
        codes: (n,) int32, index into ``names``.
        names: without blanks about them; empty where it is not known. Some may repeat.

    """

    codes: NDArray[np.int32]
    names: list[str]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Rows of one attempt each, column by column; a bounded number.

    Attributes:
        score: (n,) float64; what stands where there is none means nothing.
        answered: (n,) whether there is a score.
        label: (n,) int8, 0 live, 1 attack.
        pai, video, subject: empty where they are not known, and ``pai`` for live.
        path: (n,) text of Arrow, empty where it is not known.

    """

    score: NDArray[np.float64]
    answered: NDArray[np.bool_]
    label: NDArray[np.int8]
    pai: Texts
    video: Texts
    subject: Texts
    path: pa.StringArray


def is_parquet(path: Path) -> bool:
    """Whether scores are in Parquet: a folder of parts, or one file."""
    return path.is_dir() or path.suffix.lower() == PARQUET


def read_parquet_scores(path: Path, split: str | None = None) -> ScoreSet:
    """Read the scores of a data set.

    Of a picture with several faces the largest is the attempt. A row without a score is a
    non-response.

    Args:
        path: a folder of `spoofcue score`, a folder of Parquet files, or one file.
        split: only the rows with that in their column ``split``.

    Raises:
        InputError: it cannot be read, is not finished, or a row has no label.

    """
    rows = ScoreRows(path)
    for block in blocks_of(path, split):
        rows.add_scores(block.score, block.answered, block.label)
        for coder, column in (
            (rows.pai, block.pai),
            (rows.video, block.video),
            (rows.subject, block.subject),
        ):
            coder.add_coded(column.codes, column.names)
    return rows.to_scores()


def splits_in(path: Path) -> list[str]:
    """The values of the column ``split``, sorted; empty without one.

    Raises:
        InputError: it cannot be read.

    """
    found: set[str] = set()
    for part in parts_of(path):
        with _opened(part) as file:
            names = set(file.schema_arrow.names)
            if "split" in names:
                for batch in file.iter_batches(BATCH, columns=["split"]):
                    found |= {str(v).strip() for v in batch.column(0).unique().to_pylist() if v}
    return sorted(found)


def parts_of(path: Path) -> list[Path]:
    """The Parquet files of a data set, in order.

    Raises:
        InputError: there are none, or `spoofcue score` has not finished.

    """
    if not path.is_dir():
        return [path]
    rows = path / ROWS if (path / ROWS).is_dir() else path
    parts = sorted(rows.glob(f"*{PARQUET}"))
    job = path / JOB
    if job.is_file():
        try:
            tree = json.loads(job.read_text(encoding="utf-8"))
            wanted = -(-int(tree["files"]) // int(tree["shard_rows"]))
        except (OSError, ValueError, KeyError, TypeError, ZeroDivisionError) as error:
            raise InputError(f"{job} is damaged ({error!r}).") from error
        if len(parts) != wanted:
            raise InputError(
                f"{path} is not finished: {len(parts)} of {wanted} parts are there. Give the same "
                "`spoofcue score` command again."
            )
    if not parts:
        raise InputError(f"{path} holds no {PARQUET} file: give a folder of `spoofcue score`.")
    return parts


def blocks_of(path: Path, split: str | None = None) -> Iterator[Block]:
    """The attempts of a data set, a bounded number at a time.

    Raises:
        InputError: see :func:`read_parquet_scores`.

    """
    for part in parts_of(path):
        with _opened(part) as file:
            names = {name.lower(): name for name in file.schema_arrow.names}
            missing = [name for name in ("score", "label") if name not in names]
            if missing:
                raise InputError(
                    f"{part} has the columns {file.schema_arrow.names} and lacks {missing}: labels "
                    "go along from a manifest, or come from the names of folders: "
                    f"{documentation('howto/labels.md')}"
                )
            if split is not None and "split" not in names:
                raise InputError(f"{part} has no column split to choose {split!r} by.")
            wanted = {n: n for n in ("score", "label", "path", "face") if n in names}
            for name, others in NAMES.items():
                known = [other for other in others if other in names]
                wanted |= {name: known[0]} if known else {}
            columns = {name: names[other] for name, other in wanted.items()}
            for batch in file.iter_batches(BATCH, columns=list(columns.values())):
                yield _block(part, batch, columns, split)


def _block(part: Path, batch: pa.RecordBatch, columns: dict[str, str], split: str | None) -> Block:
    import pyarrow as pa

    def texts(name: str) -> Texts:
        return _texts(batch.column(columns[name])) if name in columns else _nothing(rows)

    rows = batch.num_rows
    chosen = np.ones(rows, np.bool_)
    if "face" in columns:
        values, codes = _coded(batch.column(columns["face"]))
        chosen &= ~np.array([bool(v) for v in values], np.bool_)[codes]
    if split is not None:
        of = texts("split")
        chosen &= np.array([name == split for name in of.names], np.bool_)[of.codes]
    at = np.flatnonzero(chosen)
    path = _path(batch.column(columns["path"])) if "path" in columns else pa.array([""] * rows)
    label = _labels(part, batch.column(columns["label"]), at, path)
    score, answered = _scores(part, batch.column(columns["score"]))
    pai, video, subject = (_rows(texts(name), at) for name in ("pai", "video", "subject"))
    return Block(
        score[at], answered[at], label, _of_attacks(pai, label), video, subject, path.take(at)
    )


def _coded(column: pa.Array) -> tuple[list[Any], NDArray[np.int32]]:
    """Distinct values, None the first of them, and which one each row has."""
    found = column.dictionary_encode()
    codes = found.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return [None, *found.dictionary.to_pylist()], codes.astype(np.int32) + np.int32(1)


def _texts(column: pa.Array) -> Texts:
    values, codes = _coded(column)
    known: dict[str, int] = {}
    place = [known.setdefault(_text(value), len(known)) for value in values]
    return Texts(np.array(place, np.int32)[codes], list(known))


def _nothing(rows: int) -> Texts:
    return Texts(np.zeros(rows, np.int32), [""])


def _rows(column: Texts, at: NDArray[np.intp]) -> Texts:
    return Texts(column.codes[at], column.names)


def _of_attacks(pai: Texts, label: NDArray[np.int8]) -> Texts:
    codes = np.where(label == 0, len(pai.names), pai.codes).astype(np.int32)
    return Texts(codes, [*pai.names, ""])


def _path(column: pa.Array) -> pa.StringArray:
    import pyarrow as pa
    from pyarrow import compute

    return compute.utf8_trim_whitespace(column.cast(pa.string()).fill_null(""))


def _labels(
    part: Path, column: pa.Array, at: NDArray[np.intp], path: pa.StringArray
) -> NDArray[np.int8]:
    values, codes = _coded(column)
    classes = [class_of_label(_text(value)) for value in values]
    label = np.array([-1 if c is None else c for c in classes], np.int8)[codes[at]]
    unknown = np.flatnonzero(label < 0)
    if len(unknown):
        row = int(at[unknown[0]])
        raise InputError(
            f"{part}: {path[row].as_py() or f'row {row + 1}'} has the label "
            f"{values[codes[row]]!r}, which is not 0, 1, live or attack. Labels go along from a "
            f"manifest's column label, or come from folders named {', '.join(LIVE_WORDS[:2])}, "
            f"attack, spoof: {documentation('howto/labels.md')}"
        )
    return label


def _scores(part: Path, column: pa.Array) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    import pyarrow as pa

    try:
        values = column.cast(pa.float64())
    except pa.ArrowException as error:
        raise InputError(f"{part}: a score is no number ({error}).") from error
    answered = values.is_valid().to_numpy(zero_copy_only=False)
    return values.fill_null(0.0).to_numpy(zero_copy_only=False), answered


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _opened(part: Path) -> Any:
    from pyarrow import parquet

    try:
        return parquet.ParquetFile(part)
    except (OSError, ValueError) as error:
        raise InputError(f"{part} cannot be read: {error}.") from error
