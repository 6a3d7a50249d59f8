from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spoofcue.simulate.presentation import Portrait
from spoofcue.simulate.scene.medium import (
    beyond_cut,
    beyond_edge,
    box_mm,
    compose,
    draw_screen,
    draw_sheet,
    outer,
)

PHOTO = np.full((400, 400, 3), 90, np.uint8)
PHOTO[150:250, 150:250] = 200
STOLEN = Portrait(PHOTO, (150.0, 150.0, 100.0, 100.0))
KINDS = ("phone", "tablet", "laptop", "monitor", "television")


@pytest.mark.parametrize("kind", [*KINDS, "sheet"])
def test_the_whole_face_is_on_the_medium_and_where_its_box_says(kind: str) -> None:
    for seed in range(25):
        rng = np.random.default_rng(seed)
        medium = draw_sheet(rng) if kind == "sheet" else draw_screen(rng, kind)
        page, px_mm = compose(STOLEN, replace(medium, bars=False))
        left, top, wide, high = page.face
        rows, columns = page.photo.shape[:2]
        assert min(left, top) > 0
        assert left + wide < columns
        assert top + high < rows
        inside = page.photo[
            int(top) + 3 : int(top + high) - 3, int(left) + 3 : int(left + wide) - 3
        ]
        assert (np.abs(inside.astype(int) - 200) < 12).all()
        box = box_mm(page, px_mm)
        assert box[2] - box[0] == pytest.approx(medium.width_mm, rel=0.03)
        assert box[3] - box[1] == pytest.approx(medium.height_mm, rel=0.03)
        face_mm = wide * px_mm
        assert 8 < face_mm < 650
        whole = outer(box, medium)
        assert all(a <= b for a, b in zip(whole[:2], box[:2], strict=True))


def test_a_television_shows_larger_faces_than_a_phone() -> None:
    def mean(kind: str) -> float:
        drawn = (compose(STOLEN, draw_screen(np.random.default_rng(s), kind)) for s in range(20))
        return float(np.mean([page.face[2] * px_mm for page, px_mm in drawn]))

    assert mean("phone") < 60 < mean("tablet") < mean("television")


def test_distance_beyond_a_rounded_edge() -> None:
    x = np.array([0, 52, 0, 57, 50], np.float32)
    y = np.array([0, 0, -103, 104, 100], np.float32)
    away = beyond_edge(x, y, (-50.0, -100.0, 50.0, 100.0), 0.0)
    np.testing.assert_allclose(away, [-50, 2, 3, np.hypot(7, 4), 0], atol=1e-4)
    rounded = beyond_edge(x, y, (-50.0, -100.0, 50.0, 100.0), 10.0)
    assert rounded[4] == pytest.approx(10 * (np.sqrt(2) - 1), abs=1e-4)


def test_a_hand_cut_wanders_about_the_rectangle() -> None:
    medium = replace(
        draw_sheet(np.random.default_rng(1)),
        ragged_mm=2.0, cut_out=False, corner_mm=0.0, slant=(0.0,) * 4,
    )  # fmt: skip
    box = (-70.0, -100.0, 70.0, 100.0)
    y = np.linspace(-90, 90, 200, dtype=np.float32)
    ragged = beyond_cut(np.full_like(y, 70), y, box, medium, 60.0)
    straight = beyond_cut(np.full_like(y, 70), y, box, replace(medium, ragged_mm=0.0), 60.0)
    np.testing.assert_allclose(straight, 0, atol=1e-4)
    assert 0.2 < ragged.std() < 4
