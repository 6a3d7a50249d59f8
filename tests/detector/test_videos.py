from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.made_detector import FixedBoxes, Image, made, picture
from spoofcue.detector.early_exit import ExitRule, certain, interval
from spoofcue.detector.sources import spread_order
from spoofcue.faces.box import Box


def write_clip(path: Path, images: list[Image]) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        stream.bit_rate = 4_000_000
        for image in images:
            for packet in stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


class Counted:
    """Frames that tell how many of them were taken."""

    def __init__(self, images: list[Image]) -> None:
        self.images, self.taken = images, 0

    def __iter__(self) -> Iterator[Image]:
        for image in self.images:
            self.taken += 1
            yield image


def test_a_video_is_the_mean_of_its_frames(tmp_path: Path) -> None:
    images = [picture(60 + 10 * i, seed=i) for i in range(12)]
    path = tmp_path / "a.mp4"
    write_clip(path, images)
    result = made(early_exit=None, frames=6).predict(path)
    taken = [images[i] for i in (1, 3, 5, 7, 9, 11)]
    assert (result.frames, result.early_exit) == (6, None)
    assert result.score == pytest.approx(np.mean([i.mean() for i in taken]) / 255, abs=0.02)
    assert made(early_exit=None).predict(iter(images)).frames == 12
    assert made(early_exit=None).predict(np.stack(images)).score == pytest.approx(
        np.mean([i.mean() for i in images]) / 255, abs=1e-6
    )


def test_a_clear_recording_ends_early_and_says_so() -> None:
    frames = Counted([picture(200 + i % 3, seed=i) for i in range(40)])
    result = made(threshold=0.5).predict(frames)
    assert (result.decision, result.frames, frames.taken) == ("attack", 5, 5)
    assert result.early_exit is not None
    assert result.early_exit.low > 0.5
    assert result.early_exit.left is None
    sized = made(threshold=0.5).predict(np.stack(frames.images))
    assert sized.early_exit is not None
    assert sized.early_exit.left == 35


def test_a_doubtful_recording_is_looked_at_to_its_end() -> None:
    images = [picture(100 + 50 * (i % 2), seed=i) for i in range(20)]
    result = made(threshold=0.49).predict(np.stack(images))
    assert (result.frames, result.early_exit) == (20, None)


def test_a_camera_that_never_ends_is_decided_all_the_same() -> None:
    def camera() -> Iterator[Image]:
        while True:
            yield bright
            yield dim

    bright, dim = picture(150, 32), picture(100, 32)
    assert made(threshold=0.49).predict(camera()).frames == 300


def test_scored_to_the_last_frame_is_no_early_exit() -> None:
    result = made().predict(np.stack([picture(200)] * 5))
    assert (result.frames, result.early_exit) == (5, None)


def test_frames_without_a_fit_face_are_left_out_and_the_commonest_reason_is_told() -> None:
    good, dark = picture(100), np.full((64, 64, 3), 3, np.uint8)
    assert made(early_exit=None).predict(iter([good, good, dark, good, good])).frames == 4
    tiny = picture(side=8)
    assert made().predict(iter([tiny, dark, dark])).reason == "too_dark"
    assert made().predict(iter([tiny, tiny, dark])).reason == "face_too_small"
    nobody = made(faces=FixedBoxes()).predict(iter([good, good]))
    assert (nobody.reason, nobody.box) == ("no_face", None)
    beyond = made(faces=FixedBoxes(Box(60, 60, 40, 40))).predict(iter([good] * 3))
    assert beyond.decision in ("rejected", "live")  # a box over the border is cut, not an error
    assert beyond.reason != "error"


@given(st.integers(0, 200))
def test_the_order_visits_every_frame_once_and_any_beginning_is_spread(count: int) -> None:
    order = spread_order(count)
    assert sorted(order) == list(range(count))
    if count >= 10:
        first = sorted(order[:5])
        assert first[0] < count / 4
        assert first[-1] >= count / 2
        assert max(np.diff(first)) <= count / 2
        assert {i % 2 for i in first} == {0, 1}


@given(
    st.lists(st.floats(0, 1), min_size=2, max_size=30),
    st.floats(0, 1),
    st.integers(2, 8),
)
def test_certain_means_the_interval_lies_on_one_side(
    scores: list[float], threshold: float, least: int
) -> None:
    rule = ExitRule(min_frames=least, live=True)
    low, high = interval(scores, rule.z)
    enough = len(scores) >= least
    assert certain(scores, threshold, rule) == (enough and not low <= threshold <= high)
    assert certain(scores, threshold, ExitRule(min_frames=least)) == (enough and threshold < low)
    assert not certain([threshold] * 9, threshold, rule)
    assert not certain([*scores, float("nan")], threshold, rule)


def test_the_interval_by_hand() -> None:
    # mean 2, standard deviation 1, standard error 1 / sqrt(3)
    low, high = interval([1.0, 2.0, 3.0], 3.0)
    assert (low, high) == pytest.approx((2 - 3**0.5, 2 + 3**0.5))
