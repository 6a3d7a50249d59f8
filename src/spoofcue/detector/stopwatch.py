"""Where the time of one decision went."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from spoofcue.detector.result import Timings

Part = Literal["decode", "detect", "crop", "network"]


class Stopwatch:
    """Runs from when it is made; adds up the parts that it is told of."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._parts: dict[str, float] = {}

    @contextmanager
    def of(self, part: Part) -> Iterator[None]:
        """Count the block to ``part``, also if it fails."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.add(part, time.perf_counter() - start)

    def add(self, part: Part, seconds: float) -> None:
        """Count ``seconds`` to ``part``."""
        self._parts[part] = self._parts.get(part, 0.0) + seconds

    def timings(self) -> Timings:
        """Until now, in milliseconds to a microsecond."""
        parts = {name: round(1000 * s, 3) for name, s in self._parts.items()}
        return Timings(**parts, total=round(1000 * (time.perf_counter() - self._start), 3))
