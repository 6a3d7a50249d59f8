"""Rows of a score file, collected one by one into compact columns."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np

from spoofcue.errors import InputError
from spoofcue.labels import class_of_label
from spoofcue.metrics.columns import Categories
from spoofcue.metrics.scores import NonResponses, ScoreSet
from spoofcue.texts.tables import Table, open_table


class ScoreRows:
    """Collects rows in about 25 bytes each; :meth:`to_scores` makes the set."""

    def __init__(self, path: Path) -> None:
        """``path`` is named in errors."""
        self._path = path
        self._score, self._label = array("d"), array("b")
        self._answered = array("b")
        self._columns = (_Column(), _Column(), _Column())

    def add(self, score: float | None, label: int, pai: str, video: str, subject: str) -> None:
        """One attempt; ``score`` is None for a non-response."""
        self._answered.append(score is not None)
        self._score.append(0.0 if score is None else score)
        self._label.append(label)
        for column, name in zip(self._columns, (pai, video, subject), strict=True):
            column.add(name)

    def to_scores(self) -> ScoreSet:
        """Check and convert.

        Raises:
            InputError: naming the file; it holds no score, or a row contradicts itself.

        """
        answered = np.array(self._answered, dtype=np.bool_)
        if not answered.any():
            raise InputError(f"{self._path} holds no score.")
        label = np.array(self._label)
        pai, video, subject = (column.categories() for column in self._columns)
        silent = ~answered
        try:
            return ScoreSet.of(
                np.array(self._score)[answered],
                label[answered],
                pai.rows(answered),
                video.rows(answered),
                subject.rows(answered),
                lost=NonResponses.of(
                    label[silent], pai.rows(silent), video.rows(silent), subject.rows(silent)
                ),
            )
        except InputError as error:
            raise InputError(f"{self._path}: {error}") from error


class _Column:
    def __init__(self) -> None:
        self._codes, self._known = array("i"), dict[str, int]()

    def add(self, name: str) -> None:
        self._codes.append(self._known.setdefault(name, len(self._known)))

    def categories(self) -> Categories:
        return Categories.coded(np.array(self._codes), list(self._known))


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
    texts = [repr(float(s)) for s in scores.score]
    writer.writerows(zip(texts, *_columns(scores), strict=True))
    writer.writerows(zip([""] * len(scores.lost), *_columns(scores.lost), strict=True))


def _columns(rows: ScoreSet | NonResponses) -> tuple[Iterator[object], ...]:
    columns = (rows.label, rows.pais.text, rows.videos.text, rows.subjects.text)
    return tuple(iter(np.asarray(c).tolist()) for c in columns)


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
    at = [names.index(c) if c in names else len(names) for c in COLUMNS]
    rows = ScoreRows(path)
    for line, fields in table.rows:
        if of_split is not None and fields[of_split].strip() != split:
            continue
        fields.append("")  # stands for columns that the file lacks
        text, word, pai, video, subject = (fields[i].strip() for i in at)
        label = class_of_label(word)
        if label is None:
            raise InputError(f"{path}, line {line}: label {word!r} is not 0, 1, live or attack.")
        score = table.number(text, line, "score") if text else None
        rows.add(score, label, pai, video, subject)
    return rows
