"""What is looked at, inside the frame and at its border."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from spoofcue.faces.box import Box, crop_face
from spoofcue.faces.crop import Crop, View

RNG = np.random.default_rng(0)
FRAME: NDArray[np.uint8] = RNG.integers(0, 256, (90, 120, 3), dtype=np.uint8)
BOXES = st.builds(
    Box, st.integers(-30, 110), st.integers(-30, 80), st.integers(1, 150), st.integers(1, 150)
)
CROPS = st.builds(
    Crop,
    scale=st.floats(0.5, 5),
    square=st.booleans(),
    border=st.sampled_from(["clip", "pad", "shift"]),
    fill=st.sampled_from(["zeros", "reflect"]),
)


def of_frame(box: Box) -> NDArray[np.uint8]:
    return FRAME[box.y : box.y + box.h, box.x : box.x + box.w]


@given(box=BOXES, margin=st.floats(0, 1.5))
def test_a_clipped_square_is_the_crop_of_prepare(box: Box, margin: float) -> None:
    if box.clipped(120, 90) is None:
        return
    view = Crop.with_margin(margin).view(FRAME, box)
    np.testing.assert_array_equal(view.pixels, crop_face(FRAME, box, margin))


@given(box=BOXES, crop=CROPS)
def test_pixels_are_those_of_the_rectangle_and_what_is_inside_is_told(box: Box, crop: Crop) -> None:
    view = crop.view(FRAME, box)
    assert 0 <= view.inside <= 1
    # a rectangle smaller than the box can lie outside though a part of the box does not
    outside = box.clipped(120, 90) is None or view.box.clipped(120, 90) is None
    assert (view.inside == 0) == outside
    if not view.inside:
        return
    assert view.pixels.shape == (view.box.h, view.box.w, 3)
    seen = view.box.clipped(120, 90)
    assert seen is not None
    top, left = seen.y - view.box.y, seen.x - view.box.x
    np.testing.assert_array_equal(
        view.pixels[top : top + seen.h, left : left + seen.w], of_frame(seen)
    )
    if crop.border != "pad":
        assert seen == view.box
    elif crop.fill == "zeros":
        assert view.pixels.sum(dtype=np.int64) == of_frame(seen).sum(dtype=np.int64)


def silent_face(frame: NDArray[np.uint8], box: Box, scale: float) -> NDArray[np.uint8]:
    """Written from the description: about the centre, moved into the frame, no larger than it."""
    height, width = frame.shape[:2]
    scale = min(scale, (height - 1) / box.h, (width - 1) / box.w)
    w, h = box.w * scale, box.h * scale
    left, top = box.x + box.w / 2 - w / 2, box.y + box.h / 2 - h / 2
    left = min(max(left, 0.0), width - 1 - w)
    top = min(max(top, 0.0), height - 1 - h)
    rows = slice(max(int(top), 0), int(top + h) + 1)
    columns = slice(max(int(left), 0), int(left + w) + 1)
    return frame[rows, columns]


@given(
    x=st.integers(0, 100), y=st.integers(0, 80), w=st.integers(5, 60), h=st.integers(5, 50),
    scale=st.sampled_from([1.0, 2.0, 4.0, 2.7]),
)  # fmt: skip
def test_a_shifted_crop_is_as_silent_face_cuts(
    x: int, y: int, w: int, h: int, scale: float
) -> None:
    box = Box(x, y, w, h)
    ours = Crop(scale=scale, square=False, border="shift").view(FRAME, box)
    theirs = silent_face(FRAME, box, scale)
    exact = scale != 2.7 and w * scale <= 119 and h * scale <= 89
    if exact:
        np.testing.assert_array_equal(ours.pixels, theirs)
    # else sums of floats in another order may round to the next pixel
    assert all(abs(a - b) <= 1 for a, b in zip(ours.pixels.shape, theirs.shape, strict=True))


def view(crop: Crop, box: Box) -> View:
    return crop.view(FRAME, box)


def test_the_border_by_hand() -> None:
    corner = Box(0, 0, 20, 10)
    clip = view(Crop(scale=2), corner)  # 40 x 40 about (10, 5)
    assert clip.box == Box(0, 0, 30, 25)
    assert clip.inside == pytest.approx(30 * 25 / 1600)
    pad = view(Crop(scale=2, border="pad"), corner)
    assert pad.box == Box(-10, -15, 40, 40)
    assert pad.inside == pytest.approx(30 * 25 / 1600)
    assert pad.pixels[:15].max() == 0
    assert pad.pixels[:, :10].max() == 0
    mirrored = view(Crop(scale=2, border="pad", fill="reflect"), corner).pixels
    np.testing.assert_array_equal(mirrored[14], mirrored[16])
    shift = view(Crop(scale=2, square=False, border="shift"), corner)  # 40 x 20, moved
    assert shift.box == Box(0, 0, 41, 21)
    assert shift.inside == 1
    large = view(Crop(scale=4, square=False, border="shift"), Box(40, 20, 40, 40))
    assert large.box == Box(15, 0, 90, 90)  # 89 of the wanted 160
    assert large.inside == pytest.approx(90 * 90 / 160**2)


def test_a_rectangle_far_larger_than_the_frame_takes_little_memory() -> None:
    frame = np.full((3000, 3000, 3), 200, np.uint8)
    padded = Crop(scale=8, border="pad").view(frame, Box(0, 0, 3000, 3000))
    assert padded.box.w == 24_000
    assert padded.pixels.size <= 3 * 65_000_000
    assert padded.inside == pytest.approx(1 / 64)
    assert padded.pixels.mean() == pytest.approx(200 / 64, rel=0.01)
