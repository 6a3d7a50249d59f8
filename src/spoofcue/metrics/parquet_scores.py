"""Scores of a Parquet file or data set, as `spoofcue score` writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spoofcue.errors import InputError
from spoofcue.labels import LIVE_WORDS, class_of_label
from spoofcue.metrics.csv_scores import ScoreRows
from spoofcue.metrics.scores import ScoreSet

PARQUET, ROWS, JOB = ".parquet", "rows", "job.json"
# what a score file calls a column -> what it may be called here, the first that is there
NAMES = {
    "pai": ("pai",),
    "video": ("video", "recording"),
    "subject": ("subject", "person"),
    "split": ("split",),
}
BATCH = 1 << 16


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of one attempt each, column by column.

    Attributes:
        score: None: it has none.
        label: 0 live, 1 attack.
        pai, video, subject, split, path: empty where they are not known.

    """

    score: list[float | None]
    label: list[int]
    pai: list[str]
    video: list[str]
    subject: list[str]
    split: list[str]
    path: list[str]


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
        for score, label, pai, video, subject in zip(
            block.score, block.label, block.pai, block.video, block.subject, strict=True
        ):
            rows.add(score, label, pai if label else "", video, subject)
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
                    "go along from a manifest, or come from the names of folders "
                    "(docs/howto/labels.md)."
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


def _block(part: Path, batch: Any, columns: dict[str, str], split: str | None) -> Block:
    count = batch.num_rows
    held = {
        name: batch.column(columns[name]).to_pylist() if name in columns else [None] * count
        for name in ("score", "label", "path", "face", *NAMES)
    }
    texts = {name: [_text(v) for v in held[name]] for name in (*NAMES, "path")}
    chosen = [
        at
        for at in range(count)
        if not held["face"][at] and (split is None or texts["split"][at] == split)
    ]
    known: dict[Any, int | None] = {v: class_of_label(_text(v)) for v in set(held["label"])}
    labels: list[int] = []
    for at in chosen:
        label = known[held["label"][at]]
        if label is None:
            raise InputError(
                f"{part}: {texts['path'][at] or f'row {at + 1}'} has the label "
                f"{held['label'][at]!r}, which is not 0, 1, live or attack. Labels go along from a "
                f"manifest's column label, or come from folders named {', '.join(LIVE_WORDS[:2])}, "
                "attack, spoof (docs/howto/labels.md)."
            )
        labels.append(label)
    scores = [held["score"][at] for at in chosen]
    return Block(
        [None if s is None else float(s) for s in scores],
        labels,
        *([texts[name][at] for at in chosen] for name in (*NAMES, "path")),
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _opened(part: Path) -> Any:
    from pyarrow import parquet

    try:
        return parquet.ParquetFile(part)
    except (OSError, ValueError) as error:
        raise InputError(f"{part} cannot be read: {error}.") from error
