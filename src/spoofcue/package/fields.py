"""Kinds of values that ``spoofcue.json`` holds: numbers in their ranges, and text that is text."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Strict(BaseModel):
    """Frozen; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# No control characters: a card is printed on terminals, where they are commands.
Prose = Annotated[
    str, Field(min_length=1, max_length=5000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")
]
Line = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]
