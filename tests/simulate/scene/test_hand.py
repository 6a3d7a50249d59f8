from __future__ import annotations

import numpy as np
import pytest

from spoofcue.simulate.lighting import Lamp
from spoofcue.simulate.scene.hand import (
    SKINS,
    Hand,
    Limb,
    draw_grip,
    draw_pinch,
    draw_raised,
    draw_skin,
    paint_hand,
)

FRONTAL = Lamp((0.8, 0.8, 0.8), (0.2, 0.2, 0.2), 0.0, 0.0, 0.2, 0.0, (1, 1, 1))
BOX = (-35.0, -75.0, 35.0, 75.0)
TO_GRID = np.array([[0.5, 0, 100], [0, 0.5, 100], [0, 0, 1.0]])


@pytest.mark.parametrize("side", [1, -1])
def test_a_grip_has_fingers_over_one_edge_and_the_arm_leaves_downward(side: int) -> None:
    for seed in range(20):
        hand = draw_grip(np.random.default_rng(seed), BOX, SKINS[2], side)
        fingers = [limb for limb in hand.limbs if limb.front][:4]
        near = BOX[0] if side > 0 else BOX[2]
        for finger in fingers:
            root, tip = finger.points[0], finger.points[-1]
            assert (tip[0] - near) * side < 16  # fingertips, no more
            assert BOX[1] - 40 < tip[1] < BOX[3] + 60
            assert abs(root[0]) < 36  # from behind the device
        arm = hand.limbs[0]
        assert not arm.front
        assert arm.points[0][1] > 200


def test_a_pinching_thumb_lies_on_the_sheet_and_the_fingers_behind() -> None:
    for seed in range(20):
        hand = draw_pinch(np.random.default_rng(seed), (35.0, 20.0), (-1.0, 0.0), SKINS[0])
        thumb = [limb for limb in hand.limbs if limb.front]
        assert len(thumb) == 1
        assert -5 < thumb[0].points[-1][0] < 35
        behind = [limb.points[-1][0] for limb in hand.limbs if not limb.front]
        assert max(behind) > 20


def test_a_finger_is_where_it_was_put_round_and_of_its_skin() -> None:
    skin = (0.5, 0.3, 0.2)
    hand = Hand((Limb(((-60.0, 0.0), (60.0, 0.0)), (10.0, 10.0), front=True),), skin, 3)
    scene = np.full((200, 200, 3), 0.9, np.float32)
    paint_hand(scene, hand, TO_GRID, FRONTAL, front=False)
    assert (scene == np.float32(0.9)).all()
    paint_hand(scene, hand, TO_GRID, FRONTAL, front=True)
    # 20 mm at half a sample a mm: rows 95 to 105
    assert np.abs(scene[100, 100] - np.array(skin)).max() < 0.1
    assert (scene[100, 100] > scene[96, 100]).all()  # light from the front: darker to the sides
    assert scene[112, 100].min() > 0.85
    assert scene[100, 40].min() > 0.85


def test_a_veil_lays_the_same_hand_over_anything() -> None:
    hand = draw_raised(np.random.default_rng(2), (0.0, 0.0), (0.4, 0.25, 0.16))
    scene = np.random.default_rng(0).uniform(0, 1, (200, 200, 3)).astype(np.float32)
    veil = np.zeros((200, 200, 4), np.float32)
    veil[..., 3] = 1
    laid = scene.copy()
    paint_hand(veil, hand, TO_GRID, FRONTAL, front=True)
    paint_hand(laid, hand, TO_GRID, FRONTAL, front=True)
    np.testing.assert_allclose(laid, scene * veil[..., 3:] + veil[..., :3], atol=1e-5)
    assert (veil[..., 3] < 0.1).mean() > 0.01


def test_skins_are_between_the_lightest_and_the_darkest() -> None:
    drawn = np.array([draw_skin(np.random.default_rng(s)) for s in range(200)])
    assert drawn.max() < 0.8
    assert drawn.min() > 0.02
    assert drawn[:, 0].min() < 0.15
    assert drawn[:, 0].max() > 0.55
    assert (drawn[:, 0] > drawn[:, 2]).mean() > 0.97
