"""What the rest of the house knows of a method before it builds one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoofcue.config import RunSettings

if TYPE_CHECKING:
    from spoofcue.methods.classical import Classical
    from spoofcue.methods.learned import Learned


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """The entry of a method; one module holds it as ``METHOD``, with all that the method is.

    Attributes:
        name: as ``--method`` takes it.

    """

    name: str


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
