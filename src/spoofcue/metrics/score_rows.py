"""Rows of a score file, collected one by one into compact columns."""

from __future__ import annotations

from array import array
from pathlib import Path

import numpy as np

from spoofcue.errors import InputError
from spoofcue.metrics.categories import Categories
from spoofcue.metrics.nonresponse import NonResponses
from spoofcue.metrics.scores import ScoreSet


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
                NonResponses.of(
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
