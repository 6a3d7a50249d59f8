"""Whether what a caller gave as a limit is one: every face passes a limit that is no number."""

from __future__ import annotations

from typing import TypeGuard


def is_within(value: object, low: float, high: float) -> TypeGuard[float]:
    """Whether a value is a number of ``low`` to ``high``; a truth value and NaN are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
