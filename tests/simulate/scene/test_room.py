from __future__ import annotations

import numpy as np

from spoofcue.simulate.lighting import Lamp
from spoofcue.simulate.scene.room import abstract, draw_room, room_radiance

LAMP = Lamp((0.8, 0.8, 0.8), (0.3, 0.3, 0.3), 10, 20, 0.2, 0.0, (1, 1, 1))


def test_a_room_is_its_parameters_and_every_one_is_another() -> None:
    seen = []
    for seed in range(12):
        room = draw_room(np.random.default_rng(seed))
        light = room_radiance(room, LAMP, 64)
        assert light.shape == (64, 64, 3)
        assert light.dtype == np.float32
        assert np.isfinite(light).all()
        assert light.min() > 0
        assert light.max() < 15
        seen.append(light)
    room_radiance.__globals__["_painted"].cache_clear()
    again = room_radiance(draw_room(np.random.default_rng(3)), LAMP, 64)
    assert np.array_equal(again, seen[3])
    gaps = [np.abs(a - b).mean() for i, a in enumerate(seen) for b in seen[:i]]
    assert min(gaps) > 0.01


def test_light_in_the_room_is_the_lamps() -> None:
    room = draw_room(np.random.default_rng(1))
    warm = Lamp((0.8, 0.4, 0.2), (0.3, 0.15, 0.075), 10, 20, 0.2, 0.0, (1, 1, 1))
    ratio = room_radiance(room, warm, 32) / room_radiance(room, LAMP, 32)
    np.testing.assert_allclose(ratio.mean(axis=(0, 1)), [1, 0.5, 0.25], rtol=1e-3)


def test_a_picture_on_the_wall_is_a_reflectance() -> None:
    made = abstract(np.random.default_rng(0), (30, 40))
    assert made.shape == (30, 40, 3)
    assert made.min() > 0
    assert made.max() < 1
