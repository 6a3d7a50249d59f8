"""How many checks each key may ask for: a bucket of tokens each."""

from __future__ import annotations

import time
from collections.abc import Callable


class TokenBucket:
    """Fills with ``rate`` tokens a second up to ``burst``; a check takes one.

    Args:
        rate: tokens per second, > 0.
        burst: tokens that it holds, >= 1; it begins full.
        clock: seconds.

    >>> bucket = TokenBucket(rate=0.5, burst=1, clock=lambda: 0.0)
    >>> bucket.take(), bucket.take()
    (0.0, 2.0)

    """

    def __init__(
        self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._tokens, self._at = float(burst), clock()

    def take(self) -> float:
        """0: a token was there and is gone; otherwise seconds until there is one."""
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self._rate
