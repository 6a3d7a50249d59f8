from __future__ import annotations

import pytest
import torch

from spoofcue.methods.built_in.aux_depth import (
    FACE_SHARE,
    contrastive_depth_loss,
    live_depth,
    target_depth,
)


def test_a_live_head_is_nearest_at_the_nose_and_flat_outside() -> None:
    depth = live_depth(32, 32)
    row, column = divmod(int(depth.argmax()), 32)
    assert 15 <= row <= 18
    assert 15 <= column <= 16
    assert 0.95 < float(depth.max()) <= 1
    assert float(depth.min()) == 0
    border = torch.cat([depth[0], depth[-1], depth[:, 0], depth[:, -1]])
    assert not border.any()
    assert torch.equal(depth, depth.flip(1))


def test_the_head_stays_within_the_face_box() -> None:
    """Padding shrinks it with the crop."""
    for filled in (1.0, 112 / 128):
        columns = live_depth(64, 64, filled).any(dim=0).sum()
        assert float(columns) <= 64 * FACE_SHARE * filled


def test_an_attack_is_a_zero_plane() -> None:
    live = live_depth(8, 8)
    wanted = target_depth(torch.tensor([1, 0]), live)
    assert wanted.shape == (2, 1, 8, 8)
    assert not wanted[0].any()
    assert torch.equal(wanted[1, 0], live)


def test_contrast_counts_steps_and_no_offset() -> None:
    """One cell that is 1 too near: its own eight steps and one of each neighbour, of 8 x 9."""
    wanted = torch.zeros(1, 1, 5, 5)
    assert float(contrastive_depth_loss(wanted + 0.5, wanted)) == 0
    off = wanted.clone()
    off[0, 0, 2, 2] = 1
    assert float(contrastive_depth_loss(off, wanted)) == pytest.approx(16 / 72)
