from __future__ import annotations

import numpy as np
import pytest

from spoofcue.simulate.scene.interface import paint_interface


@pytest.mark.parametrize("kind", ["phone", "monitor"])
def test_bars_are_at_the_ends_and_leave_the_middle_alone(kind: str) -> None:
    changed = []
    for seed in range(20):
        page = np.full((900, 420, 3), 7, np.uint8)
        paint_interface(page, 6.0, (300, 250), kind, (7, 7, 7), seed)
        assert (page[300:650] == 7).all()
        changed.append((page != 7).mean())
        again = np.full((900, 420, 3), 7, np.uint8)
        paint_interface(again, 6.0, (300, 250), kind, (7, 7, 7), seed)
        assert np.array_equal(page, again)
    assert min(changed) > 0.001
    assert max(changed) < 0.4
