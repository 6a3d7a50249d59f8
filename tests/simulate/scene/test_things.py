from __future__ import annotations

import numpy as np

from spoofcue.simulate.lighting import Lamp
from spoofcue.simulate.scene.things import (
    LIFE_MM,
    draw_thing,
    paint_thing,
    paste,
    thing_to_grid,
)

LAMP = Lamp((0.8, 0.8, 0.8), (0.3, 0.3, 0.3), 10, 20, 0.2, 0.0, (1, 1, 1))


def test_what_is_pasted_covers_the_place_that_the_homography_says() -> None:
    scene = np.zeros((100, 100, 3), np.float32)
    # grid coordinates count samples: the edge lies half a sample before the first of them
    to_grid = np.array([[1, 0, 29.5], [0, 1, 19.5], [0, 0, 1.0]])
    paste(scene, np.ones((40, 20, 3), np.float32), to_grid, 0)
    assert scene[..., 0].sum() == np.float32(40 * 20)
    assert (scene[20:60, 30:50] == 1).all()


def test_things_stand_beside_a_face_at_life_size() -> None:
    for seed in range(40):
        thing = draw_thing(np.random.default_rng(seed))
        to_grid = thing_to_grid(thing, (100.0, 100.0), 40.0)
        left, top, right, bottom = thing.box
        corners = np.array([[left, top, 1], [right, top, 1], [left, bottom, 1], [right, bottom, 1]])
        x, y, _ = (to_grid @ corners.T).tolist()
        across = np.hypot(x[1] - x[0], y[1] - y[0])
        np.testing.assert_allclose(across, thing.width_mm * 40 / LIFE_MM * thing.nearer, rtol=1e-6)
        hides_eyes = min(x) < 100 < max(x) and min(y) < 95 < max(y)
        assert not hides_eyes


def test_a_thing_changes_the_scene_where_it_is_and_nowhere_else() -> None:
    thing = draw_thing(np.random.default_rng(5))
    scene = np.full((200, 200, 3), 5.0, np.float32)
    to_grid = thing_to_grid(thing, (100.0, 60.0), 30.0)
    paint_thing(scene, thing, to_grid, LAMP)
    x, y = (int(v) for v in to_grid[:2, 2])
    assert scene[y, x].max() < 4.9
    assert (scene[:, :2] == 5).all()
