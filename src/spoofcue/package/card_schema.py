"""What a package may say of itself in words and figures: the section ``card``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from spoofcue.package.strict import Count, Fraction, Strict

# No control characters: a card is printed on terminals, where they are commands.
Prose = Annotated[
    str, Field(min_length=1, max_length=5000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")
]
Line = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Measured(Strict):
    """A rate, 0..1, with its 95 % interval where one is known."""

    value: Fraction
    low: Fraction | None = None
    high: Fraction | None = None

    @model_validator(mode="after")
    def _an_interval_has_two_ends(self) -> Measured:
        if (self.low is None) != (self.high is None):
            raise ValueError("give both low and high, or neither")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low {self.low} is above high {self.high}")
        return self


class EvaluationEntry(Strict):
    """Figures on one set that the threshold was not chosen on; all rates are fractions.

    Rates by species and ``bpcer``, ``acer`` are at ``threshold``; ``auc`` and ``eer`` use none.
    """

    set: Line = Field(description="name of the set")
    protocol: Line | None = None
    level: Literal["frame", "video"] | None = None
    threshold: Fraction | None = Field(None, description="None: the package's own")
    threshold_rule: Line | None = None
    n_live: Count | None = None
    n_attack: Count | None = None
    subjects: Count | None = None
    auc: Measured | None = None
    eer: Measured | None = None
    apcer: dict[Line, Measured] = Field({}, max_length=200, description="by PAI species")
    bpcer: Measured | None = None
    acer: Measured | None = None
    note: Prose | None = None


class CardSection(Strict):
    """What only the maker of a model knows; all of it is optional."""

    intended_use: Prose | None = None
    not_for: Prose | None = None
    training_data: Prose | None = None
    evaluation: list[EvaluationEntry] = Field([], max_length=50)
    limitations: Prose | None = None
    fairness: Prose | None = None
    licence: Line | None = Field(None, description="SPDX identifier or a name; of the weights")
    source: list[Line] = Field([], max_length=50, description="command lines that made the model")
