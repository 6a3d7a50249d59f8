"""Inputs of the network and their groups, each case worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from helpers.resized_by_hand import bilinear, farthest
from spoofcue.config import InputSettings
from spoofcue.cue.score import next_multiple
from spoofcue.patches.inputs import (
    grid_starts,
    groups_of_one_shape,
    normalise,
    pad_by_reflection,
    random_patch,
    resized,
    scoring_inputs,
    whole_face_size,
)


def numbered(height: int, width: int) -> NDArray[np.uint8]:
    """Each pixel tells its row and its column."""
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 0], image[..., 1] = np.arange(height)[:, None], np.arange(width)
    return image


def mirrored(length: int, before: int, after: int) -> list[int]:
    """Indices of a line that is mirrored at both ends, the end itself twice."""
    turn = [*range(length), *range(length - 1, -1, -1)]
    return [turn[i % (2 * length)] for i in range(-before, length + after)]


def test_planes_are_contiguous_floats_with_their_channels_first() -> None:
    planes = normalise(numbered(3, 5), 1.0, 2.0)
    assert (planes.shape, planes.dtype) == ((3, 3, 5), np.float32)
    assert planes.flags.c_contiguous
    assert planes[0, 2, 0] == (2 - 1) / 2
    assert planes[1, 0, 4] == (4 - 1) / 2
    assert (planes[2] == -0.5).all()


@pytest.mark.parametrize(
    ("height", "width", "sides"),
    [
        (10, 12, (3, 4, 2, 3)),  # an odd pixel goes to the bottom and the right
        (17, 12, (0, 0, 2, 3)),  # only the width is short
        (10, 17, (3, 4, 0, 0)),
        (3, 4, (7, 7, 6, 7)),  # mirrored more than once
    ],
)
def test_the_face_stays_in_the_middle_of_its_mirror_images(
    height: int, width: int, sides: tuple[int, int, int, int]
) -> None:
    top, bottom, left, right = sides
    padded = pad_by_reflection(numbered(height, width), 17, 17)
    assert padded.shape == (height + top + bottom, width + left + right, 3)
    assert padded[:, 0, 0].tolist() == mirrored(height, top, bottom)
    assert padded[0, :, 1].tolist() == mirrored(width, left, right)


def test_a_face_that_is_large_enough_is_not_copied() -> None:
    crop = numbered(17, 18)
    assert pad_by_reflection(crop, 17, 17) is crop


def test_multiples_of_the_stride() -> None:
    wanted = {1: 32, 31: 32, 32: 32, 33: 64, 112: 128, 224: 224}
    assert {length: next_multiple(length) for length in wanted} == wanted


def test_every_place_of_a_patch_is_drawn_as_often() -> None:
    rng = np.random.default_rng(0)
    places = [tuple(random_patch(numbered(22, 21), 20, rng)[0, 0, :2]) for _ in range(1200)]
    counts = {place: places.count(place) for place in places}
    assert set(counts) == {(top, left) for top in range(3) for left in range(2)}
    assert min(counts.values()) > 150  # 200 each; 150 is four deviations away
    patch = random_patch(numbered(22, 21), 20, rng)
    assert patch.shape == (20, 20, 3)
    assert patch.flags.c_contiguous
    assert random_patch(numbered(8, 21), 20, rng).shape == (20, 20, 3)


@pytest.mark.parametrize(
    ("length", "size", "starts"),
    [
        (64, 64, [0]),
        (65, 64, [0, 1]),
        (100, 64, [0, 36]),
        (128, 64, [0, 64]),
        (80, 32, [0, 24, 48]),
    ],
)
def test_the_fewest_windows_that_cover_a_line(length: int, size: int, starts: list[int]) -> None:
    assert grid_starts(length, size) == starts


@pytest.mark.parametrize(
    ("crop", "minimum", "max_side", "wanted"),
    [
        ((100, 100), 224, 1024, (224, 224)),
        ((300, 400), 224, 1024, (288, 384)),  # 9.4 and 12.5 strides: 9, and 12 as the even one
        ((239, 241), 64, 1024, (224, 256)),
        ((1024, 300), 64, 512, (512, 160)),  # halved: 150 is 4.7 strides
        ((40, 2000), 33, 512, (64, 512)),
    ],
)
def test_sizes_of_whole_faces(
    crop: tuple[int, int], minimum: int, max_side: int, wanted: tuple[int, int]
) -> None:
    assert whole_face_size(*crop, minimum, max_side) == wanted


def test_a_whole_face_is_resized_along_its_long_side_and_padded_along_its_short_one() -> None:
    crop = np.random.default_rng(0).integers(0, 256, (100, 300, 3), np.uint8)
    (image,) = scoring_inputs(crop, InputSettings(size=112))
    assert image.shape == (128, 288, 3)
    assert farthest(image[14:114], bilinear(crop, 100, 288)) <= 1
    (turned,) = scoring_inputs(np.ascontiguousarray(crop.swapaxes(0, 1)), InputSettings(size=112))
    assert farthest(turned[:, 14:114], bilinear(crop.swapaxes(0, 1), 288, 100)) <= 1


def test_a_resized_face_is_padded_to_the_stride() -> None:
    crop = np.random.default_rng(0).integers(0, 256, (50, 70, 3), np.uint8)
    (image,) = scoring_inputs(crop, InputSettings(size=112, scoring="resize"))
    assert image.shape == (128, 128, 3)
    assert farthest(image[8:120, 8:120], bilinear(crop, 112, 112)) <= 1


def test_a_grid_of_native_patches() -> None:
    crop = numbered(100, 70)
    patches = scoring_inputs(crop, InputSettings(size=64, scoring="grid", max_side=256))
    corners = [(p[0, 0, 0], p[0, 0, 1]) for p in patches]
    assert corners == [(0, 0), (0, 6), (36, 0), (36, 6)]
    assert all(p.flags.c_contiguous and p.shape == (64, 64, 3) for p in patches)
    # A face of one pixel's height, shrunk: it keeps a pixel and is mirrored.
    sliver = scoring_inputs(numbered(1, 250), InputSettings(size=32, scoring="grid", max_side=96))
    assert [p.shape for p in sliver] == [(32, 32, 3)] * 3
    tower = scoring_inputs(numbered(250, 1), InputSettings(size=32, scoring="grid", max_side=96))
    assert [p.shape for p in tower] == [(32, 32, 3)] * 3
    assert len(scoring_inputs(numbered(32, 96), InputSettings(size=32, scoring="grid"))) == 3


@pytest.mark.parametrize(("height", "width"), [(60, 50), (30, 120), (40, 50), (30, 100)])
def test_a_mean_is_taken_only_where_both_sides_become_shorter(height: int, width: int) -> None:
    crop = np.random.default_rng(0).integers(0, 256, (40, 100, 3), np.uint8)
    out = resized(crop, height, width, "area")
    assert farthest(out, bilinear(crop, height, width)) <= 1
    tall = resized(np.ascontiguousarray(crop.swapaxes(0, 1)), width, height, "area")
    assert farthest(tall, bilinear(crop.swapaxes(0, 1), width, height)) <= 1


def test_groups_are_of_one_shape_and_of_bounded_memory() -> None:
    def lengths(sizes: list[tuple[int, int]], **settings: object) -> list[int]:
        groups = groups_of_one_shape(sizes, InputSettings(**settings))  # type: ignore[arg-type]
        return [len(group) for group in groups]

    # A group holds as many pixels as sixteen of the paper's inputs.
    assert lengths([(224, 224)] * 40, size=224) == [16, 16, 8]
    assert lengths([(300, 200)] * 70, size=112, scoring="resize") == [64, 6]
    assert lengths([(300, 200)] * 785, size=32, scoring="resize") == [784, 1]
    assert lengths([(448, 224)] * 9, size=224, scoring="grid") == [8, 1]
    assert lengths([(1792, 1792)] * 2, size=224, max_side=1792) == [1, 1]
    sizes = [(300, 200), (224, 224), (225, 230), (301, 199), (224, 224)]
    assert list(groups_of_one_shape(sizes, InputSettings(size=224))) == [[1, 2, 4], [0, 3]]
    by_crop = list(groups_of_one_shape(sizes, InputSettings(size=224, scoring="grid")))
    assert by_crop == [[1, 4], [2], [0], [3]]
    assert list(groups_of_one_shape(sizes, InputSettings(size=224, scoring="resize"))) == [
        [0, 1, 2, 3, 4]
    ]
