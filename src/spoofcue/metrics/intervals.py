"""Exact binomial intervals."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, lgamma, log, log1p


def clopper_pearson(errors: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """The exact two-sided interval of a rate seen as ``errors`` of ``total``.

    Args:
        errors: 0..total.
        total: independent attempts, >= 0; 0 gives (0, 1).
        confidence: 0..1.

    Returns:
        (low, high), fractions.

    """
    if total == 0:
        return 0.0, 1.0
    tail = (1 - confidence) / 2
    # P(X >= errors) rises with the rate, P(X <= errors) falls with it.
    low = 0.0 if errors == 0 else _solve(lambda p: 1 - _at_most(errors - 1, total, p), tail, True)
    high = 1.0 if errors == total else _solve(lambda p: _at_most(errors, total, p), tail, False)
    return low, high


def _at_most(errors: int, total: int, rate: float) -> float:
    """P(X <= errors) of a binomial, summed from its largest terms' logarithms."""
    if rate <= 0:
        return 1.0
    if rate >= 1:
        return 1.0 if errors >= total else 0.0
    log_p, log_q = log(rate), log1p(-rate)
    whole = lgamma(total + 1)
    return min(
        1.0,
        sum(
            exp(whole - lgamma(k + 1) - lgamma(total - k + 1) + k * log_p + (total - k) * log_q)
            for k in range(errors + 1)
        ),
    )


def _solve(f: Callable[[float], float], target: float, rising: bool) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if (f(middle) < target) == rising:
            low = middle
        else:
            high = middle
    return (low + high) / 2
