from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from spoofcue.errors import MediaError
from spoofcue.media.image import read_image
from spoofcue.media.local_file import open_local, read_local
from spoofcue.media.video import sample_clip


def test_a_file_is_read_through_a_link_and_no_further_than_allowed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert read_local(tmp_path / "link", 5) == b"12345"
    with pytest.raises(MediaError, match="more than the limit of 4 bytes") as caught:
        read_local(tmp_path / "a", 4)
    assert caught.value.reason == "too_large"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes")
@pytest.mark.parametrize("suffix", ["mp4", "jpg"])
def test_a_pipe_is_refused_and_never_waited_for(tmp_path: Path, suffix: str) -> None:
    pipe = tmp_path / f"a.{suffix}"
    os.mkfifo(pipe)
    read = sample_clip if suffix == "mp4" else lambda path, _: read_image(path)
    with pytest.raises(MediaError, match=rf"a\.{suffix}: a pipe, and only files are opened"):
        read(pipe, 3)


@pytest.mark.skipif(os.name == "nt", reason="devices have no place in its folders")
def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="/dev/null: a device"):
        open_local(Path("/dev/null"))
    with pytest.raises(MediaError, match="/dev/zero: a device"):
        read_image(Path("/dev/zero"))
    with pytest.raises(MediaError, match="a folder, and only files are opened"):
        open_local(tmp_path)
    place = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(place))
        with pytest.raises(MediaError, match="a socket"):
            open_local(place)


def test_names_that_cannot_be_are_errors_in_words(tmp_path: Path) -> None:
    for name, words in {
        "nothere.mp4": "No such file",
        "a\0b": "no file can have this name",
    }.items():
        with pytest.raises(MediaError, match=words):
            open_local(tmp_path / name)
    with pytest.raises(MediaError, match="long"):
        open_local(tmp_path / ("n" * 3000))
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(MediaError, match=r"empty\.mp4: the file is empty"):
        open_local(tmp_path / "empty.mp4")
