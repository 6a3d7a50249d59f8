from __future__ import annotations

import numpy as np
import pytest
import recordings


def test_runs_cost_live_recordings_and_find_those_that_turn() -> None:
    calm, nervous = np.full(10, 0.1), np.array([0.1] * 7 + [0.6] * 3)
    attack = np.full(10, 0.7)
    rows = {row["run"]: row for row in recordings.table([calm, nervous], [attack] * 2, 0.5)}
    assert [rows[least]["bpcer"] for least in (0, 3, 4)] == pytest.approx([0, 0.5, 0])
    # of the nine places at which the calm one may turn, the mean misses those that leave it low
    assert rows[0]["let in"] > rows[3]["let in"] > rows[1]["let in"] == 0
