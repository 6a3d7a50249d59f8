"""What one contender said of the pictures of one set, those included of which it said nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spoofcue.errors import InputError
from spoofcue.metrics.scores import NonResponses, ScoreSet

UNKNOWN = "unknown"  # the kind of an attack of which nothing is told


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Scores by class; make it with :meth:`of`.

    Attributes:
        live: (N,) float64, higher = attack; NaN: no answer. The order is that of the files, so
            that a place means the same picture for every contender.
        attack: (M,) likewise.
        kinds: (M,) of attacks.

    """

    live: NDArray[np.float64]
    attack: NDArray[np.float64]
    kinds: tuple[str, ...]

    @classmethod
    def of(cls, live: ArrayLike, attack: ArrayLike, kinds: Sequence[str] | None = None) -> Answers:
        """Check and convert; without ``kinds`` all attacks are of an unknown one.

        Raises:
            InputError: an infinite score, or another number of kinds than of attacks.

        """
        arrays = [np.asarray(v, np.float64).reshape(-1) for v in (live, attack)]
        if any(np.isinf(v).any() for v in arrays):
            raise InputError("a score is infinite; NaN stands for no answer.")
        named = tuple(kinds) if kinds is not None else (UNKNOWN,) * len(arrays[1])
        if len(named) != len(arrays[1]):
            raise InputError(f"{len(arrays[1])} attacks and {len(named)} kinds.")
        return cls(arrays[0], arrays[1], named)

    @property
    def answered_live(self) -> NDArray[np.float64]:
        """Live scores that are there."""
        return self.live[~np.isnan(self.live)]

    @property
    def answered_attack(self) -> NDArray[np.float64]:
        """Attack scores that are there."""
        return self.attack[~np.isnan(self.attack)]

    @property
    def both(self) -> bool:
        """Whether each class has an answer, without which there is no AUC."""
        return bool(len(self.answered_live) and len(self.answered_attack))

    def of_kind(self, kind: str) -> Answers:
        """The attacks of one kind beside all live faces."""
        chosen = np.array([k == kind for k in self.kinds], bool)
        return Answers(self.live, self.attack[chosen], (kind,) * int(chosen.sum()))

    def without_live(self, places: NDArray[np.intp]) -> Answers:
        """The same without some live pictures."""
        return Answers(np.delete(self.live, places), self.attack, self.kinds)

    def score_set(self) -> ScoreSet:
        """For the measures; what has no answer is a non-response."""
        scores = np.concatenate([self.live, self.attack])
        label = np.repeat([0, 1], [len(self.live), len(self.attack)])
        there = ~np.isnan(scores)
        lost = NonResponses.of(label[~there])
        return ScoreSet.of(scores[there], label[there], lost=lost)


# name of a set -> what was said of it
BySet = Mapping[str, Answers]


def pooled(sets: BySet) -> Answers:
    """All sets as one."""
    return Answers(
        np.concatenate([s.live for s in sets.values()]),
        np.concatenate([s.attack for s in sets.values()]),
        tuple(kind for s in sets.values() for kind in s.kinds),
    )


def kinds_in(sets: BySet) -> list[str]:
    """The kinds of attacks in some sets, sorted, the unknown one last."""
    found = {kind for s in sets.values() for kind in s.kinds}
    return sorted(found, key=lambda kind: (kind == UNKNOWN, kind))
