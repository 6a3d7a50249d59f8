from __future__ import annotations

import numpy as np
import pytest

from spoofcue.simulate.catalogue import built_in
from spoofcue.simulate.instruments.mask import EYES, cover
from spoofcue.simulate.placement import Tilt, View
from spoofcue.simulate.presentation import Portrait, draw_circumstances
from spoofcue.simulate.recapture import attack_radiance, live_radiance

SIZE = 400


def covered(cut: str, seed: int = 0) -> np.ndarray:
    """The mask over a square that reaches a quarter of the face's box beyond it."""
    t = np.linspace(-0.25, 1.25, SIZE, dtype=np.float32)
    x, y = np.broadcast_arrays(t[None, :], t[:, None])
    return cover(x, y, cut, np.random.default_rng(seed))


def at(mask: np.ndarray, x: float, y: float) -> float:
    return float(mask[round((y + 0.25) / 1.5 * (SIZE - 1)), round((x + 0.25) / 1.5 * (SIZE - 1))])


@pytest.mark.parametrize("seed", range(5))
def test_each_cut_covers_its_part_of_the_face(seed: int) -> None:
    nose, chin, forehead = (0.5, 0.55), (0.5, 0.9), (0.5, 0.05)
    eyes, lower, face = (covered(cut, seed) for cut in ("eyes", "lower", "face"))
    assert [at(eyes, *p) for p in (EYES[0], EYES[1], chin, forehead)] == [1, 1, 0, 0]
    assert [at(lower, *p) for p in (EYES[0], EYES[1], chin, nose)] == [0, 0, 1, 1]
    # the wearer's own eyes look through the holes
    assert [at(face, *p) for p in (EYES[0], EYES[1], chin, nose, forehead)] == [0, 0, 1, 1, 1]
    for mask in (eyes, lower, face):
        assert 0 <= mask.min() <= mask.max() <= 1
        assert mask[0].max() == mask[:, 0].max() == 0  # nothing beyond the head


def test_outside_the_mask_the_wearer_is_seen_and_no_border_of_paper() -> None:
    rng = np.random.default_rng(1)
    victim = Portrait(rng.integers(90, 160, (200, 200, 3), np.uint8), (50.0, 50.0, 100.0, 100.0))
    wearer = Portrait(np.full((200, 200, 3), (30, 90, 200), np.uint8), victim.face)
    known = built_in()
    mask = known.instruments["mask-b"]
    now = draw_circumstances(View(96, 40.0, (0.5, 0.5), 0.0), known.sessions["session-1"], rng)
    how = mask.present(rng, framed=1.0)
    assert not how.around.seen
    seen, white = attack_radiance(victim, mask, now, how, wearer)
    alone, _ = live_radiance(wearer, now)
    assert white == now.lamp.illuminant
    assert seen[:20] == pytest.approx(alone[:20], rel=0.02)
    middle = slice(140, 148)
    assert np.abs(seen[middle, middle] - alone[middle, middle]).mean() > 0.02


def test_a_mask_bends_with_the_head_and_not_with_the_hand() -> None:
    mask = built_in().instruments["mask-a"]
    assert mask.held(Tilt(3.0, 2.0, 2.5, 0.9)) == Tilt(3.0, 2.0, 2.5, 0.35 * 0.7)
