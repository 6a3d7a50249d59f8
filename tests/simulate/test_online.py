from __future__ import annotations

import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st

from spoofcue.errors import InputError
from spoofcue.simulate.online import OnlineSimulator

FACE = skimage.data.astronaut()[60:220, 150:310]


@settings(max_examples=12, deadline=None)
@given(height=st.integers(40, 120), width=st.integers(40, 120), seed=st.integers(0, 99))
def test_a_batch_of_live_crops_gives_attacks_of_the_same_sizes(
    height: int, width: int, seed: int
) -> None:
    crops = [FACE[:height, :width], FACE[20:, 10:]]
    simulator = OnlineSimulator()
    attacks = simulator.attacks(crops, np.random.default_rng(seed))
    assert [a.shape for a in attacks] == [c.shape for c in crops]
    assert all(a.dtype == np.uint8 for a in attacks)
    again = simulator.attacks(crops, np.random.default_rng(seed))
    assert all(np.array_equal(a, b) for a, b in zip(attacks, again, strict=True))


def test_live_crops_meet_the_same_camera_and_keep_the_face() -> None:
    live = OnlineSimulator(devices=("cam-1",)).live(FACE, np.random.default_rng(0))
    assert live.shape == FACE.shape
    same = np.corrcoef(live.mean(axis=2).ravel(), FACE.mean(axis=2).ravel())[0, 1]
    assert same > 0.9


def test_unknown_instruments_are_refused() -> None:
    with pytest.raises(InputError, match="hologram"):
        OnlineSimulator(pais=("hologram",))
