"""The interval of a rate whose attempts belong to people: several of one person are alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from spoofcue.metrics.bootstrap_intervals import error_table
from spoofcue.metrics.intervals import beta_quantile, clopper_pearson
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import Threshold


def people_interval(
    errors: ArrayLike, attempts: ArrayLike, confidence: float = 0.95
) -> tuple[float, float] | None:
    """The interval of Korn and Graubard (1998): exact, of as many attempts as theirs are worth.

    People of different luck make the rate vary more from test to test than independent attempts
    would. The variance between people says how many independent attempts would vary as much; with
    those, and a wider margin where people are few, the interval is that of Clopper and Pearson.
    Where no attempt or each one was an error, people show no variance: then a person counts as a
    single attempt.

    Args:
        errors: (P,) of each person.
        attempts: (P,) of each person; who made none does not count.
        confidence: between 0 and 1.

    Returns:
        (low, high), fractions; None for fewer than two people.

    >>> low, high = people_interval([1, 0, 2, 0, 1, 0, 0, 3], [3] * 8)
    >>> round(low, 2), round(high, 2)
    (0.06, 0.67)

    """
    wrong, made = np.asarray(errors, np.float64), np.asarray(attempts, np.float64)
    wrong, made = wrong[made > 0], made[made > 0]
    people, total = len(made), float(made.sum())
    if people < 2:
        return None
    rate = float(wrong.sum()) / total
    tail = (1 - confidence) / 2
    # of the ratio of two sums over people
    variance = people / (people - 1) * float(((wrong - rate * made) ** 2).sum()) / total**2
    if rate in (0.0, 1.0):
        worth = float(people)
    elif variance == 0:  # all people erred alike
        worth = total
    else:
        few = _student_squared(total - 1, tail) / _student_squared(people - 1, tail)
        worth = min(total, rate * (1 - rate) / variance * few)
    return clopper_pearson(rate * worth, worth, confidence)


def people_intervals(
    scores: ScoreSet, threshold: Threshold, confidence: float = 0.95
) -> dict[str, tuple[float, float]]:
    """:func:`people_interval` of APCER of each species, and of BPCER.

    Args:
        scores: that got a score; ``subjects`` say who belongs together.
        threshold: in units of the score.
        confidence: between 0 and 1.

    Returns:
        species, or "" for BPCER -> interval; without those whose people are not all named, or are
        fewer than two.

    """
    people = scores.subjects
    codes = people.codes.astype(np.intp)
    errors, attempts = error_table(scores, threshold, codes, len(people.names))
    unknown = people.code("")
    found = {}
    for column, name in enumerate(scores.pais.names):
        if unknown >= 0 and attempts[unknown, column]:
            continue
        interval = people_interval(errors[:, column], attempts[:, column], confidence)
        if interval is not None:
            found[name] = interval
    return found


def _student_squared(freedom: float, tail: float) -> float:
    """The square of Student's t that is exceeded with probability ``tail``."""
    x = beta_quantile(freedom / 2, 0.5, 2 * tail)
    return freedom * (1 - x) / x
