"""Scores of a set in order, each class and species by itself; everything else counts in these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Ascending scores.

    Attributes:
        live: (L,) of live faces.
        attack: (A,) of all attacks.
        by_pai: instrument -> its attacks' scores.

    """

    live: NDArray[np.float64]
    attack: NDArray[np.float64]
    by_pai: dict[str, NDArray[np.float64]]

    def renamed(self, species: Mapping[str, str]) -> Ranking:
        """The same with each instrument's scores under its species' name; merges, sorts nothing."""
        runs: dict[str, list[NDArray[np.float64]]] = {}
        for instrument, scores in self.by_pai.items():
            runs.setdefault(species[instrument], []).append(scores)
        by_pai = {name: merged(runs[name]) for name in sorted(runs)}
        return Ranking(self.live, self.attack, by_pai)


def rank(score: NDArray[np.float64], codes: NDArray[np.int32], names: Sequence[str]) -> Ranking:
    """Sort once.

    Args:
        score: (N,) finite.
        codes: (N,) which name a row has.
        names: instruments; the empty one stands for live.

    """
    by_name = {name: np.sort(score[codes == code]) for code, name in enumerate(names)}
    live = by_name.pop("", np.zeros(0))
    return Ranking(live, merged(list(by_name.values())), by_name)


def merged(runs: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """One ascending array of several; timsort finds the runs, so that this takes O(N)."""
    return np.sort(np.concatenate([np.zeros(0), *runs]), kind="stable")
