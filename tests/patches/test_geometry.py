from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoofcue.config import AugmentSettings, InputSettings
from spoofcue.patches.augment import augment_crop, augment_input
from spoofcue.patches.inputs import (
    groups_of_one_shape,
    normalise,
    pad_by_reflection,
    random_patch,
    scoring_inputs,
    whole_face_size,
)

SIDES = st.integers(1, 300)
MODES = st.sampled_from(["whole", "grid", "resize"])


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height * 1000 + width).integers(
        0, 255, (height, width, 3), np.uint8
    )


def test_paper_range() -> None:
    image = np.array([[[0, 127, 255]]], np.uint8)
    assert np.allclose(normalise(image, 127.5, 127.5).ravel(), [-1, -1 / 255, 1])
    assert np.allclose(normalise(image, 100, 80).ravel(), [-1.25, 27 / 80, 155 / 80])


def test_a_patch_is_a_window_of_the_crop() -> None:
    crop = noise(60, 50)
    patch = random_patch(crop, 40, np.random.default_rng(1))
    windows = np.lib.stride_tricks.sliding_window_view(crop, (40, 40, 3))[:, :, 0]
    assert (windows == patch).all(axis=(2, 3, 4)).any()


def test_small_faces_are_mirrored_and_not_enlarged() -> None:
    crop = noise(20, 30)
    padded = pad_by_reflection(crop, 64, 64)
    assert padded.shape == (64, 64, 3)
    assert np.array_equal(padded[22:42, 17:47], crop)
    assert np.array_equal(padded[21, 17:47], crop[0])


@settings(max_examples=60, deadline=None)
@given(height=SIDES, width=SIDES, mode=MODES, size=st.sampled_from([32, 112, 128]))
def test_inputs_fit_the_network_and_batches_agree(
    height: int, width: int, mode: str, size: int
) -> None:
    settings_ = InputSettings(size=size, scoring=mode, max_side=256)
    inputs = scoring_inputs(noise(height, width), settings_)
    assert inputs
    for image in inputs:
        assert image.dtype == np.uint8
        assert image.shape[0] % 32 == image.shape[1] % 32 == 0
        assert min(image.shape[:2]) >= size
    if mode == "whole":
        assert inputs[0].shape[:2] == whole_face_size(height, width, size, 256)


@given(sizes=st.lists(st.tuples(SIDES, SIDES), max_size=30), mode=MODES)
def test_groups_hold_each_face_once(sizes: list[tuple[int, int]], mode: str) -> None:
    groups = list(groups_of_one_shape(sizes, InputSettings(size=64, scoring=mode)))
    assert sorted(i for g in groups for i in g) == list(range(len(sizes)))


def test_a_grid_covers_the_face() -> None:
    crop = np.zeros((100, 90, 3), np.uint8)
    crop[..., 0], crop[..., 1] = np.arange(100)[:, None], np.arange(90)[None]
    inputs = scoring_inputs(crop, InputSettings(size=64, scoring="grid"))
    seen = {(int(p[0]), int(p[1])) for image in inputs for p in image.reshape(-1, 3)}
    assert len(inputs) == 4
    assert len(seen) == 100 * 90


def test_whole_face_changes_scale_by_at_most_half_a_stride() -> None:
    assert whole_face_size(230, 250, 224, 1024) == (224, 256)
    assert whole_face_size(2000, 1000, 224, 1024) == (1024, 512)
    assert whole_face_size(90, 300, 112, 1024) == (128, 288)


def test_augmentation_is_off_by_default_and_repeatable() -> None:
    crop = noise(40, 44)
    off = AugmentSettings()
    rng = np.random.default_rng(0)
    assert np.array_equal(augment_input(augment_crop(crop, off, rng), off, rng), crop)
    on = AugmentSettings(photometric=True, flip=0.5, rotate_deg=30, crop=0.12, erase=1, cutout=1)
    twice = [
        augment_input(augment_crop(crop, on, r), on, r)
        for r in (np.random.default_rng(3), np.random.default_rng(3))
    ]
    assert np.array_equal(*twice)
    assert twice[0].dtype == np.uint8
    assert twice[0].shape[0] >= round(40 * 0.88) - 1


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_flip_probability(probability: float) -> None:
    crop = noise(5, 6)
    out = augment_crop(crop, AugmentSettings(flip=probability), np.random.default_rng(0))
    assert np.array_equal(out, crop[:, ::-1] if probability else crop)
