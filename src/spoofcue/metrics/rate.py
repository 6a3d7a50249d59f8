"""A counted fraction."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """``errors`` of ``total`` attempts."""

    errors: int
    total: int

    @property
    def value(self) -> float:
        """The fraction, 0..1."""
        return self.errors / self.total
