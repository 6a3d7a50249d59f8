"""Servers of video on this machine: MJPEG and files over HTTP, H.264 over RTSP."""

from __future__ import annotations

import io
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pil

Image = NDArray[np.uint8]


def jpeg(image: Image) -> bytes:
    file = io.BytesIO()
    Pil.fromarray(image).save(file, "JPEG", quality=95, subsampling=0)
    return file.getvalue()


def part(picture: bytes) -> bytes:
    """Of a multipart stream, as cameras send it."""
    head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
    return head.encode() + picture + b"\r\n"


MULTIPART = "multipart/x-mixed-replace; boundary=frame"


@dataclass
class Served:
    """What each connection gets in turn: status, content type, pieces; the last one again."""

    answers: list[tuple[int, str, Callable[[], Iterator[bytes]]]]
    url: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    location: str = ""


@contextmanager
def http_server(*answers: tuple[int, str, Callable[[], Iterator[bytes]]]) -> Iterator[Served]:
    state = Served(list(answers))
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            at = min(len(state.asked), len(state.answers) - 1)
            state.asked.append((self.path, dict(self.headers)))
            status, kind, pieces = state.answers[at]
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if state.location:
                self.send_header("Location", state.location)
            self.end_headers()
            with suppress(OSError):
                for piece in pieces():
                    if ended.is_set():
                        break
                    self.wfile.write(piece)
                    self.wfile.flush()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}/live"
    threading.Thread(target=server.serve_forever, daemon=True, args=(0.02,)).start()
    try:
        yield state
    finally:
        ended.set()
        server.shutdown()
        server.server_close()


def h264(images: Sequence[Image]) -> list[bytes]:
    """The coded frames in Annex B, parameter sets before each key frame."""
    file = io.BytesIO()
    options = {"preset": "ultrafast", "tune": "zerolatency", "crf": "10", "threads": "1"}
    with av.open(file, "w", format="null") as sink:
        stream = sink.add_stream("libx264", rate=20, options=options)
        stream.height, stream.width = images[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        return [
            bytes(packet)
            for image in images
            for packet in stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24"))
        ]


def _units(coded: bytes) -> list[bytes]:
    parts = coded.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")
    return [unit for unit in parts if unit]


SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=test\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\n"
    "a=control:track1\r\n"
)


@contextmanager
def rtsp_server(
    frames: Sequence[bytes], *, redirect: str = "", asked: list[str] | None = None
) -> Iterator[str]:
    """Sends the frames to whoever asks, over the connection itself, and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            with suppress(OSError):
                client, _ = listener.accept()
                client.settimeout(5)
                if asked is not None:
                    asked.append("a connection")
                with client, suppress(OSError):
                    _talk(client, frames, redirect)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"rtsp://127.0.0.1:{listener.getsockname()[1]}/door"
    finally:
        ended.set()
        thread.join(5)
        listener.close()


def _talk(client: socket.socket, frames: Sequence[bytes], redirect: str) -> None:
    reader = client.makefile("rb")
    while line := reader.readline():
        method = line.split()[0].decode()
        fields = {}
        while head := reader.readline().strip():
            name, _, value = head.decode().partition(":")
            fields[name.lower()] = value.strip()
        answer, body = [f"CSeq: {fields['cseq']}"], ""
        status = "200 OK"
        if method == "DESCRIBE" and redirect:
            status = "302 Found"
            answer.append(f"Location: {redirect}")
        elif method == "DESCRIBE":
            body = SDP
            answer += ["Content-Type: application/sdp", f"Content-Length: {len(SDP)}"]
        elif method == "OPTIONS":
            answer.append("Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN")
        elif method == "SETUP":
            answer += ["Transport: RTP/AVP/TCP;unicast;interleaved=0-1", "Session: 1"]
        else:
            answer.append("Session: 1")
        text = "\r\n".join([f"RTSP/1.0 {status}", *answer]) + "\r\n\r\n" + body
        client.sendall(text.encode())
        if method == "PLAY":
            _play(client, frames)
            return
        if method == "TEARDOWN":
            return


def _play(client: socket.socket, frames: Sequence[bytes]) -> None:
    number = 0
    for at, coded in enumerate(frames):
        units = _units(coded)
        for unit in units:
            last = 0x80 if unit is units[-1] else 0
            head = struct.pack("!BBHII", 0x80, 96 | last, number & 0xFFFF, 4500 * at, 7)
            client.sendall(struct.pack("!cBH", b"$", 0, len(head) + len(unit)) + head + unit)
            number += 1
        time.sleep(0.02)
