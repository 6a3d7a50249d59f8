from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoofcue.config import OptimiserSettings
from spoofcue.errors import InputError
from spoofcue.methods.settings import load_settings
from spoofcue.training.module import learning_rate_factor
from spoofcue.training.sampling import BalancedBatches


@given(
    live=st.integers(1, 40),
    attack=st.integers(1, 40),
    half=st.integers(1, 8),
    seed=st.integers(0, 99),
)
def test_every_batch_is_half_live_half_attack(live: int, attack: int, half: int, seed: int) -> None:
    label = np.array([0] * live + [1] * attack)
    batches = list(BalancedBatches(label, 2 * half, seed))
    assert len(batches) == max(1, max(live, attack) // half)
    for batch in batches:
        assert [int(label[d.row]) for d in batch] == [0] * half + [1] * half
    positions = [d.position for b in batches for d in b]
    assert len(set(positions)) == len(positions)


def test_the_smaller_class_is_repeated_evenly() -> None:
    label = np.array([0] * 3 + [1] * 12)
    rows = [d.row for b in BalancedBatches(label, 4, 0) for d in b]
    assert sorted(r for r in rows if r >= 3) == list(range(3, 15))
    assert [rows.count(r) for r in range(3)] == [4, 4, 4]


def test_order_depends_on_seed_and_epoch_and_resumes_in_mid_epoch() -> None:
    label = np.array([0, 1] * 20)
    whole = BalancedBatches(label, 4, 7)
    first = list(whole)
    whole.set_epoch(1)
    second = list(whole)
    assert first != second
    again = BalancedBatches(label, 4, 7)
    again.resume(len(first) + 3)
    again.set_epoch(1)
    assert list(again) == second[3:]
    again.set_epoch(2)
    whole.set_epoch(2)
    assert list(again) == list(whole)


@given(
    live=st.integers(1, 40),
    attack=st.integers(1, 40),
    share=st.integers(1, 4),
    world=st.integers(1, 4),
)
def test_processes_share_each_batch_of_one_process(
    live: int, attack: int, share: int, world: int
) -> None:
    label, size = np.array([0] * live + [1] * attack), 2 * share * world
    whole = list(BalancedBatches(label, size, 1))
    parts = [list(BalancedBatches(label, size, 1, rank=r, world=world)) for r in range(world)]
    for batch, own in zip(whole, zip(*parts, strict=True), strict=True):
        assert sorted(draw for part in own for draw in part) == sorted(batch)
        for part in own:
            assert [int(label[d.row]) for d in part] == [0] * share + [1] * share


def test_a_batch_that_cannot_be_shared_evenly_is_refused() -> None:
    with pytest.raises(InputError, match="multiple of 6"):
        BalancedBatches(np.array([0, 1] * 8), 4, 0, world=3)


def test_a_missing_class_is_refused() -> None:
    with pytest.raises(InputError, match="0 live and 3 attack"):
        BalancedBatches(np.ones(3, int), 2, 0)


def test_paper_schedule() -> None:
    factor = learning_rate_factor(load_settings("paper").optimiser, steps_per_epoch=100)
    assert factor(0) == pytest.approx(1 / 100)
    assert factor(99) == factor(599) == 1.0
    assert factor(600) == pytest.approx(0.95)
    assert factor(1799) == pytest.approx(0.95**2)


def test_official_schedule() -> None:
    factor = learning_rate_factor(load_settings("official-code").optimiser, steps_per_epoch=500)
    assert factor(499) == pytest.approx(0.5)
    assert factor(5 * 500 - 1) == 1.0
    assert factor(5 * 500) == pytest.approx(0.3)
    assert factor(12 * 500) == pytest.approx(0.3**3)


def test_no_warmup() -> None:
    assert learning_rate_factor(OptimiserSettings(warmup_epochs=0), 10)(0) == 1.0
