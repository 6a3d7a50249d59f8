"""Streams of servers on this machine, and what is refused of them."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from helpers.made_videos import noisy, plain, write_video
from helpers.stream_servers import MULTIPART, h264, http_server, jpeg, part, rtsp_server
from spoofcue.errors import InputError, MediaError
from spoofcue.media import live_stream
from spoofcue.media.address import Address
from spoofcue.media.live_stream import Camera, named_source, opened_stream
from spoofcue.media.stream_frames import StreamFrame

LEVELS = [40, 80, 120, 160, 200]


def read(url: str, most: int = 1000) -> list[StreamFrame]:
    source = named_source(url)
    assert isinstance(source, Address)
    with opened_stream(source) as frames:
        return [frame for _, frame in zip(range(most), frames, strict=False)]


def levels(frames: list[StreamFrame]) -> list[int]:
    return [round(float(frame.image().mean())) for frame in frames]


def pieces(*data: bytes):
    return lambda: iter(data)


def test_a_camera_of_motion_jpeg() -> None:
    parts = [part(jpeg(plain(level))) for level in LEVELS]
    with http_server((200, MULTIPART, pieces(*parts))) as server:
        assert levels(read(server.url.replace("://", "://anna:secret@"))) == pytest.approx(
            LEVELS, abs=2
        )
    ((path, headers),) = server.asked
    assert path == "/live"
    assert headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize("suffix", ["mp4", "ts", "mkv"])
def test_a_film_that_is_sent_piece_by_piece(tmp_path: Path, suffix: str) -> None:
    images = [plain(level) for level in LEVELS]
    muxer = {"movflags": "frag_keyframe+empty_moov"} if suffix == "mp4" else {}
    path = write_video(tmp_path / f"a.{suffix}", images, "libx264", muxer=muxer)
    data = path.read_bytes()
    chunks = [data[at : at + 700] for at in range(0, len(data), 700)]
    with http_server((200, "video/any", pieces(*chunks))) as server:
        assert levels(read(server.url)) == pytest.approx(LEVELS, abs=4)


def test_a_camera_of_rtsp() -> None:
    coded = h264([plain(level) for level in LEVELS * 8])
    with rtsp_server(coded) as url:
        seen = levels(read(url, 20))
    assert len(seen) == 20
    assert seen[:5] == pytest.approx(LEVELS, abs=4)


@pytest.mark.parametrize("status", [301, 302, 401, 404, 500])
def test_an_answer_that_is_no_stream_is_told_and_no_redirect_followed(status: int) -> None:
    with http_server((status, "text/html", pieces(b"no"))) as server:
        server.location = server.url + "/elsewhere"
        with pytest.raises(MediaError, match=str(status)):
            read(server.url)
    assert len(server.asked) == 1


PLAYLISTS = [
    "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{0}\n#EXT-X-ENDLIST\n",
    "ffconcat version 1.0\nfile {0}\n",
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nm=video 9 RTP/AVP 96\r\n",
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>{0}</BaseURL></MPD>',
]


@pytest.mark.parametrize("playlist", PLAYLISTS)
def test_a_playlist_leads_nowhere(playlist: str, tmp_path: Path) -> None:
    film = write_video(tmp_path / "film.ts", [plain(90)] * 3, "libx264")
    data = playlist.format(film).encode()
    answer = (200, "application/vnd.apple.mpegurl", pieces(data))
    with http_server(answer) as server, pytest.raises(MediaError):
        read(server.url)
    assert len(server.asked) == 1


def test_rtsp_is_redirected_nowhere() -> None:
    coded = h264([plain(90)] * 20)
    asked: list[str] = []
    with rtsp_server(coded, asked=asked) as other, rtsp_server(coded, redirect=other) as url:
        with pytest.raises(MediaError):
            read(url, 5)
        assert asked == []
        assert len(read(other, 5)) == 5


def test_a_server_that_is_away_is_told_without_the_login() -> None:
    with http_server((200, MULTIPART, pieces())) as server:
        url = server.url
    for address in (url, url.replace("http", "rtsp")):
        with pytest.raises(MediaError) as raised:
            read(address.replace("://", "://anna:secret@"))
        assert "secret" not in str(raised.value)
        assert "\n" not in str(raised.value)


def test_bytes_without_a_frame_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_stream, "UNFRAMED", 300_000)

    def endless() -> Iterator[bytes]:
        yield b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 100000000\r\n\r\n"
        while True:
            yield b"\xff\xd8" + bytes(10_000)

    with http_server((200, MULTIPART, endless)) as server, pytest.raises(MediaError):
        read(server.url)


def test_a_server_that_drips_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_stream, "SILENCE", 0.4)
    waiting = threading.Event()

    def drips() -> Iterator[bytes]:
        while not waiting.wait(0.05):
            yield b"x"

    with http_server((200, MULTIPART, drips)) as server, pytest.raises(MediaError):
        read(server.url)
    waiting.set()


def test_a_huge_frame_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_stream, "MAX_PIXELS", 64 * 48 - 1)
    parts = [part(jpeg(plain(90)))] * 3
    with http_server((200, MULTIPART, pieces(*parts))) as server, pytest.raises(MediaError):
        levels(read(server.url))


def test_a_broken_picture_is_damaged_and_the_others_are_whole() -> None:
    whole = jpeg(noisy(90, 0))
    broken = whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2)
    parts = [part(data) for data in (whole, broken, whole, whole)]
    with http_server((200, MULTIPART, pieces(*parts))) as server:
        assert [frame.frame is None for frame in read(server.url)] == [False, True, False, False]


def test_what_a_source_is_named_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film = write_video(tmp_path / "a.mp4", [plain(90)])
    assert named_source(str(film)) == film
    assert isinstance(named_source("rtsp://cam/x"), Address)
    assert named_source("http:/127.0.0.1/x") == Path("http:/127.0.0.1/x")  # a file, as elsewhere
    for text in ("file:///etc/passwd", "tcp://host:1", "concat://a"):
        with pytest.raises(InputError):
            named_source(text)
    monkeypatch.setattr(sys, "platform", "linux")
    assert named_source("0") == Camera("/dev/video0")
    assert isinstance(named_source("/dev/video7"), Camera)
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(InputError, match="Linux"):
        named_source("0")


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="no such device")
def test_a_camera_that_is_none_is_told() -> None:
    for path in ("/dev/null", "/dev/video97"):
        with pytest.raises(MediaError, match=path), opened_stream(Camera(path)) as frames:
            next(frames)


def test_frames_are_upright_pixels() -> None:
    image = np.zeros((48, 64, 3), np.uint8)
    image[:, :32, 0] = 250
    with http_server((200, MULTIPART, pieces(*[part(jpeg(image))] * 3))) as server:
        frame = read(server.url, 1)[0].image()
    assert frame.shape == (48, 64, 3)
    assert frame[20, 10, 0] > 200 > 50 > frame[20, 50, 0]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes the certificate")
@pytest.mark.parametrize("scheme", ["rtsps", "https"])
def test_a_server_that_nobody_vouches_for_is_told_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    make = f"openssl req -x509 -newkey rsa:2048 -nodes -keyout {key} -out {certificate} -days 2"
    make += " -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(make.split(), check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    heard: list[bytes] = []

    def serve() -> None:
        for _ in range(2):
            plain_client, _ = listener.accept()
            plain_client.settimeout(5)
            with suppress(OSError), context.wrap_socket(plain_client, server_side=True) as client:
                heard.append(client.recv(100))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        url = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/x"
        with pytest.raises(MediaError):
            read(url)
        assert not any(heard)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # now somebody does
        with pytest.raises(MediaError):
            read(url)
        thread.join(5)
    assert b"/x" in heard[-1]
