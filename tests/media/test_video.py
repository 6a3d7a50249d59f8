from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoofcue.errors import MediaError
from spoofcue.media.video import even_indices, sample_clip


def write_video(path: Path, levels: list[int]) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for level in levels:
            picture = np.full((48, 64, 3), level, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


def test_frames_are_spread_evenly_and_in_order(tmp_path: Path) -> None:
    write_video(tmp_path / "v.mp4", [5 * i for i in range(40)])
    frames = sample_clip(tmp_path / "v.mp4", 4).frames
    assert [f.index for f in frames] == [5, 15, 25, 35]
    assert [round(f.time_s, 3) for f in frames] == [0.5, 1.5, 2.5, 3.5]
    for frame in frames:
        assert frame.image.shape == (48, 64, 3)
        assert abs(int(frame.image.mean()) - 5 * frame.index) <= 4


def test_a_short_video_gives_all_its_frames(tmp_path: Path) -> None:
    write_video(tmp_path / "v.mp4", [10, 200])
    assert [f.index for f in sample_clip(tmp_path / "v.mp4", 10).frames] == [0, 1]


def test_what_is_no_video_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "v.mp4").write_text("text")
    with pytest.raises(MediaError, match=r"v\.mp4"):
        sample_clip(tmp_path / "v.mp4", 3)


@given(total=st.integers(0, 500), count=st.integers(1, 60))
def test_indices_rise_and_stay_inside(total: int, count: int) -> None:
    indices = even_indices(total, count)
    assert len(indices) == min(total, count)
    assert all(0 <= a < b < total for a, b in pairwise(indices)) or total < 2


def test_early_frames_are_spread_over_the_beginning_and_told_apart(tmp_path: Path) -> None:
    write_video(tmp_path / "v.mp4", [2 * i for i in range(100)])
    clip = sample_clip(tmp_path / "v.mp4", 4, early=5, below=30)
    # midpoints of four parts of 100, and of five parts of 30
    assert [f.index for f in clip.frames] == [3, 9, 12, 15, 21, 27, 37, 62, 87]
    assert (clip.total, clip.early) == (100, {3, 9, 15, 21, 27})
    for frame in clip.frames:
        assert abs(int(frame.image.mean()) - 2 * frame.index) <= 4
    # the middle of both is one frame
    assert sample_clip(tmp_path / "v.mp4", 1, early=1, below=101).early == frozenset()
    assert [f.index for f in sample_clip(tmp_path / "v.mp4", 4).frames] == [12, 37, 62, 87]
    write_video(tmp_path / "short.mp4", [10, 60, 110, 160])
    short = sample_clip(tmp_path / "short.mp4", 2, early=9, below=30)
    assert [f.index for f in short.frames] == [0, 1, 2, 3]
    assert short.early == {0, 2}
