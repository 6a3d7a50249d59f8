"""What is asked of a process that judges, and what it answers: plain data, which can be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from spoofcue.serving.problems import Problem


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do; nothing is remembered between two of them, and any process may get it.

    Attributes:
        name: of :data:`spoofcue.serving.bench.JOBS`.
        files: bytes as they came.
        options: JSON data.

    """

    name: str
    files: tuple[bytes, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(map(len, self.files))


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a task.

    Attributes:
        facts: JSON data.
        files: bytes, as a picture of the evidence.

    """

    facts: dict[str, Any]
    files: tuple[bytes, ...] = ()


Outcome = Done | Problem
