"""Score files in CSV: read and written a bounded number of rows at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice, repeat
from math import isfinite
from pathlib import Path
from typing import TextIO

from spoofcue.errors import InputError
from spoofcue.labels import class_of_label
from spoofcue.metrics.score_rows import ScoreRows
from spoofcue.metrics.scores import NonResponses, ScoreSet
from spoofcue.texts.tables import Table, open_table

# rows looked at together; more would be walked through by Python's collector again and again
BLOCK = 1 << 11
COLUMNS = ("score", "label", "pai", "video", "subject")


@dataclass(frozen=True, slots=True)
class CsvMarks:
    """What a score file says of its rows beside the scores.

    Attributes:
        splits: the values of its column ``split``, sorted; empty without one.
        models: the same of its column ``model``.

    """

    splits: list[str]
    models: list[str]


def read_csv(path: Path, split: str | None = None) -> ScoreSet:
    """Read a CSV with ``score,label`` and optionally ``pai,video,subject``; others are ignored.

    A row with an empty score is a non-response: counted, not dropped in silence.

    Args:
        path: the file.
        split: only the rows with that in their column ``split``.

    Raises:
        InputError: naming the file, the line and what to correct.

    """
    with open_table(path, (*COLUMNS, "split", "model")) as table:
        return _rows(table, split).to_scores()


def csv_marks(path: Path) -> CsvMarks:
    """Which splits and models a score file names.

    Raises:
        InputError: it cannot be read.

    """
    values: dict[str, set[str]] = {"split": set(), "model": set()}
    with open_table(path, (*COLUMNS, "split", "model")) as table:
        at = {name: table.names.index(name) for name in values if name in table.names}
        for _, fields in table.rows:
            for name, column in at.items():
                values[name].add(fields[column].strip())
    return CsvMarks(*(sorted(values[name] - {""}) for name in ("split", "model")))


def write_csv(scores: ScoreSet, file: TextIO) -> None:
    """Write every attempt, non-responses with an empty score; all digits are kept."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(zip((repr(float(s)) for s in scores.score), *_columns(scores), strict=True))
    writer.writerows(zip(repeat("", len(scores.lost)), *_columns(scores.lost), strict=True))


def _columns(rows: ScoreSet | NonResponses) -> tuple[Iterator[object], ...]:
    names = (chain.from_iterable(c.blocks()) for c in (rows.pais, rows.videos, rows.subjects))
    return (map(int, rows.label), *names)


def _rows(table: Table, split: str | None) -> ScoreRows:
    path, names = table.path, table.names
    missing = [c for c in ("score", "label") if c not in names]
    if missing:
        raise InputError(
            f"{path} has the columns {list(names)} and lacks {missing}; a score file has "
            "score,label,pai,video,subject (label 1 = attack, pai empty for live)."
        )
    if split is not None and "split" not in names:
        raise InputError(f"{path} has no column split to choose {split!r} by.")
    of_split = names.index("split") if split is not None else None
    at = [names.index(c) if c in names else None for c in COLUMNS]
    rows = ScoreRows(path)
    while block := list(islice(table.rows, BLOCK)):
        if of_split is not None:
            block = [row for row in block if row[1][of_split].strip() == split]
        score, label, *others = (
            [""] * len(block) if k is None else [fields[k].strip() for _, fields in block]
            for k in at
        )
        classes = {word: class_of_label(word) for word in set(label)}
        numbers = _numbers(score)
        if numbers is None or None in classes.values():
            numbers = _closely(block, table, score, label)
        rows.add(numbers, [classes[word] or 0 for word in label], *others)
    return rows


def _numbers(texts: list[str]) -> list[float | None] | None:
    """Scores, None where there is none; None for all if one of them has to be looked at closely."""
    together = "".join(texts)
    if "_" in together or not together.isascii():
        return None
    try:
        numbers = [float(text) if text else None for text in texts]
    except ValueError:
        return None
    return numbers if all(n is None or isfinite(n) for n in numbers) else None


def _closely(
    block: list[tuple[int, list[str]]], table: Table, score: list[str], label: list[str]
) -> list[float | None]:
    """Scores row by row, so that the first row that is wrong is named."""
    numbers: list[float | None] = []
    for (line, _), text, word in zip(block, score, label, strict=True):
        if class_of_label(word) is None:
            raise InputError(
                f"{table.path}, line {line}: label {word!r} is not 0, 1, live or attack."
            )
        numbers.append(table.number(text, line, "score") if text else None)
    return numbers
