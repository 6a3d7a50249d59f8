from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.made_videos import write_video
from spoofcue.media.display import display_size, turned
from spoofcue.media.video import sample_clip

ONE = 1 << 16  # of FFmpeg's fixed point numbers

# the four quarters of a picture, by brightness, and what a display shows of them
MARKED = np.kron(np.array([[40, 90], [140, 220]]), np.ones((24, 32), int))
MARKED_RGB = np.repeat(MARKED.astype(np.uint8)[..., None], 3, axis=2)
TURNS = {
    (0, False, False): MARKED,
    (90, False, False): np.rot90(MARKED),  # counter-clockwise
    (180, False, False): np.rot90(MARKED, 2),
    (-90, False, False): np.rot90(MARKED, -1),
    (0, True, False): MARKED[:, ::-1],
    (0, False, True): MARKED[::-1],
    (90, True, False): np.rot90(MARKED)[:, ::-1],
    (90, False, True): np.rot90(MARKED)[::-1],
}


@pytest.mark.parametrize("turn", TURNS)
def test_a_recording_is_seen_as_its_display_matrix_says(
    tmp_path: Path, turn: tuple[int, bool, bool]
) -> None:
    path = write_video(tmp_path / "v.mp4", [MARKED_RGB] * 3, turn=turn)
    (frame,) = sample_clip(path, 1).frames
    shown = TURNS[turn]
    assert frame.image.shape[:2] == shown.shape
    inner = abs(frame.image.astype(int) - shown[..., None])
    assert np.median(inner) <= 8
    for part in (slice(4, 20), slice(-20, -4)):
        assert inner[part, 4:20].max() <= 12


@pytest.mark.parametrize("degrees", range(-360, 361, 15))
@pytest.mark.parametrize("mirror", [False, True])
def test_a_slanted_matrix_is_taken_for_the_nearest_quarter_turn(degrees: int, mirror: bool) -> None:
    angle = math.radians(degrees)
    side = -1 if mirror else 1
    a, b = side * math.cos(angle), side * math.sin(angle)
    c, d = -math.sin(angle), math.cos(angle)
    matrix = (*(round(v * ONE) for v in (a, b)), 0, *(round(v * ONE) for v in (c, d)), 0, 0, 0, 1)
    image = np.arange(24, dtype=np.uint8).reshape(4, 2, 3)
    # mirrored, then turned: clockwise, as y goes downwards; numpy turns counter-clockwise
    expected = np.rot90(image[:, ::side], -round(degrees / 90))
    if degrees % 90 != 45:  # as near to one as to the other
        assert np.array_equal(turned(image, matrix), expected)


@given(st.lists(st.integers(-(2**31), 2**31 - 1), min_size=9, max_size=9))
def test_no_matrix_loses_a_pixel(numbers: list[int]) -> None:
    image = np.arange(24, dtype=np.uint8).reshape(4, 2, 3)
    shown = turned(image, tuple(numbers))
    assert sorted(shown.ravel()) == list(range(24))
    assert shown.shape in ((4, 2, 3), (2, 4, 3))


@pytest.mark.parametrize("codec", ["mpeg4", "libx264"])
@pytest.mark.parametrize(
    ("aspect", "width", "height"),
    [(Fraction(2), 128, 48), (Fraction(1, 2), 64, 96), (Fraction(16, 15), 68, 48)],
)
def test_pixels_that_are_not_square_are_stretched(
    tmp_path: Path, codec: str, aspect: Fraction, width: int, height: int
) -> None:
    path = write_video(tmp_path / "v.mkv", [MARKED_RGB] * 3, codec, aspect=aspect)
    (frame,) = sample_clip(path, 1).frames
    assert frame.image.shape == (height, width, 3)
    quarters = frame.image[:: height - 1, :: width - 1, 0].astype(int)
    assert abs(quarters - [[40, 90], [140, 220]]).max() <= 12


def test_the_stretch_comes_before_the_turn(tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "v.mp4", [MARKED_RGB] * 3, aspect=Fraction(2), turn=(90, False, False)
    )
    assert sample_clip(path, 1).frames[0].image.shape == (128, 48, 3)


@given(
    st.integers(1, 5000),
    st.integers(1, 5000),
    st.none() | st.fractions(Fraction(-3), Fraction(100), max_denominator=300),
)
def test_a_display_has_no_fewer_pixels_than_the_file(
    width: int, height: int, aspect: Fraction | None
) -> None:
    shown = display_size(width, height, aspect)
    assert shown[0] >= width
    assert shown[1] >= height
    assert width in shown or height in shown
    assert aspect != 1 or shown == (width, height)
