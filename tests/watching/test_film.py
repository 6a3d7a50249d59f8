"""A local file, played at its own times or as fast as it is judged."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from helpers.made_videos import noisy, plain, write_video, zeroed
from spoofcue.errors import MediaError
from spoofcue.watching.arrivals import Arrived, Ended, film


def test_as_fast_as_it_is_judged_every_frame_comes_with_its_own_time(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", [plain(40 + 10 * n) for n in range(12)], rate=1)
    began = time.monotonic()
    seen = list(film(path, threading.Event(), fast=True))
    assert time.monotonic() - began < 8
    frames = [a for a in seen if isinstance(a, Arrived)]
    assert [a.at for a in frames] == pytest.approx(range(12))
    assert frames[3].utc - frames[0].utc == pytest.approx(3)
    assert seen[-1] == Ended(None, "the file has ended")
    assert sum(a.dropped for a in frames) == 0


def test_at_its_own_times_late_frames_are_dropped_and_counted(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", [plain(90)] * 12)
    began = time.monotonic()
    frames = []
    for arrival in film(path, threading.Event(), fast=False):
        if isinstance(arrival, Arrived):
            frames.append(arrival)
            time.sleep(0.35 if len(frames) == 2 else 0)
    assert time.monotonic() - began > 1.0
    assert sum(a.dropped for a in frames) >= 1
    assert len(frames) + sum(a.dropped for a in frames) == 12


def test_a_stop_ends_it_within_a_wait(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", [plain(90)] * 12, rate=1)
    stop = threading.Event()
    arrivals = film(path, stop, fast=False)
    next(arrivals)
    stop.set()
    assert list(arrivals) == [Ended("interrupted", "the watch was stopped")]


def test_damaged_frames_are_counted_and_a_broken_file_is_a_lost_stream(tmp_path: Path) -> None:
    images = [noisy(90, n) for n in range(40)]
    path = write_video(tmp_path / "a.avi", images, "mjpeg")
    zeroed(path, 20, part=0.5)
    seen = list(film(path, threading.Event(), fast=True))
    assert sum(a.damaged for a in seen if isinstance(a, Arrived)) == 1
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    ended = list(film(path, threading.Event(), fast=True))[-1]
    assert isinstance(ended, Ended)
    assert ended.reason == "stream_ended"


def test_what_is_no_film_is_told(tmp_path: Path) -> None:
    with pytest.raises(MediaError):
        next(film(tmp_path / "none.mp4", threading.Event(), fast=True))
