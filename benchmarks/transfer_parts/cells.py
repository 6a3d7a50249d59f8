"""What stands in a cell: rates in percent, behind > those with faces without an answer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from transfer_parts.answers import Answers
from transfer_parts.set_figures import Count, Rates, Separation, Spread, over_sets

from spoofcue.metrics.intervals import clopper_pearson

NONE = "—"


def gone(answers: Answers) -> str:
    """How many live pictures / attacks have no answer."""
    return " / ".join(str(int(np.isnan(s).sum())) for s in (answers.live, answers.attack))


def area(apart: Separation | None) -> str:
    """AUC with its interval."""
    if apart is None:
        return NONE
    return f"{apart.auc.value:.3f} ({apart.auc.low:.3f}–{apart.auc.high:.3f})"


def equal_errors(apart: Separation | None) -> str:
    """EER with its interval."""
    if apart is None:
        return NONE
    value, low, high = (percent(v) for v in (apart.eer.value, apart.eer.low, apart.eer.high))
    return f"{value} ({low}–{high})"


def mean_area(spread: Spread | None, sets: int | None = None) -> str:
    """The mean AUC, and of how many of the sets where some have none."""
    if spread is None:
        return NONE
    some = sets is not None and spread.sets < sets
    return f"{spread.mean:.3f}" + (f" of {spread.sets}" if some else "")


def worst_area(spread: Spread | None) -> str:
    """The worst AUC and its set."""
    return f"{spread.worst:.3f} {spread.worst_set}" if spread else NONE


def worst(spread: Spread | None) -> str:
    """The worst rate and its set."""
    return f"{percent(spread.worst)} {spread.worst_set}" if spread else NONE


def mean(spread: Spread | None) -> str:
    """The mean rate."""
    return percent(spread.mean) if spread else NONE


def percent(value: float | None) -> str:
    """One decimal."""
    return NONE if value is None else f"{100 * value:.1f}"


def counted(count: Count) -> str:
    """A rate with its exact interval."""
    text = NONE
    if count.answered:
        low, high = clopper_pearson(count.errors, count.answered)
        text = f"{percent(count.rate)} ({100 * low:.0f}–{100 * high:.0f})"
    return text + (f" > {percent(count.rate_of_all)}" if count.silent else "")


def with_all(answered: str, of_all: str) -> str:
    """Both, or one where they are the same."""
    return answered if answered == of_all else f"{answered} > {of_all}"


def pair(rates: Rates) -> str:
    """BPCER / APCER."""
    return with_all(
        f"{percent(rates.bpcer)} / {percent(rates.apcer)}",
        f"{percent(rates.bpcer_of_all)} / {percent(rates.apcer_of_all)}",
    )


def mean_pair(by_set: Mapping[str, Rates]) -> str:
    """BPCER / APCER, means over sets."""
    return pair(Rates.mean(by_set.values()))


def worst_pair(by_set: Mapping[str, Rates]) -> str:
    """BPCER / APCER, each of its worst set."""
    both = ({s: r.bpcer for s, r in by_set.items()}, {s: r.apcer for s, r in by_set.items()})
    return " / ".join(worst(over_sets(values)) for values in both)
