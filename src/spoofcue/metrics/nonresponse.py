"""Attempts that got no score: counted beside the error rates, never dropped (ISO/IEC 30107-3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spoofcue.errors import InputError
from spoofcue.metrics.categories import Categories
from spoofcue.metrics.rate import Rate

if TYPE_CHECKING:
    from spoofcue.metrics.scores import ScoreSet


@dataclass(frozen=True, slots=True, eq=False)
class NonResponses:
    """Attempts without a score (no face found, unreadable, no finite number).

    Attributes:
        label: (M,) int8; 0 live, 1 attack.
        pais, videos, subjects: (M,) as in a score set.

    """

    label: NDArray[np.int8]
    pais: Categories
    videos: Categories
    subjects: Categories

    @classmethod
    def of(
        cls,
        label: ArrayLike,
        pai: ArrayLike | Categories | None = None,
        video: ArrayLike | Categories | None = None,
        subject: ArrayLike | Categories | None = None,
    ) -> NonResponses:
        """Check and convert; columns that are not given are as in :meth:`ScoreSet.of`.

        Raises:
            InputError: lengths differ, a label is neither 0 nor 1, or a live row has a species.

        """
        return cls(*checked_columns(label, pai, video, subject))

    def __len__(self) -> int:
        return len(self.label)

    def rows(self, chosen: NDArray[np.integer] | NDArray[np.bool_]) -> NonResponses:
        """The chosen attempts."""
        return NonResponses(
            self.label[chosen],
            self.pais.rows(chosen),
            self.videos.rows(chosen),
            self.subjects.rows(chosen),
        )

    @property
    def live(self) -> int:
        """Live attempts without a score."""
        return int((self.label == 0).sum())

    @property
    def attack(self) -> int:
        """Attacks without a score."""
        return int((self.label == 1).sum())


def checked_columns(
    label: ArrayLike,
    pai: ArrayLike | Categories | None,
    video: ArrayLike | Categories | None,
    subject: ArrayLike | Categories | None,
) -> tuple[NDArray[np.int8], Categories, Categories, Categories]:
    """What is known of attempts, scored or not: label, species, video and subject, encoded.

    Raises:
        InputError: lengths differ, a label is neither 0 nor 1, or a live row has a species.

    """
    labels = np.asarray(label).reshape(-1)
    n = len(labels)
    attack = labels == 1
    if not (attack | (labels == 0)).all():
        raise InputError("labels must be 0 (live) or 1 (attack).")
    species = _column(pai, n)
    videos, subjects = _column(video, n), _column(subject, n)
    if not n == len(species) == len(videos) == len(subjects):
        raise InputError(
            f"{n} labels, {len(species)} PAI species, {len(videos)} videos and {len(subjects)} "
            "subjects: the lengths must be equal."
        )
    unnamed = species.codes == species.code("")
    if not (attack | unnamed).all():
        raise InputError("a live row has a PAI species; leave pai empty for live faces.")
    if (attack & unnamed).any():
        species = species.filled(attack & unnamed, "attack")
    return labels.astype(np.int8), species, videos, subjects


def _column(given: ArrayLike | Categories | None, rows: int) -> Categories:
    if given is None:
        return Categories.constant("", rows)
    return given if isinstance(given, Categories) else Categories.of(given)


@dataclass(frozen=True, slots=True)
class NonResponseRates:
    """How often there was no score.

    Attributes:
        bpnrr: live attempts without a score of all live attempts.
        apnrr: attacks without a score of all attacks.
        apnrr_by_pai: the same of each species, also of those that never gave a score.

    """

    bpnrr: Rate
    apnrr: Rate
    apnrr_by_pai: dict[str, Rate]

    @property
    def failure_to_acquire(self) -> float:
        """Part of all attempts, live and attack together, that got no score (bob's FtA)."""
        lost = self.bpnrr.errors + self.apnrr.errors
        return lost / (self.bpnrr.total + self.apnrr.total)

    def with_failures(self, far: float, frr: float) -> tuple[float, float]:
        """FAR and FRR that count failures to acquire as refusals, as bob.measure reports them.

        Args:
            far: attacks called live of those with a score (bob's FPR).
            frr: live faces called attacks of those with a score (bob's FNR).

        Returns:
            FAR · (1 - FtA) and FtA + FRR · (1 - FtA), with one FtA for both classes.

        """
        fta = self.failure_to_acquire
        return far * (1 - fta), fta + frr * (1 - fta)


def nonresponse_rates(scores: ScoreSet) -> NonResponseRates:
    """Count the attempts of a set that got no score."""
    lost, total = _by_species(scores.lost.pais), _by_species(scores.pais)
    for species, count in lost.items():
        total[species] = total.get(species, 0) + count
    return NonResponseRates(
        bpnrr=Rate(scores.lost.live, scores.lost.live + len(scores.live)),
        apnrr=Rate(scores.lost.attack, scores.lost.attack + len(scores.attack)),
        apnrr_by_pai={s: Rate(lost.get(s, 0), total[s]) for s in sorted(total)},
    )


def _by_species(pais: Categories) -> dict[str, int]:
    counts = np.bincount(pais.codes, minlength=len(pais.names)).tolist()
    return {name: n for name, n in zip(pais.names, counts, strict=True) if name}
