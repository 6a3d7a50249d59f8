"""An entry of the catalogue: named fields with range and unit, and what is wrong with one.

Kinds of instruments, cameras and sessions are such entries. A field's range is checked wherever
an entry is made: from YAML, in Python, or drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidationError,
    ValidatorFunctionWrapHandler,
)
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from spoofcue.simulate.raster import Generator


@dataclass(frozen=True, slots=True)
class Within:
    """Range and unit of a number: ``Annotated[float, Within(1.5, 3, "exponent")]``."""

    low: float
    high: float
    unit: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Pydantic's hook: the number's own check, then the range."""
        return core_schema.no_info_wrap_validator_function(self._check, handler(source))

    def _check(self, value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        number = handler(value)
        # pydantic reads true as 1; not a number fails both comparisons
        if isinstance(value, bool) or not self.low <= number <= self.high:
            raise PydanticCustomError("within", "out of range")
        return number


def _rising(span: tuple[float, float]) -> tuple[float, float]:
    if span[0] > span[1]:
        raise ValueError(f"the least, {span[0]:g}, is more than the largest, {span[1]:g}")
    return span


Share = Annotated[float, Within(0, 1, "(share)")]
Millimetres = Annotated[float, Within(10, 500, "mm")]
# least and largest width of the face's box on a medium
FaceSpan = Annotated[tuple[Millimetres, Millimetres], AfterValidator(_rising)]
Rising = AfterValidator(_rising)


class Entry(BaseModel):
    """Something that the catalogue names; frozen, and equal to another of the same values.

    Attributes:
        name: letters, digits, ``.``, ``+`` and ``-``: it becomes part of file names.

    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.+-]*$", max_length=64)]


def faults(kind: type[Entry], fields: Mapping[str, Any], error: ValidationError) -> list[str]:
    """What is wrong with an entry, ``field gamma: ...``, with the field's range and unit.

    Args:
        kind: of the entry.
        fields: as they were given.
        error: pydantic's findings.

    """
    own = {name: info for name, info in kind.model_fields.items() if name != "name"}
    faults: dict[str, str] = {}
    for finding in error.errors():
        name = str(finding["loc"][0])
        if name == "name":
            text = "its name may hold letters, digits, '.', '+' and '-', up to 64"
        elif finding["type"] == "extra_forbidden":
            text = f"field {name}: there is none; its fields are {', '.join(own)}"
        elif name not in fields:
            text = f"field {name}: missing; it must be {expected(own[name])}"
        elif finding["type"] == "value_error":
            text = f"field {name}: {finding['ctx']['error']}"
        else:
            text = f"field {name}: it must be {expected(own[name])}, not {fields[name]!r}"
        faults.setdefault(name, text)
    return list(faults.values())


def expected(field: FieldInfo) -> str:
    """What a field takes, in words: ``a number of 1.5 to 3 (exponent)``."""
    return _expected(field.annotation, field.metadata)


def _expected(annotation: Any, metadata: list[Any]) -> str:
    if get_origin(annotation) is Annotated:
        annotation, *metadata = get_args(annotation)
    if get_origin(annotation) is Literal:
        return f"one of {', '.join(get_args(annotation))}"
    if get_origin(annotation) is tuple:
        parts = get_args(annotation)
        return f"a list of {len(parts)}, each {_expected(parts[0], [])}"
    if issubclass(annotation, Entry):
        return f"the name of a {annotation.__name__.lower()}"
    limits = next(item for item in metadata if isinstance(item, Within))
    number = "a whole number" if annotation is int else "a number"
    return f"{number} of {limits.low:g} to {limits.high:g} {limits.unit}"


def between(rng: Generator, low: float, high: float) -> float:
    """Uniform between two values."""
    return float(rng.uniform(low, high))


def log_between(rng: Generator, low: float, high: float) -> float:
    """Uniform in the logarithm: each doubling is as likely."""
    return float(low * (high / low) ** rng.uniform())
