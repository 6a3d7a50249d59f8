from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import nct, norm, t

from spoofcue.errors import InputError
from spoofcue.metrics.expected_range import expected_bpcer_range


def exact(live: int, rate: float, part: float) -> float:
    """The BPCER that ``part`` of all such thresholds stay below, by the noncentral t."""
    factor = np.sqrt(live + 1) * t.ppf(1 - rate, live - 1)

    def above(bpcer: float) -> float:
        there = np.sqrt(live) * norm.ppf(1 - bpcer)
        return float(nct.sf(-factor, live - 1, -there)) - part

    return float(brentq(above, 1e-9, 1 - 1e-9))


@pytest.mark.parametrize(("live", "rate"), [(5, 0.08), (30, 0.08), (30, 0.2), (300, 0.05)])
def test_it_is_the_range_by_the_noncentral_t(live: int, rate: float) -> None:
    low, high = expected_bpcer_range(live, rate)
    assert low == pytest.approx(exact(live, rate, 0.025), abs=0.01)
    assert high == pytest.approx(exact(live, rate, 0.975), abs=0.01)


def test_more_faces_are_surer() -> None:
    spans = [high - low for low, high in (expected_bpcer_range(n, 0.08) for n in (5, 10, 30, 100))]
    assert spans == sorted(spans, reverse=True)
    assert expected_bpcer_range(30, 0.08) == expected_bpcer_range(30, 0.08)


@pytest.mark.parametrize(("live", "rate"), [(2, 0.08), (30, 0.0), (30, 1.0)])
def test_what_has_no_range_is_refused(live: int, rate: float) -> None:
    with pytest.raises(InputError):
        expected_bpcer_range(live, rate)
