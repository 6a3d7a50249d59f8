"""Frames of a file as they come: whole, or counted as damaged."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest

from helpers.made_videos import noisy, packets, plain, write_video, zeroed
from spoofcue.errors import MediaError
from spoofcue.media.stream_frames import frames_of_file
from spoofcue.media.video import sample_clip


def test_every_frame_comes_once_in_order_at_its_time(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", [plain(40 + 10 * n) for n in range(12)])
    facts, frames = frames_of_file(path, 10_000)
    seen = list(frames)
    assert facts.broken_off is None
    assert [frame.time_s for frame in seen] == pytest.approx([n / 10 for n in range(12)])
    levels = [frame.image().mean() for frame in seen]
    assert levels == pytest.approx([40 + 10 * n for n in range(12)], abs=4)


@pytest.mark.parametrize(
    ("codec", "options"),
    [("libx264", {"g": "8", "bf": "0", "sc_threshold": "0"}), ("mpeg4", {"g": "8"})],
)
def test_after_a_broken_frame_nothing_is_whole_up_to_the_next_key_frame(
    tmp_path: Path, codec: str, options: dict[str, str]
) -> None:
    images = [noisy(90, n) for n in range(24)]
    path = write_video(tmp_path / "a.mp4", images, codec, options=options)
    zeroed(path, 10)
    _, frames = frames_of_file(path, 10_000)
    damaged = [frame.frame is None for frame in frames]
    assert len(packets(path)) == 24
    assert sum(damaged) == 24 - sample_clip(path, 24).decoded == 6
    assert damaged[:10] == [False] * 10
    assert damaged[-8:] == [False] * 8


def test_a_frame_is_gone_when_nobody_holds_it(tmp_path: Path) -> None:
    """Without Python's search for circles, which lets hundreds of frames pile up."""
    path = write_video(tmp_path / "a.mp4", [plain(90)] * 40)
    _, frames = frames_of_file(path, 10_000)
    next(frames).image()
    gc.collect()
    gc.disable()
    try:
        for frame in frames:
            frame.image()
        alive = [o for o in gc.get_objects() if type(o).__name__ == "SideDataContainer"]
    finally:
        gc.enable()
    assert len(alive) <= 1


def test_a_turned_film_is_upright(tmp_path: Path) -> None:
    image = np.zeros((48, 64, 3), np.uint8)
    image[:24] = 200
    path = write_video(tmp_path / "a.mp4", [image] * 5, turn=(90, False, False))
    _, frames = frames_of_file(path, 10_000)
    expected = sample_clip(path, 5).frames
    for frame, other in zip(frames, expected, strict=True):
        assert frame.image().shape == (64, 48, 3)
        assert np.array_equal(frame.image(), other.image)


def test_a_file_that_breaks_off_says_so(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.avi", [noisy(90, n) for n in range(40)], "mjpeg")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    facts, _ = frames_of_file(path, 10_000)
    assert facts.broken_off is not None


def test_what_is_no_film_or_too_large_is_told(tmp_path: Path) -> None:
    text = tmp_path / "a.mp4"
    text.write_text("no film")
    with pytest.raises(MediaError, match="not a readable"):
        frames_of_file(text, 10_000)
    with pytest.raises(MediaError):
        frames_of_file(tmp_path / "none.mp4", 10_000)
    _, frames = frames_of_file(write_video(tmp_path / "b.mp4", [plain(90)] * 3), 64 * 48 - 1)
    with pytest.raises(MediaError, match="pixels") as raised:
        list(frames)
    assert raised.value.reason == "too_large"
