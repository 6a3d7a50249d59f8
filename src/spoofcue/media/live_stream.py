"""A camera, or a stream that the user names by its address: opened as that and nothing else.

Everywhere else a path is a local file (:mod:`spoofcue.media.local_file`); this is the one place
that reaches further. A stream of HTTP is read here and handed to FFmpeg as bytes, so that FFmpeg
has neither a name nor a protocol, no redirect is followed and certificates are checked. RTSP is
FFmpeg's, over TCP alone. Playlists are no format of either.
"""

from __future__ import annotations

import http.client
import os
import ssl
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from spoofcue.errors import InputError, MediaError
from spoofcue.media.address import Address, answered_within, is_address, read_address
from spoofcue.media.container import FORMATS
from spoofcue.media.stream_frames import StreamFrame, frames_of

if TYPE_CHECKING:
    import av

SCHEMES = ("rtsp", "rtsps", "http", "https")
MULTIPART = "mpjpeg"  # pictures one after the other, as most cameras give over HTTP
STREAMED = (*FORMATS, MULTIPART, "mjpeg")
MAX_PIXELS = 16_000_000  # of a frame
# s: to connect and open; without a whole frame
OPENING = 10.0
SILENCE = 10.0
# bytes that may come without a whole frame
UNFRAMED = 64 << 20


class Camera(str):
    """The path of a video device."""

    __slots__ = ()


Live = Camera | Address


def named_source(text: str) -> Live | Path:
    """What a user names: a number or device, an address, or else a local file.

    Raises:
        InputError: an address of a scheme that is not read, or no cameras are read here.

    """
    if is_address(text):
        return read_address(text, SCHEMES)
    path = Path(f"/dev/video{int(text)}") if text.isascii() and text.isdigit() else Path(text)
    try:
        device = stat.S_ISCHR(os.stat(path).st_mode)
    except (OSError, ValueError):
        # a camera may be plugged in later
        device = str(path).startswith("/dev/video")
    if not device:
        return path
    if not sys.platform.startswith("linux"):
        raise InputError("cameras are read on Linux alone; give the address of a stream.")
    return Camera(path)


@contextmanager
def opened_stream(source: Live) -> Iterator[Iterator[StreamFrame]]:
    """The frames of a camera or stream, as they come, until it ends.

    Raises:
        MediaError: it does not answer, is refused or is no video; from the frames too.

    """
    import av

    try:
        if isinstance(source, Camera):
            with _of_device(source) as container:
                yield frames_of(container, str(source), MAX_PIXELS)
        elif source.scheme.startswith("http"):
            with _of_http(source) as (body, container):
                yield body.fed(frames_of(container, str(source), MAX_PIXELS))
        else:
            with _of_rtsp(source) as container:
                yield frames_of(container, str(source), MAX_PIXELS)
    except (OSError, http.client.HTTPException, av.error.FFmpegError, ValueError) as error:
        # FFmpeg's own text may quote the whole address, login and all
        why = getattr(error, "strerror", None) or (
            type(error).__name__ if isinstance(source, Address) else str(error)
        )
        raise MediaError(f"{source}: {why}") from None


@contextmanager
def _of_device(device: Camera) -> Iterator[av.container.InputContainer]:
    import av

    if not stat.S_ISCHR(os.stat(device).st_mode):
        raise OSError(0, "it is no video device")
    options = {"max_pixels": str(MAX_PIXELS), "protocol_whitelist": "none"}
    with av.open(str(device), format="v4l2", options=options, timeout=(OPENING, SILENCE)) as opened:
        yield opened


@contextmanager
def _of_rtsp(address: Address) -> Iterator[av.container.InputContainer]:
    import av

    options = {
        "protocol_whitelist": "tcp" if address.scheme == "rtsp" else "tls,tcp",
        "format_whitelist": "rtsp",
        "rtsp_transport": "tcp",  # a lost packet of UDP would spoil frames
        "allowed_media_types": "video",
        "max_pixels": str(MAX_PIXELS),
    }
    if address.scheme == "rtsps":
        options |= {"tls_verify": "1", "verify": "1"}
        if trusted := ssl.get_default_verify_paths().cafile:
            options["ca_file"] = trusted
    login = "" if address.login is None else ":".join(quote(p, safe="") for p in address.login)
    host = f"[{address.host}]" if ":" in address.host else address.host
    name = f"{address.scheme}://{f'{login}@' if login else ''}{host}:{address.port}{address.target}"
    with av.open(name, format="rtsp", options=options, timeout=(OPENING, SILENCE)) as opened:
        yield opened


@contextmanager
def _of_http(address: Address) -> Iterator[tuple[_Body, av.container.InputContainer]]:
    import av

    connection = address.connection(SILENCE)
    try:
        headers = {"Accept": "*/*", "User-Agent": "spoofcue", **address.headers()}
        with answered_within(connection, OPENING):
            connection.request("GET", address.target, headers=headers)
            response = connection.getresponse()
        if response.status != 200:
            redirect = ", and no redirect is followed" if response.status // 100 == 3 else ""
            raise OSError(0, f"the server answers {response.status}{redirect}")
        kind = (response.headers.get_content_type() or "").lower()
        body = _Body(response)
        options = {
            "format_whitelist": ",".join(STREAMED),
            "protocol_whitelist": "none",
            "max_pixels": str(MAX_PIXELS),
        }
        shape = MULTIPART if kind == "multipart/x-mixed-replace" else None
        with av.open(body, format=shape, options=options, metadata_errors="replace") as opened:
            yield body, opened
    finally:
        connection.close()


class _Body:
    """A server's answer as a file that cannot be wound back, and that may not drip for ever."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self._response = response
        self._since = time.monotonic()
        self._left = UNFRAMED

    def read(self, count: int) -> bytes:
        data = self._response.read1(count)
        self._left -= len(data)
        if self._left < 0:
            raise OSError(0, f"{UNFRAMED >> 20} MiB came without a whole frame")
        if time.monotonic() - self._since > SILENCE:
            raise OSError(0, f"no whole frame came for {SILENCE:g} s")
        return data

    def fed(self, frames: Iterator[StreamFrame]) -> Iterator[StreamFrame]:
        """The frames; each of them shows that the server is well."""
        for frame in frames:
            self._since, self._left = time.monotonic(), UNFRAMED
            yield frame
            self._since = time.monotonic()
