"""Where the patches of a training lie: anywhere in the face, and elsewhere in every epoch."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
import torch
from PIL import Image

from helpers.scripted_training import RANGE, WIDE, coded_face, corners, prepared, settings, trained
from spoofcue.training.dataset import FaceCrops
from spoofcue.training.sampling import BalancedBatches, Draw

ALL = {(top, left) for top in range(RANGE[0]) for left in range(RANGE[1])}


@pytest.fixture
def crops(tmp_path: Path) -> FaceCrops:
    """One live face and one attack."""
    for name in ("live.png", "attack.png"):
        Image.fromarray(coded_face()).save(tmp_path / name)
    rows = pl.DataFrame(
        {"crop": ["live.png", "attack.png"], "label": [0, 1], "pai": [None, "print-a"]}
    )
    return FaceCrops(rows, tmp_path, settings(1))


def at(crops: FaceCrops, draws: list[Draw]) -> list[tuple[int, int]]:
    return corners(torch.stack([crops[draw].image for draw in draws]))


def test_patches_of_a_face_are_spread_over_all_of_it(crops: FaceCrops) -> None:
    """17 x 13 corners, 2210 draws: each about ten times; chi-square of 220 degrees of freedom."""
    found = Counter(at(crops, [Draw(0, 0, position) for position in range(10 * len(ALL))]))
    assert set(found) == ALL
    # 220 +- 21 if uniform
    assert 150 < sum((found[place] - 10) ** 2 / 10 for place in ALL) < 300


def test_a_draw_lies_elsewhere_in_another_epoch(crops: FaceCrops) -> None:
    """Same row, same place in the epoch: the epoch alone must move the patch."""
    for row, position in ((0, 0), (1, 1), (1, 7)):
        found = at(crops, [Draw(row, epoch, position) for epoch in range(60)])
        assert len(set(found)) > 40
        assert at(crops, [Draw(row, 3, position)]) == [found[3]]


def test_batches_ask_for_other_patches_in_each_epoch(crops: FaceCrops) -> None:
    """A set of one face a class: every epoch is one batch of the same two faces."""
    batches = BalancedBatches(crops.label, 2, seed=0)
    live, attack = [], []
    for epoch in range(60):
        batches.set_epoch(epoch)
        (batch,) = batches
        assert [draw.row for draw in batch] == [0, 1]
        of_live, of_attack = at(crops, batch)
        live.append(of_live)
        attack.append(of_attack)
    assert len(set(live)) > 40
    assert len(set(attack)) > 40


def test_a_training_sees_other_patches_in_each_epoch(tmp_path: Path) -> None:
    """As above through the whole harness, which must tell the batches the epoch."""
    data = prepared(tmp_path / "data")
    network, _ = trained(data, tmp_path / "run", [WIDE] * 5)
    assert len(network.batches) == 10
    epochs = [network.batches[i] + network.batches[i + 1] for i in range(0, 10, 2)]
    pairs = [p for one, two in pairwise(epochs) for p in zip(one, two, strict=True)]
    assert len(pairs) == 32
    assert sum(a == b for a, b in pairs) <= 2  # one in 221 by chance
    assert len({corner for epoch in epochs for corner in epoch}) > 30  # of 40
