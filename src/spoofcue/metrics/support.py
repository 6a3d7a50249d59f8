"""Whether there were attempts enough for a claim (the rule of three)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil


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


def attempts_needed(rate: float) -> int:
    """3 / rate: without an error in that many attempts the rate is below, at 95 % confidence."""
    return ceil(3 / rate - 1e-9)


def support_of(rate: float, attempts: Mapping[str, int]) -> Support:
    """Count for a claim "at most ``rate``".

    Args:
        rate: what is claimed, 0..1, not 0.
        attempts: name (a species, or the live faces) -> independent attempts at it; the claim is
            made for each, so that the least of them decides.

    """
    name = min(attempts, key=lambda n: attempts[n])
    return Support(rate, name, attempts[name], attempts_needed(rate))
