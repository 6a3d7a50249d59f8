"""How many recordings the authors of a dataset state."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Published:
    """Recordings of one split; a number that no source gives is None."""

    live: int | None
    attack: int | None
    total: int | None

    @classmethod
    def of(cls, live: int, attack: int) -> Published:
        """Both classes are known."""
        return cls(live, attack, live + attack)
