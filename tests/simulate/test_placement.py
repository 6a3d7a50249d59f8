from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoofcue.simulate.camera import OVERSAMPLING
from spoofcue.simulate.placement import (
    Tilt,
    View,
    draw_tilt,
    draw_view,
    grid_step,
    photo_from_fine,
    photo_maps,
    tremble,
)

FACE = (150.0, 120.0, 200.0, 200.0)


def fine(x: float) -> float:
    return OVERSAMPLING * x + (OVERSAMPLING - 1) / 2


def test_the_face_lies_where_the_view_says() -> None:
    view = View(224, 160.0, (0.5, 0.52), 0.0)
    matrix = photo_from_fine(view, Tilt(), FACE, OVERSAMPLING)
    for sensor, photo in (
        ((112, 0.52 * 224), (250, 220)),
        ((112 - 80, 0.52 * 224 - 80), (150, 120)),
        ((112 + 80, 0.52 * 224), (350, 220)),
    ):
        u, v, w = matrix @ [fine(sensor[0]), fine(sensor[1]), 1]
        assert (u / w, v / w) == pytest.approx(photo, abs=1e-6)


def test_a_turned_medium_is_narrower_and_keeps_straight_lines() -> None:
    view = View(224, 160.0, (0.5, 0.5), 0.0)
    flat, turned = (
        photo_maps(photo_from_fine(view, tilt, FACE, 3), 672, tilt, FACE)
        for tilt in (Tilt(), Tilt(yaw_deg=20.0))
    )
    across = [grid_step(*maps)[0, 0] for maps in (flat, turned)]
    assert across[1] / across[0] == pytest.approx(1 / np.cos(np.deg2rad(20)), rel=0.01)
    u, v = turned
    # the photo's vertical midline stays a straight column
    column = [np.argmin(np.abs(u[y] - 250)) for y in (50, 300, 600)]
    assert max(column) - min(column) <= 1
    assert np.isfinite(v).all()


def test_a_curled_sheet_hides_its_sides() -> None:
    view = View(224, 160.0, (0.5, 0.5), 0.0)
    matrix = photo_from_fine(view, Tilt(), FACE, 3)
    flat, _ = photo_maps(matrix, 672, Tilt(), FACE)
    curled, _ = photo_maps(matrix, 672, Tilt(curl=0.3), FACE)
    assert curled[0, 0] < flat[0, 0]
    assert curled[0, -1] > flat[0, -1]
    assert curled[0, 336] == pytest.approx(flat[0, 336], abs=0.01)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_what_is_drawn_stays_in_its_range(seed: int) -> None:
    rng = np.random.default_rng(seed)
    view = draw_view(rng, (100, 150), 1.4)
    assert 100 <= view.face_px <= 150
    assert view.side_px % 2 == 0
    tilt = draw_tilt(rng, sheet=False)
    assert tilt.curl == 0
    assert abs(tilt.yaw_deg) <= 22
    assert abs(tilt.pitch_deg) <= 20
    moved = tremble(view, rng)
    assert moved.side_px == view.side_px
    assert abs(moved.centre[0] - view.centre[0]) * view.side_px < 6
