"""An address of the network that a user names outright; nothing else leads anywhere."""

from __future__ import annotations

import base64
import errno
import http.client
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from spoofcue.errors import InputError

PORTS = {"http": 80, "https": 443, "rtsp": 554, "rtsps": 322}


@dataclass(frozen=True, slots=True)
class Address:
    """A URL in its parts.

    Attributes:
        scheme: of :data:`PORTS`.
        host: name or IP address.
        port: 1..65535.
        target: path and query, as a server is asked for them.
        login: name and password, or None. They are in no message and no result.

    """

    scheme: str
    host: str
    port: int
    target: str
    login: tuple[str, str] | None = None

    def __str__(self) -> str:
        """What may be shown: no login, and no query, which may hold a token."""
        path = self.target.partition("?")[0]
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{path}"

    def headers(self) -> dict[str, str]:
        """The login, as HTTP sends it."""
        if self.login is None:
            return {}
        secret = base64.b64encode(":".join(self.login).encode()).decode()
        return {"Authorization": f"Basic {secret}"}

    def connection(self, timeout: float) -> http.client.HTTPConnection:
        """A connection of HTTP or HTTPS, not yet opened; certificates are checked.

        Args:
            timeout: of each wait for the server, s.

        """
        if self.scheme == "http":
            return http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=context)


@contextmanager
def answered_within(connection: http.client.HTTPConnection, seconds: float) -> Iterator[None]:
    """Cut the connection if the block takes longer: a server that drips keeps every single wait.

    Args:
        connection: that the block asks something of.
        seconds: for all of it.

    Raises:
        TimeoutError: it took longer.

    """
    late = threading.Event()

    def cut() -> None:
        late.set()
        with suppress(OSError, AttributeError):  # it was just closed, or is none yet
            connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if late.is_set():  # what was read up to the cut may look like an answer
            raise TimeoutError(errno.ETIMEDOUT, f"timed out after {seconds:g} s")


def is_address(text: str) -> bool:
    """Whether a user means an address: a path with ``://`` in it is written as ``./a://b``."""
    scheme, mark, _ = text.partition("://")
    return bool(mark) and os.sep not in scheme and not scheme.startswith(".")


def read_address(text: str, schemes: tuple[str, ...]) -> Address:
    """The parts of a URL.

    Raises:
        InputError: its scheme is none of ``schemes``, or it lacks a host, or is malformed.

    """
    if any(ord(letter) <= 32 or ord(letter) == 127 for letter in text):
        raise InputError("the address holds blanks or control characters; write them as %20.")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise InputError(f"the address is malformed ({error}).") from None
    if parts.scheme not in schemes:
        raise InputError(f"{parts.scheme}:// is not read; give an address of {', '.join(schemes)}.")
    if not parts.hostname or port == 0:
        raise InputError(f"the address names no host: give {parts.scheme}://host/path.")
    try:
        target = (parts.path or "/").encode("ascii").decode()
        query = f"?{parts.query}".encode("ascii").decode() if parts.query else ""
        parts.hostname.encode("idna")
    except UnicodeError:
        raise InputError(
            "the address holds letters that no address can; write them with %."
        ) from None
    login = None
    if parts.username is not None:
        login = unquote(parts.username), unquote(parts.password or "")
    return Address(parts.scheme, parts.hostname, port or PORTS[parts.scheme], target + query, login)
