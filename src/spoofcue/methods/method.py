"""What the rest of the house knows of a method before it builds one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spoofcue.config import RunSettings, Settings
    from spoofcue.methods.classical import Classical
    from spoofcue.methods.learned import Learned


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """The entry of a method: one module holds it as ``METHOD``, with all that the method is.

    A method of another package is registered by an entry point of the group
    ``spoofcue.methods`` that has the method's name and points to its entry
    (docs/reference/methods.md).

    Attributes:
        name: as ``--method`` takes it; the section of its own settings too.
        seen: faces that it learns from: ``live`` or ``live, attack``.
        score: what its score is, in a few words.
        evidence: what its map shows, or ``none``.
        settings: what it has of its own, every field with a default; None: nothing.
        defaults: section -> what it needs there, unless the user says otherwise.

    """

    name: str
    seen: str
    score: str
    evidence: str = "none"
    settings: type[Settings] | None = None
    defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedMethod(Method):
    """A method that is trained by gradient.

    Attributes:
        build: settings of a run -> its network, untrained.

    """

    build: Callable[[RunSettings], Learned]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassicalMethod(Method):
    """A method that is fitted in one go.

    Attributes:
        build: settings of a run -> the method, not fitted.

    """

    build: Callable[[RunSettings], Classical]
