"""Counted rates, their exact intervals, and how many attempts a claim needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, exp, lgamma, log, log1p


@dataclass(frozen=True, slots=True)
class Rate:
    """``errors`` of ``total`` attempts."""

    errors: int
    total: int

    @property
    def value(self) -> float:
        """The fraction, 0..1."""
        return self.errors / self.total


MOST_TERMS = 1_000_000  # of the continued fraction; it takes about the root of the attempts


def clopper_pearson(errors: float, total: float, confidence: float = 0.95) -> tuple[float, float]:
    """The exact two-sided interval of a rate seen as ``errors`` of ``total``.

    Args:
        errors: 0..total.
        total: independent attempts, >= 0; 0 gives (0, 1). Both may be fractions where attempts
            are worth less than independent ones.
        confidence: 0..1.

    Returns:
        (low, high), fractions.

    """
    if total == 0:
        return 0.0, 1.0
    tail = (1 - confidence) / 2
    # P(X >= errors) = I_p(errors, total - errors + 1), I being the incomplete beta function.
    low = 0.0 if errors == 0 else beta_quantile(errors, total - errors + 1, tail)
    high = 1.0 if errors == total else beta_quantile(errors + 1, total - errors, 1 - tail)
    return low, high


def beta_quantile(a: float, b: float, target: float) -> float:
    """The x with I_x(a, b) = target, for a, b > 0."""
    # Newton's steps, halving where one leaves the bracket
    low, high, x = 0.0, 1.0, a / (a + b)
    for _ in range(200):
        miss = _incomplete_beta(a, b, x) - target
        low, high = (x, high) if miss < 0 else (low, x)
        slope = exp(_log_density(a, b, x))
        step = x - miss / slope if slope > 0 else low
        middle = step if low < step < high else (low + high) / 2
        if abs(middle - x) <= 1e-14 * x:
            return middle
        x = middle
    return x


def _log_density(a: float, b: float, x: float) -> float:
    log_beta = lgamma(a) + lgamma(b) - lgamma(a + b)
    return (a - 1) * log(x) + (b - 1) * log1p(-x) - log_beta


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """I_x(a, b), 0..1, for 0 < x < 1."""
    if x > (a + 1) / (a + b + 2):  # the fraction is quick on the other side of the peak only
        return 1 - _incomplete_beta(b, a, 1 - x)
    front = exp(_log_density(a, b, x)) * x * (1 - x) / a
    return front * _continued_fraction(a, b, x)


def _continued_fraction(a: float, b: float, x: float) -> float:
    """Of I_x(a, b) by Lentz's method (Abramowitz & Stegun 26.5.8)."""
    value, c, d = 1.0, 1.0, 0.0
    for term in range(MOST_TERMS):
        m = term // 2
        if term == 0:
            factor = 1.0
        elif term % 2:
            factor = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            factor = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _not_zero(1 + factor * d)
        c = _not_zero(1 + factor / c)
        change = c * d
        value *= change
        if term and abs(change - 1) < 1e-15:
            break
    return value - 1


def _not_zero(value: float) -> float:
    return value if abs(value) > 1e-300 else 1e-300


@dataclass(frozen=True, slots=True)
class Support:
    """Whether the attempts can carry a claim.

    Attributes:
        rate: what is claimed: at most this error, 0..1.
        scarcest: what there are the fewest attempts of: a species, or ``live``.
        attempts: how many of it.
        needed: how many the claim takes.

    """

    rate: float
    scarcest: str
    attempts: int
    needed: int

    @property
    def supported(self) -> bool:
        """Whether there are enough."""
        return self.attempts >= self.needed

    @property
    def reason(self) -> str:
        """Why the claim is not supported; empty if it is."""
        if self.supported:
            return ""
        return (
            f"dev has {self.attempts} {self.scarcest} attempts; a rate of {100 * self.rate:g} % "
            f"needs {self.needed} (rule of three)"
        )


def upper_bound(errors: int, total: int) -> float:
    """The rate that the true one is below with 95 % confidence, one-sided and exact, 0..1."""
    return clopper_pearson(errors, total, 0.90)[1]


def attempts_needed(rate: float, errors: int = 0) -> int:
    """How many attempts with so many errors show at 95 % confidence that the rate is below.

    Args:
        rate: what is claimed, 0..1, not 0.
        errors: among them; without one it is the rule of three, 3 / rate.

    """
    if not errors:
        return ceil(3 / rate - 1e-9)
    low, high = errors, ceil((errors + 1) / rate)
    while upper_bound(errors, high) > rate:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if upper_bound(errors, middle) <= rate else (middle, high)
    return high


def support_of(rate: float, attempts: Mapping[str, int]) -> Support:
    """Count for a claim "at most ``rate``".

    Args:
        rate: what is claimed, 0..1, not 0.
        attempts: name (a species, or the live faces) -> independent attempts at it; the claim is
            made for each, so that the least of them decides.

    """
    name = min(attempts, key=lambda n: attempts[n])
    return Support(rate, name, attempts[name], attempts_needed(rate))
