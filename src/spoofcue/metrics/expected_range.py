"""How sure a threshold for an expected BPCER is, by how many live faces it was set on."""

from __future__ import annotations

from math import erfc, sqrt

import numpy as np

from spoofcue.errors import InputError
from spoofcue.metrics.thresholds import student_quantile

DRAWS = 20_000


def expected_bpcer_range(live: int, rate: float, confidence: float = 0.95) -> tuple[float, float]:
    """Between which the true BPCER of such a threshold lies, were log-odds of live faces normal.

    With n faces their mean and deviation are off by what chance allows, and the threshold with
    them; :func:`spoofcue.metrics.thresholds.expected_bpcer_threshold` says where it is put. The
    range depends on n and the rate alone. Faces of one person are alike, so that with few people
    it is wider in truth.

    Args:
        live: independent live faces that it was set on, 3 or more.
        rate: that is expected, above 0, below 1.
        confidence: 0..1.

    Returns:
        (low, high), fractions, by 20,000 draws of a fixed seed.

    Raises:
        InputError: an argument is out of range.

    >>> low, high = expected_bpcer_range(30, 0.08)
    >>> round(low, 2), round(high, 2)
    (0.02, 0.18)

    """
    if live < 3 or not 0 < rate < 1 or not 0 < confidence < 1:
        raise InputError(
            f"the range of an expected BPCER of {rate} on {live} live faces: give three faces or "
            "more, and a rate within 0 to 1."
        )
    rng = np.random.default_rng(0)
    mean = rng.standard_normal(DRAWS) / sqrt(live)
    deviation = np.sqrt(rng.chisquare(live - 1, DRAWS) / (live - 1))
    limit = mean + sqrt(1 + 1 / live) * student_quantile(1 - rate, live - 1) * deviation
    tail = (1 - confidence) / 2
    # the BPCER falls as the limit rises: the quantiles of one are those of the other
    high, low = (0.5 * erfc(q / sqrt(2)) for q in np.quantile(limit, [tail, 1 - tail]))
    return float(low), float(high)
