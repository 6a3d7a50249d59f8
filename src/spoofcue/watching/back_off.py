"""How long to wait before a source is tried again."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

FIRST = 0.5
LONGEST = 30.0
# s after which a connection was one: before, its end counts as one more failure
LASTING = 5.0


@dataclass(slots=True)
class BackOff:
    """Twice as long after each failure, up to 30 s, less a part by chance of up to a half.

    The part keeps many watchers of one server from coming back all at once.

    Attributes:
        tries: failures in a row, after which it is given up; 0: the first one ends it.
        first: the first wait, s.

    """

    tries: int = 10
    first: float = FIRST
    chance: random.Random = field(default_factory=random.Random)
    failed: int = 0

    def lasted(self, seconds: float) -> None:
        """A connection gave frames for so long."""
        if seconds >= LASTING:
            self.failed = 0

    def wait(self) -> float | None:
        """Seconds to the next try, after one more failure; None: there is none."""
        if self.failed >= self.tries:
            return None
        whole = min(LONGEST, self.first * 2**self.failed)
        self.failed += 1
        return whole * self.chance.uniform(0.5, 1)
