"""Nothing but the file itself is opened, whatever its name or content says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.made_videos import plain, write_streams, write_video
from spoofcue.errors import MediaError
from spoofcue.media.video import sample_clip

CASES = Path(__file__).parents[3] / "shared" / "cases" / "video"
NAMES = [
    "2024-01-01T10:30:00.mp4",
    "http:x.mp4",
    "tcp:1.mp4",
    "subfile,,start,0,end,0,,:x.mp4",
    "concat:a.mp4|b.mp4",
    "-x.mp4",
    "%03d.mp4",
    "*.mp4",
    "file:a.mp4",
    "pipe:0.mp4",
    "a?b=1#c.mp4",
    "ü と.mp4",
]


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be there")
@pytest.mark.parametrize("name", NAMES)
def test_a_name_means_the_file_that_has_it(tmp_path: Path, name: str) -> None:
    write_video(tmp_path / name, [plain(90)] * 3)
    for path in (tmp_path / name, Path(os.path.relpath(tmp_path / name))):
        (frame,) = sample_clip(path, 1).frames
        assert abs(int(frame.image.mean()) - 90) <= 4


@pytest.mark.parametrize(
    "name",
    [
        "http:/127.0.0.1:9/x.mp4",
        "tcp:/127.0.0.1:9",
        "concat:a.mp4|b.mp4",
        "subfile,,start,0,end,0,,:a.mp4",
        "file:a.mp4",
        "lavfi:testsrc.mp4",
        "data:video/mp4;base64,AAAA",
        "rtsp:/host/a.mp4",
    ],
)
def test_a_name_that_no_file_has_opens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_video(Path("a.mp4"), [plain(90)] * 3)
    write_video(Path("b.mp4"), [plain(90)] * 3)

    def opened(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("FFmpeg was asked")

    monkeypatch.setattr(av, "open", opened)
    with pytest.raises(MediaError, match="No such file"):
        sample_clip(Path(name), 1)


PLAYLISTS = {
    "concat": "ffconcat version 1.0\nfile {}\n",
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{}\n#EXT-X-ENDLIST\n",
    "hls, an address": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile://{}\n#EXT-X-ENDLIST\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'mediaPresentationDuration="PT3S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011">'
    '<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1">'
    "<BaseURL>{}</BaseURL></Representation></AdaptationSet></Period></MPD>",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
    "m=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
    "image sequence": "{}",
    "smil": '<smil><body><video src="{}"/></body></smil>',
    "asx": '<asx version="3.0"><entry><ref href="{}"/></entry></asx>',
    "asf reference": "[Reference]\nRef1={}\n",
    "rtsp text": "RTSPtext\nrtsp://127.0.0.1/{}\n",
    "xspf": '<?xml version="1.0"?><playlist><trackList><track><location>{}</location></track>'
    "</trackList></playlist>",
}


@pytest.mark.parametrize("kind", PLAYLISTS)
@pytest.mark.parametrize("suffix", ["mp4", "avi", "mkv", "ts"])
def test_a_file_that_points_to_another_is_no_video(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, suffix: str
) -> None:
    monkeypatch.chdir(tmp_path)
    other = write_video(tmp_path / "alice.mp4", [plain(90)] * 30)
    for target in (other, other.name):
        path = tmp_path / f"mallory.{suffix}"
        path.write_text(PLAYLISTS[kind].format(target))
        with pytest.raises(MediaError, match=f"mallory.{suffix}: not a readable video"):
            sample_clip(path, 3)


def alias(target: Path) -> bytes:
    """QuickTime's record of a file elsewhere, as FFmpeg reads it: an entry of the box ``dref``."""
    path = str(target).encode()
    path += b"\0" * (len(path) % 2)
    name = target.name.encode()
    record = b"\0" * 4 + b"\0" * 10 + b"\x03Mac".ljust(28, b"\0") + b"\0" * 12
    record += bytes([len(name)]) + name.ljust(63, b"\0") + b"\0" * 16
    record += (1).to_bytes(2, "big") * 2 + b"\0" * 16  # levels up and down to the file
    for kind in (2, 18):  # an absolute path
        record += kind.to_bytes(2, "big") + len(path).to_bytes(2, "big") + path
    record += b"\xff\xff\0\0"
    return (len(record) + 8).to_bytes(4, "big") + b"alis" + record


def test_a_mov_whose_samples_lie_in_another_file_has_no_frames(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.mov", [plain(90)] * 3)
    other = write_video(tmp_path / "alice.mov", [plain(200)] * 3)
    data = path.read_bytes()
    # the samples of both lie at the same places
    entry = data.index(b"url ", data.index(b"dref")) - 4
    new = alias(other)
    made = data[:entry] + new + data[entry + 12 :]
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        place = made.rindex(box, 0, entry) - 4
        size = int.from_bytes(made[place : place + 4], "big") + len(new) - 12
        made = made[:place] + size.to_bytes(4, "big") + made[place + 4 :]
    path.write_bytes(made)
    # FFmpeg itself follows it where it may
    with av.open(str(path), options={"enable_drefs": "1", "use_absolute_path": "1"}) as container:
        assert abs(int(next(container.decode(video=0)).to_ndarray(format="gray").mean()) - 200) < 9
    with pytest.raises(MediaError):
        sample_clip(path, 3)


def test_the_larger_film_is_judged_and_covers_are_none(tmp_path: Path) -> None:
    small, large, cover = plain(10, 32, 32), plain(200, 64, 48), plain(120, 256, 256)
    for films in ([[small] * 9, [large] * 9], [[large] * 9, [small] * 9]):
        path = write_streams(tmp_path / "v.mp4", films)
        assert abs(int(sample_clip(path, 1).frames[0].image.mean()) - 200) <= 4
    # one still picture beside a film, whatever its size
    path = write_streams(tmp_path / "v.mkv", [[cover], [large] * 9])
    clip = sample_clip(path, 3)
    assert clip.total == 9
    assert clip.frames[0].image.shape == (48, 64, 3)
    with path.open("wb") as file, av.open(file, "w", format="mp4") as out:
        film: Any = out.add_stream("mpeg4", rate=10)
        film.width, film.height, film.pix_fmt = 64, 48, "yuv420p"
        picture: Any = out.add_stream("mjpeg", rate=10)
        picture.width, picture.height, picture.pix_fmt = 256, 256, "yuvj420p"
        picture.disposition = av.stream.Disposition.attached_pic
        for stream, image, count in ((film, large, 9), (picture, cover, 1)):
            for _ in range(count):
                out.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
            out.mux(stream.encode(None))
    assert sample_clip(path, 1).frames[0].image.shape == (48, 64, 3)


def test_a_title_in_another_encoding_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "v.mkv"
    with path.open("wb") as file, av.open(file, "w", format="matroska") as out:
        out.metadata["title"] = "TITLE"
        stream: Any = out.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(3):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(plain(90), format="rgb24")))
        out.mux(stream.encode(None))
    path.write_bytes(path.read_bytes().replace(b"TITLE", b"T\xef\xe9\xfcE"))
    assert len(sample_clip(path, 3).frames) == 3


def test_a_film_that_shows_more_pixels_than_allowed_is_refused(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.mp4", [plain(9)] * 3)
    with pytest.raises(MediaError, match="64 x 48 pixels a frame") as caught:
        sample_clip(path, 1, max_pixels=64 * 48 - 1)
    assert caught.value.reason == "too_large"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), suffix=st.sampled_from(["mp4", "avi", "mkv", "ts"]))
def test_no_file_gives_anything_but_frames_or_a_media_error(
    tmp_path: Path, data: st.DataObject, suffix: str
) -> None:
    source = tmp_path / f"whole.{suffix}"
    if not source.exists():
        images = [plain(20 * i) for i in range(10)]
        codec = "mpeg4" if suffix != "ts" else "libx264"
        write_video(source, images, codec)
    content = bytearray(source.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(content) - 1))
        much = data.draw(st.sampled_from([1, 2, 4, 64, 1000]))
        content[at : at + much] = data.draw(st.sampled_from([b"\0", b"\xff", b"\x7f"])) * much
    path = tmp_path / f"spoiled.{suffix}"
    path.write_bytes(bytes(content[: data.draw(st.integers(1, len(content)))]))
    try:
        frames = sample_clip(path, 4).frames
    except MediaError:
        return
    assert frames
    assert all(f.image.dtype == np.uint8 and np.isfinite(f.time_s) for f in frames)


@pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not there")
def test_the_cases() -> None:
    assert len(sample_clip(CASES / "2024-01-01T10:30:00.mp4", 5).frames) == 5
    with pytest.raises(MediaError, match="not a readable video"):
        sample_clip(CASES / "mallory.mp4", 5)
    assert sample_clip(CASES / "27_two_streams.mp4", 1).frames[0].image.shape == (400, 400, 3)
    assert sample_clip(CASES / "32_sar2.mp4", 1).frames[0].image.shape == (400, 400, 3)


@pytest.mark.parametrize("suffix", ["mov", "mp4"])
def test_pictures_behind_a_film_are_refused_and_not_read_for_ever(
    tmp_path: Path, suffix: str
) -> None:
    path = write_video(tmp_path / f"v.{suffix}", [plain(90)] * 3)
    inside = b"\0\0\0\0" + (22).to_bytes(4, "big") + b"iinf" + bytes(14)
    heif = (20).to_bytes(4, "big") + b"ftypheic" + bytes(4) + b"mif1"
    heif += (len(inside) + 8).to_bytes(4, "big") + b"meta" + inside
    path.write_bytes(path.read_bytes() + heif)
    with pytest.raises(MediaError, match="it holds HEIF pictures"):
        sample_clip(path, 1)
    path.write_bytes(heif)
    with pytest.raises(MediaError, match="a picture"):
        sample_clip(path, 1)


def test_nothing_else_opens_media_by_name() -> None:
    """The one door is :mod:`spoofcue.media.local_file`; writers hand over a file object too.

    A camera is a device and no file, and opened as one: by the format v4l2 and nothing else.
    """
    source = Path(__file__).parents[2] / "src"
    camera = 'str(device), format="v4l2"'
    for path in source.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "VideoCapture(" not in text, path
        assert "imread(" not in text, path
        for call in text.split("av.open(")[1:]:
            of_camera = path.name == "live_stream.py" and call.startswith(camera)
            assert of_camera or not call.startswith(("str(", "path", '"')), path
