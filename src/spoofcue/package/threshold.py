"""A package's threshold, where it comes from, and its named operating points."""

from __future__ import annotations

from pydantic import Field

from spoofcue.metrics.thresholds import Threshold
from spoofcue.package.fields import Count, Finite, Fraction, Line, Prose, Strict


class ThresholdFacts(Strict):
    """A score above ``value`` is an attack; the rest says where the value comes from.

    None is "not known". ``supported`` tells whether there were attempts enough to promise the
    target (rule of three); None where no rate is promised.
    """

    value: Finite = Field(ge=0, le=1)
    rule: str
    source: str = Field(description="in words, as in reports")
    data: str | None = Field(None, description="name of the prepared folder or score file")
    protocol: str | None = None
    target: float | None = Field(None, ge=0, le=1, description="the rate that is promised")
    live: Count | None = None
    attack: Count | None = None
    people: Count | None = None
    supported: bool | None = None

    @property
    def as_threshold(self) -> Threshold:
        """Value, rule and source alone."""
        return Threshold(self.value, self.rule, self.source)


class OperatingPoint(Strict):
    """A threshold with a name, and what it was seen to do on cameras that it was not chosen on.

    Attributes:
        threshold: a score above it is an attack.
        bpcer: live faces that are refused, mean over the sets that were left out.
        bpcer_worst: of the worst of these sets.
        apcer: attacks that pass, mean over these sets.
        apcer_worst: of the worst of these sets.
        basis: what the rates are of, in words.

    """

    threshold: Finite = Field(ge=0, le=1)
    bpcer: Fraction
    bpcer_worst: Fraction
    apcer: Fraction
    apcer_worst: Fraction
    basis: Prose
    rule: Line
