from __future__ import annotations

import numpy as np
import pytest

from spoofcue.simulate.catalogue import built_in
from spoofcue.simulate.presentation import Portrait
from spoofcue.simulate.scene.staging import (
    Scene,
    draw_attack_scene,
    draw_live_scene,
    draw_place,
    skin_of,
)

PHOTO = np.full((400, 400, 3), 90, np.uint8)
PHOTO[150:250, 150:250] = (200, 150, 120)
PERSON = Portrait(PHOTO, (150.0, 150.0, 100.0, 100.0))
PLACE = draw_place(np.random.default_rng(0))


def live(seed: int, *, company: bool = True) -> Scene:
    return draw_live_scene(np.random.default_rng(seed), PLACE, PERSON, company=company)


def attack(seed: int, pai: str, *, company: bool = True, wide: float = 4.0) -> Scene:
    rng = np.random.default_rng(seed)
    instrument = built_in().instrument(pai, rng)
    scene, face_mm = draw_attack_scene(
        rng, PLACE, instrument, PERSON, side_to_face=wide, company=company
    )
    assert 5 < face_mm < 700
    return scene


def test_hands_things_and_second_people_tell_no_class() -> None:
    scenes = [live(s) for s in range(400)]
    assert 0.2 < np.mean([bool(s.hands) for s in scenes]) < 0.45
    assert 0.1 < np.mean([s.thing is not None for s in scenes]) < 0.3
    assert 0.08 < np.mean([s.beside is not None for s in scenes]) < 0.25
    assert not any(s.medium for s in scenes)


@pytest.mark.parametrize("pai", ["print-any", "replay-any"])
def test_media_are_held_or_stand_and_at_times_nobody_is_there(pai: str) -> None:
    scenes = [attack(s, pai) for s in range(200)]
    held = np.mean([bool(s.hands) for s in scenes])
    assert 0.4 < held < 0.9
    assert 0.1 < np.mean([s.beside is not None for s in scenes]) < 0.5
    assert all(s.medium for s in scenes)
    kinds = {s.medium.kind for s in scenes if s.medium}
    assert kinds == (
        {"sheet"} if pai == "print-any" else {"phone", "tablet", "laptop", "monitor", "television"}
    )
    assert not any(s.hands for s in scenes if s.medium and s.medium.kind == "television")


@pytest.mark.parametrize("pai", ["print-any", "replay-any"])
def test_a_camera_comes_near_where_the_picture_is_wide_enough(pai: str) -> None:
    near = [attack(s, pai, wide=2.0) for s in range(100)]
    filling = [s for s in near if s.medium and s.medium.width_mm == s.medium.height_mm]
    assert 40 < len(filling) < 80
    assert not any(s.hands or s.beside for s in filling)


def test_without_company_nobody_is_beside() -> None:
    assert not any(live(s, company=False).beside for s in range(100))
    assert not any(attack(s, "print-any", company=False).beside for s in range(100))


def test_live_hands_have_the_skin_of_the_face() -> None:
    skin = skin_of(PERSON)
    np.testing.assert_allclose(skin, [0.578, 0.305, 0.188], atol=0.01)
    assert all(hand.skin == skin for s in range(60) for hand in live(s).hands)


def test_what_is_not_there_is_left_out_of_the_record() -> None:
    record = Scene(PLACE).to_dict()
    assert set(record) == {"place"}
