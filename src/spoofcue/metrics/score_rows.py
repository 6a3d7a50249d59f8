"""Rows of a score file, collected block by block into compact columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.metrics.columns import Coder
from spoofcue.metrics.scores import NonResponses, ScoreSet


class ScoreRows:
    """Collects rows in about 21 bytes each beside their names; :meth:`to_scores` makes the set."""

    def __init__(self, path: Path) -> None:
        """``path`` is named in errors."""
        self._path = path
        self._score: list[NDArray[np.float64]] = []
        self._answered: list[NDArray[np.bool_]] = []
        self._label: list[NDArray[np.int8]] = []
        self.pai, self.video, self.subject = Coder(), Coder(), Coder()

    def add(
        self,
        score: Sequence[float | None],
        label: Sequence[int],
        pai: Sequence[str],
        video: Sequence[str],
        subject: Sequence[str],
    ) -> None:
        """A block of attempts; their score is None for a non-response."""
        answered = np.array([s is not None for s in score], np.bool_)
        values = np.array([0.0 if s is None else s for s in score], np.float64)
        self.add_scores(values, answered, np.array(label, np.int8))
        for column, names in zip(
            (self.pai, self.video, self.subject), (pai, video, subject), strict=True
        ):
            column.add(names)

    def add_scores(
        self, score: NDArray[np.float64], answered: NDArray[np.bool_], label: NDArray[np.int8]
    ) -> None:
        """Of a block whose names go to :attr:`pai`, :attr:`video` and :attr:`subject` directly."""
        self._score.append(score)
        self._answered.append(answered)
        self._label.append(label)

    def to_scores(self) -> ScoreSet:
        """Check and convert; may be called once, since the blocks are given up.

        Raises:
            InputError: naming the file; it holds no score, or a row contradicts itself.

        """
        answered = np.concatenate([np.zeros(0, np.bool_), *self._answered])
        if not answered.any():
            raise InputError(f"{self._path} holds no score.")
        label = np.concatenate(self._label)
        score = np.concatenate(self._score)[answered]
        self._score.clear()
        silent = ~answered
        columns, lost = [], []
        for coder in (self.pai, self.video, self.subject):
            column = coder.categories()
            columns.append(column.rows(answered))
            lost.append(column.rows(silent))
        try:
            return ScoreSet.of(
                score,
                label[answered],
                *columns,
                lost=NonResponses.of(label[silent], *lost),
            )
        except InputError as error:
            raise InputError(f"{self._path}: {error}") from error
