"""A server that is told of an attempt, on this machine."""

from __future__ import annotations

import hashlib
import hmac
import socket
import threading
import time
from contextlib import suppress
from dataclasses import replace

import pytest

from helpers.webhook_receiver import receiver
from spoofcue.errors import InputError
from spoofcue.media.address import read_address
from spoofcue.watching.webhook import Webhook, signature

KEY = b"0123456789abcdef"


def hook(url: str, key: bytes | None = KEY, timeout: float = 5.0) -> tuple[Webhook, list[float]]:
    waits: list[float] = []
    made = Webhook(read_address(url, ("http",)), key, timeout, sleep=waits.append)
    return made, waits


def test_the_receiver_can_check_who_sent_it_and_when() -> None:
    body = b'{"decision": "live"}'
    with receiver(204) as server:
        made, _ = hook(f"{server.url}/door?id=7")
        assert made.tell(body) is None
    ((path, headers, got),) = server.requests
    assert (path, got, headers["Content-Type"]) == ("/door?id=7", body, "application/json")
    at, code = (part.split("=")[1] for part in headers["X-Spoofcue-Signature"].split(","))
    expected = hmac.new(KEY, at.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert code == expected
    assert abs(int(at) - time.time()) < 5
    assert signature(KEY, body, int(at)) != signature(KEY, body, int(at) + 1)


def test_without_a_key_it_is_not_signed() -> None:
    with receiver(200) as server:
        made, _ = hook(server.url, key=None)
        assert made.tell(b"{}") is None
    assert "X-Spoofcue-Signature" not in server.requests[0][1]


@pytest.mark.parametrize(
    ("statuses", "asked", "waits", "wrong"),
    [
        ([503, 200], 2, [1], None),
        ([500, 429, 502], 3, [1, 2], "502"),
        ([403], 1, [], "403"),
        ([307], 1, [], "no redirect"),
    ],
)
def test_what_may_pass_is_tried_again_and_nothing_else(
    statuses: list[int], asked: int, waits: list[float], wrong: str | None
) -> None:
    with receiver(*statuses) as server:
        made, waited = hook(server.url)
        said = made.tell(b"{}")
    assert (len(server.requests), waited) == (asked, waits)
    assert (said is None) if wrong is None else (said is not None and wrong in said)
    assert {path for path, _, _ in server.requests} == {"/"}  # never /elsewhere


def test_a_server_that_is_away_or_silent_is_given_up() -> None:
    with receiver() as server:
        away = server.url
    made, waited = hook(away)
    said = made.tell(b"{}")
    assert said is not None
    assert "refused" in said.lower()
    assert waited == [1, 2]
    with receiver(200, 200, 200) as server:
        server.waits = 1.0
        made, _ = hook(server.url, timeout=0.1)
        assert "timed out" in (made.tell(b"{}") or "")


def test_a_server_that_drips_its_answer_is_cut_off() -> None:
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            client, _ = listener.accept()
            with client, suppress(OSError):
                client.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while not ended.wait(0.05):
                    client.sendall(b"x")

        threading.Thread(target=drip, daemon=True).start()
        made = Webhook.read(f"http://127.0.0.1:{listener.getsockname()[1]}/", None, timeout=0.5)
        assert "timed out" in (replace(made, tries=1).tell(b"{}") or "")
    ended.set()


def test_a_short_key_and_other_schemes_are_refused() -> None:
    with pytest.raises(InputError, match="16"):
        Webhook.read("https://door.example/", b"short")
    for url in ("ftp://door.example/", "door.example", "https:///x", "https://a b/"):
        with pytest.raises(InputError):
            Webhook.read(url, None)


def test_neither_key_nor_login_is_shown() -> None:
    made = Webhook.read("https://anna:secret@door.example/x?token=t0p", KEY)
    assert str(made) == "https://door.example/x"
    assert "0123456789abcdef" not in repr(made)
