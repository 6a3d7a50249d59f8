"""Cameras of a made-up system, and one that is asked for and is not there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from spoofcue.doctor.cameras import check_cameras


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="devices are listed on Linux")
def test_cameras_are_listed_by_number_with_their_makers_names(tmp_path: Path) -> None:
    for number in (10, 2):
        (tmp_path / "dev").mkdir(exist_ok=True)
        (tmp_path / "dev" / f"video{number}").write_bytes(b"")
        known = tmp_path / "sys/class/video4linux" / f"video{number}"
        known.mkdir(parents=True)
        (known / "name").write_text(f"Camera of {number}\n")
    (tmp_path / "dev" / "video10").rename(tmp_path / "dev" / "video11")  # of which nothing is told
    first, second = check_cameras(root=tmp_path)
    assert (first.name, first.value.partition(";")[0]) == ("video2", "Camera of 2")
    assert (second.name, second.value.partition(";")[0]) == ("video11", "of unknown make")


def test_a_system_without_cameras_is_no_fault(tmp_path: Path) -> None:
    (only,) = check_cameras(root=tmp_path)
    assert only.state == "absent"


@pytest.mark.parametrize("asked", ["picture.jpg", "rtsp://ann:secret@127.0.0.1:1/door"])
def test_what_gives_no_frame_is_a_fault_that_tells_no_login(asked: str) -> None:
    (only,) = check_cameras(asked)
    assert only.state == "fault"
    assert "secret" not in only.name + only.value
