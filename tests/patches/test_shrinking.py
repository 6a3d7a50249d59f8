"""``input.shrink``, held against interpolation written out in NumPy (section 4.4: bilinear)."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.resized_by_hand import BY_HAND, bilinear, block_means, farthest
from spoofcue.config import InputSettings, preset_names
from spoofcue.methods.settings import load_settings
from spoofcue.patches.inputs import resized, scoring_inputs


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (height, width, 3), np.uint8)


OTHER = {"bilinear": "area", "area": "bilinear"}


@pytest.mark.parametrize("shrink", ["bilinear", "area"])
def test_a_resized_face_is_shrunk_as_the_settings_say(shrink: str) -> None:
    crop = noise(192, 288)
    settings = InputSettings(size=96, scoring="resize", shrink=shrink)
    (image,) = scoring_inputs(crop, settings)
    assert farthest(image, BY_HAND[shrink](crop, 96, 96)) <= 1
    assert farthest(image, BY_HAND[OTHER[shrink]](crop, 96, 96)) > 30


@pytest.mark.parametrize("shrink", ["bilinear", "area"])
def test_a_whole_face_longer_than_max_side_too(shrink: str) -> None:
    crop = noise(768, 576)
    settings = InputSettings(size=64, max_side=256, shrink=shrink)
    (image,) = scoring_inputs(crop, settings)
    assert farthest(image, BY_HAND[shrink](crop, 256, 192)) <= 1
    assert farthest(image, BY_HAND[OTHER[shrink]](crop, 256, 192)) > 30


@pytest.mark.parametrize("shrink", ["bilinear", "area"])
def test_a_grid_of_a_face_longer_than_max_side_too(shrink: str) -> None:
    crop = noise(480, 360)
    settings = InputSettings(size=64, max_side=160, scoring="grid", shrink=shrink)
    patches = scoring_inputs(crop, settings)
    small, other = (BY_HAND[name](crop, 160, 120) for name in (shrink, OTHER[shrink]))
    assert len(patches) == 6
    assert farthest(patches[0], small[:64, :64]) <= 1
    assert farthest(patches[-1], small[-64:, -64:]) <= 1
    assert farthest(patches[0], other[:64, :64]) > 30


@pytest.mark.parametrize(("height", "width"), [(100, 131), (71, 67), (224, 224)])
def test_the_default_is_bilinear_at_any_factor(height: int, width: int) -> None:
    crop = noise(301, 257)
    (image,) = scoring_inputs(crop, InputSettings(size=224, scoring="resize"))
    assert farthest(image, bilinear(crop, 224, 224)) <= 1
    assert farthest(resized(crop, height, width, "bilinear"), bilinear(crop, height, width)) <= 1


def test_faces_become_larger_bilinearly_whatever_the_setting() -> None:
    crop = noise(40, 50)
    for shrink in ("bilinear", "area"):
        (image,) = scoring_inputs(crop, InputSettings(size=96, scoring="resize", shrink=shrink))
        assert farthest(image, bilinear(crop, 96, 96)) <= 1


def test_fine_stripes_alias_bilinearly_and_vanish_in_a_mean() -> None:
    """The reason for the option: a print's raster at a quarter of the face's size."""
    stripes = np.zeros((384, 384, 3), np.uint8)
    stripes[:, ::2] = 255
    kept = resized(stripes, 128, 128, "bilinear")
    assert int(kept.max()) - int(kept.min()) > 200
    assert np.ptp(resized(stripes, 96, 96, "area").astype(int)) == 0
    assert block_means(stripes, 96, 96).max() == 127.5


def test_the_papers_is_the_default_and_the_light_detectors_keep_theirs() -> None:
    found = {name: load_settings(name).input.shrink for name in preset_names()}
    light = {"lite", "lite-unet"}
    assert found == {name: "area" if name in light else "bilinear" for name in found}
    assert InputSettings().shrink == "bilinear"
