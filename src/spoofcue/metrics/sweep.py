"""Error counts at every threshold that decides differently."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.metrics.ranking import merged
from spoofcue.metrics.scores import ScoreSet


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """From the lowest threshold to the highest; counts, so that ties stay exact.

    Attributes:
        value: (K + 1,) thresholds; -inf, then midpoints of neighbouring distinct scores, +inf.
        passed: (K + 1,) attacks called live (score <= value), rising from 0 to all.
        refused: (K + 1,) live faces called attacks (score > value), falling from all to 0.

    """

    value: NDArray[np.float64]
    passed: NDArray[np.int64]
    refused: NDArray[np.int64]

    @property
    def far(self) -> NDArray[np.float64]:
        """(K + 1,) ``passed`` as a part of all attacks (pooled APCER)."""
        return self.passed / self.passed[-1]

    @property
    def frr(self) -> NDArray[np.float64]:
        """(K + 1,) ``refused`` as a part of all live faces (BPCER)."""
        return self.refused / self.refused[0]


def sweep(scores: ScoreSet) -> Sweep:
    """Count at every distinct decision, exact at ties, in O(N) after the set's one sort.

    Raises:
        InputError: a class has no score.

    """
    need_both_classes(scores)
    live, attack = scores.live, scores.attack
    every = merged([live, attack])
    distinct = every[np.append(every[1:] != every[:-1], True)]
    low, high = distinct[:-1], distinct[1:]
    with np.errstate(over="ignore"):
        middle = (low + high) / 2
    # The midpoint of two neighbouring floats may round up to the higher one, or overflow.
    middle = np.where((middle >= low) & (middle < high), middle, low)
    return Sweep(
        value=np.concatenate([[-np.inf], middle, [np.inf]]),
        passed=np.append(0, np.searchsorted(attack, distinct, side="right")),
        refused=len(live) - np.append(0, np.searchsorted(live, distinct, side="right")),
    )


def need_both_classes(scores: ScoreSet) -> None:
    """Raise InputError unless there are live and attack scores."""
    live, attack = len(scores.live), len(scores.attack)
    if not live or not attack:
        raise InputError(
            f"error rates need both classes; there are {live} live and {attack} attack scores "
            "(label 1 = attack)."
        )
