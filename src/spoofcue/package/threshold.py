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

    value: Finite = Field(ge=0, le=1, description="a score above it is an attack")
    rule: str = Field(
        description="how it was chosen, as a rule is printed: eer, apcer<=0.05, fixed"
    )
    source: str = Field(description="in words, as in reports")
    data: str | None = Field(None, description="name of the prepared folder or score file")
    protocol: str | None = Field(None, description="that the attempts belong to")
    target: float | None = Field(None, ge=0, le=1, description="the rate that is promised")
    live: Count | None = Field(None, description="live attempts that it was chosen on")
    attack: Count | None = Field(None, description="attacks that it was chosen on")
    people: Count | None = Field(None, description="whose attempts these were")
    supported: bool | None = Field(
        None, description="whether they were enough to promise the target; null: none is promised"
    )

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
