from __future__ import annotations

import pytest

from spoofcue.errors import InputError
from spoofcue.media.address import is_address, read_address

ALL = ("rtsp", "rtsps", "http", "https")


@pytest.mark.parametrize(
    ("text", "host", "port", "target", "shown"),
    [
        ("rtsp://cam.example/a?b=1", "cam.example", 554, "/a?b=1", "rtsp://cam.example/a"),
        ("HTTP://[::1]:81", "::1", 81, "/", "http://[::1]:81/"),
        ("https://u:p%40@h/x", "h", 443, "/x", "https://h/x"),
        ("rtsps://h:554/x", "h", 554, "/x", "rtsps://h:554/x"),
    ],
)
def test_the_parts_of_an_address(text: str, host: str, port: int, target: str, shown: str) -> None:
    address = read_address(text, ALL)
    assert (address.host, address.port, address.target, str(address)) == (host, port, target, shown)


def test_a_login_is_sent_and_never_shown() -> None:
    address = read_address("http://anna:p%40ss@cam/x", ALL)
    assert address.headers() == {"Authorization": "Basic YW5uYTpwQHNz"}  # anna:p@ss
    assert "ss" not in str(address)
    assert read_address("http://cam/x", ALL).headers() == {}


@pytest.mark.parametrize(
    "text",
    [
        "ftp://host/x",
        "file:///etc/passwd",
        "concat://a|b",
        "http://",
        "http://host:0/",
        "http://host:99999/",
        "http://host/a b",
        "http://host/a\r\nX: 1",
        "http://host/ü",
        "http://[::1",
    ],
)
def test_what_is_none_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InputError) as raised:
        read_address(text, ALL)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("rtsp://h/x", True), ("http:/h/x", False), ("./a://b", False), ("clip.mp4", False)],
)
def test_an_address_has_a_scheme_and_two_slashes(text: str, expected: bool) -> None:
    assert is_address(text) is expected
