"""Everything that is no decision is a problem document, and takes no more than its limit."""

from __future__ import annotations

import asyncio
import io
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from helpers.called_service import Caller, as_png, face_png, problem_of, shipped, with_predict
from helpers.clips import video

FORM_TYPE = "multipart/form-data; boundary=b"
FORM = {"Content-Type": FORM_TYPE}
PART = b'--b\r\nContent-Disposition: form-data; name="picture"\r\n\r\n'


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    with Caller(max_body=1_000_000, max_pixels=1_000_000, max_frames=3) as called:
        yield called


def typed(kind: str, content: bytes = b"x") -> dict[str, Any]:
    return {"content": content, "headers": {"Content-Type": kind}}


CALLS: dict[str, tuple[int, str, dict[str, Any]]] = {
    "empty": (400, "bad-request", typed("image/png", b"")),
    "no boundary": (400, "bad-request", typed("multipart/form-data")),
    "no multipart": (400, "bad-request", {"content": b"no parts", "headers": FORM}),
    "cut off": (400, "bad-request", {"content": PART + b"abc", "headers": FORM}),
    "part without a name": (
        400, "bad-request",
        {"content": b"--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n", "headers": FORM},
    ),
    "no json": (400, "bad-request", typed("application/json", b"{")),
    "deep json": (400, "bad-request", typed("application/json", b"[" * 100_000)),
    "no utf-8": (400, "bad-request", typed("application/json", b'{"picture": "\xff"}')),
    "text": (415, "unsupported", typed("text/plain")),
    "no type": (415, "unsupported", {"content": b"x"}),
    "form": (415, "unsupported", typed("application/x-www-form-urlencoded", b"picture=1")),
    "compressed": (
        415, "unsupported",
        {"content": b"x", "headers": {"Content-Type": "image/png", "Content-Encoding": "gzip"}},
    ),
    "clip of a picture": (415, "unsupported", {"files": {"clip": face_png()}}),
    "picture of a clip": (415, "unsupported", {"files": {"picture": video(1, None, "mp4")}}),
    "frame of a clip": (415, "unsupported", {"files": {"frames": video(1, None, "mp4")}}),
    "list": (422, "not-valid", {"json": ["picture"]}),
    "nothing": (422, "not-valid", {"json": {}}),
    "no frames": (422, "not-valid", {"json": {"frames": []}}),
    "two kinds": (422, "not-valid", {"files": {"picture": b"a", "clip": b"b"}}),
    "two pictures": (422, "not-valid", {"files": [("picture", b"a"), ("picture", b"b")]}),
    "other field": (422, "not-valid", {"files": {"file": b"a"}}),
    "other key": (422, "not-valid", {"json": {"picture": "", "threshold": 1}}),
    "empty picture": (422, "not-valid", {"files": {"picture": b""}}),
    "no base64": (422, "not-valid", {"json": {"picture": "a*b"}}),
    "other data url": (422, "not-valid", {"json": {"picture": "data:image/png,abc"}}),
    "many keys": (
        422, "not-valid",
        typed("application/json", b"{" + b",".join(b'"k%d":1' % k for k in range(90_000)) + b"}"),
    ),
    "many texts": (413, "too-large", {"json": {"frames": ["x"] * 90_000}}),
    "long key": (422, "not-valid", {"json": {"a" * 900_000: 1}}),
    "number": (422, "not-valid", {"json": {"picture": 1}}),
    "too many frames": (413, "too-large", {"files": [("frames", b"x")] * 4}),
    "too many frames in json": (413, "too-large", {"json": {"frames": ["eA=="] * 4}}),
    "too many bytes": (413, "too-large", typed("image/png", bytes(1_000_001))),
    "too many pixels": (
        413, "too-large", {"files": {"picture": as_png(np.zeros((1001, 1000, 3), np.uint8))}}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_what_cannot_be_judged_is_a_problem(name: str, caller: Caller) -> None:
    status, kind, call = CALLS[name]
    assert len(problem_of(caller.post(**call), status, kind)["detail"]) < 300


def test_addresses_and_methods(caller: Caller) -> None:
    problem_of(caller.get("/v2"), 404, "not-found")
    answer = caller.get("/v1/checks")
    problem_of(answer, 405, "wrong-method")
    assert answer.headers["allow"] == "POST"
    problem_of(caller.post("/v1/checks?evidence=svg", **typed("image/png")), 422, "not-valid")


def test_a_refusal_quotes_no_picture(caller: Caller) -> None:
    secret = "c2VjcmV0IGZhY2U*" * 50
    answer = caller.post(json={"picture": secret, "clip": {"of": secret}})
    assert secret[:16] not in answer.text


def test_a_body_is_cut_at_the_limit_whatever_its_length_says(caller: Caller) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 50_000_000:
            sent += 65_536
            yield bytes(65_536)

    for stated in ({}, {"Content-Length": "10"}):
        sent = 0
        headers = {"Content-Type": "image/png", **stated}
        answer = caller.post(content=endless(), headers=headers)
        problem_of(answer, 413, "too-large")
        assert answer.headers["connection"] == "close"
        assert sent <= 1_000_000 + 2 * 65_536


def test_a_stated_length_beyond_the_limit_is_refused_unread(caller: Caller) -> None:
    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    for length in ("1000001", "9" * 5000):
        headers = {"Content-Type": "image/png", "Content-Length": length}
        problem_of(caller.post(content=never(), headers=headers), 413, "too-large")


def test_a_body_that_trickles_is_refused() -> None:
    async def trickle() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x"
            await asyncio.sleep(0.05)

    with Caller(body_seconds=0.2) as caller:
        began = time.monotonic()
        headers = {"Content-Type": "image/png"}
        problem_of(caller.post(content=trickle(), headers=headers), 408, "too-slow")
        assert time.monotonic() - began < 2


def test_pixels_are_counted_before_they_are_decoded(caller: Caller) -> None:
    bomb = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 1_000_000
    began = time.monotonic()
    problem_of(caller.post(files={"picture": bomb.getvalue()}), 413, "too-large")
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ({"max_seconds": 0.1}, "0.2 s, more than the limit of 0.1 s"),
        ({"max_pixels": 10_000}, "192 x 192 pixels a frame"),
        ({"max_clip_pixels": 100_000}, "6 frames of 36864 pixels"),
    ],
)
def test_clips_beyond_a_limit(limit: dict[str, Any], words: str) -> None:
    with Caller(**limit) as caller:
        document = problem_of(caller.post(files={"clip": video(1, None, "mp4")}), 413, "too-large")
    assert words in document["detail"]


def test_animations_beyond_a_limit() -> None:
    frames = [Image.new("L", (100, 100), level) for level in range(0, 250, 10)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    with Caller(max_clip_pixels=200_000) as caller:
        answer = caller.post(files={"picture": file.getvalue()})
    assert "25 frames" in problem_of(answer, 413, "too-large")["detail"]


class Gate:
    """A detector that begins checks and ends them when it is told to."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.go = threading.Event()
        self.calls = 0

    def predict(self, source: Any, *, cues: bool = False) -> Any:
        self.calls += 1
        self.begun.release()
        assert self.go.wait(20)
        return shipped().predict(source)


async def until(condition: Any) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to that")


def test_what_has_no_room_is_turned_away_and_the_rest_is_answered() -> None:
    gate = Gate()
    with Caller(with_predict(gate.predict), workers=1, queue=1) as caller:

        async def work() -> tuple[list[httpx.Response], httpx.Response]:
            calls = []
            for waiting in range(2):
                call = caller.client.post("/v1/checks", files={"picture": face_png()})
                calls.append(asyncio.ensure_future(call))
                await until(lambda: caller.service.pool.running == 1)
                await until(lambda n=waiting: caller.service.pool.waiting == n)
            refused = await caller.client.post("/v1/checks", files={"picture": face_png()})
            gate.go.set()
            return [await call for call in calls], refused

        answered, refused = caller.run(work())
        assert "1 checks are at work and 1 wait" in problem_of(refused, 503, "busy")["detail"]
        assert [a.json()["decision"] for a in answered] == ["live", "live"]
        assert caller.post(files={"picture": face_png()}).json()["decision"] == "live"


def test_bodies_in_memory_are_counted() -> None:
    gate = Gate()
    with Caller(with_predict(gate.predict), uploads=1) as caller:

        async def work() -> httpx.Response:
            call = asyncio.ensure_future(caller.client.post("/v1/checks", **typed("image/png")))
            await until(lambda: gate.calls == 1)
            refused = await caller.client.post("/v1/checks", **typed("image/png"))
            gate.go.set()
            await call
            return refused

        problem_of(caller.run(work()), 503, "busy")


def test_a_check_that_takes_too_long_has_no_answer_and_keeps_its_place() -> None:
    gate = Gate()
    with Caller(with_predict(gate.predict), workers=1, queue=0, check_seconds=0.2) as caller:
        problem_of(caller.post(**typed("image/png")), 503, "too-long")
        problem_of(caller.post(**typed("image/png")), 503, "busy")
        gate.go.set()
        caller.run(until(lambda: caller.service.pool.running == 0))
        assert caller.post(**typed("image/png")).status_code == 200


def test_a_client_that_left_is_not_judged() -> None:
    gate = Gate()
    with Caller(with_predict(gate.predict), workers=1, queue=4) as caller:

        async def work() -> list[int]:
            first = asyncio.ensure_future(caller.client.post("/v1/checks", **typed("image/png")))
            await until(lambda: gate.calls == 1)
            sent: list[Any] = []
            left = asyncio.Event()
            body = [{"type": "http.request", "body": b"x", "more_body": False}]

            async def receive() -> Any:
                if body:
                    return body.pop()
                await left.wait()
                return {"type": "http.disconnect"}

            async def send(message: Any) -> None:
                sent.append(message)

            scope = {
                "type": "http", "method": "POST", "path": "/v1/checks", "query_string": b"",
                "headers": [(b"host", b"localhost"), (b"content-type", b"image/png")],
            }  # fmt: skip
            second = asyncio.ensure_future(caller.app(scope, receive, send))
            await until(lambda: caller.service.pool.waiting == 1)
            left.set()
            await second
            assert caller.service.pool.waiting == 0
            gate.go.set()
            await first
            return [m["status"] for m in sent if m["type"] == "http.response.start"]

        assert caller.run(work()) == [499]
        assert gate.calls == 1


def test_a_model_that_fails_its_self_test_judges_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    detector = with_predict(None)

    def failing() -> None:
        raise RuntimeError("broken weights")

    monkeypatch.setattr(detector, "self_test", failing)
    with Caller(detector) as caller:
        assert caller.get("/healthz").json() == {"status": "ok"}
        problem_of(caller.get("/readyz"), 503, "not-ready")
        problem_of(caller.post(files={"picture": face_png()}), 503, "not-ready")


def test_an_animation_of_tiny_frames_is_counted_first() -> None:
    head = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff"
    frame = b"\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00"
    with Caller(max_seconds=1) as caller:
        for frames, status in ((1200, 200), (1201, 413)):
            gif = head + frame * frames + b"\x3b"
            assert caller.post(files={"picture": gif}).status_code == status


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kind=st.sampled_from(
        ["image/png", "video/mp4", "application/octet-stream", "application/json", FORM_TYPE]
    )
    | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40),
    body=st.binary(max_size=300)
    | st.binary(max_size=60).map(lambda d: face_png()[:100] + d)
    | st.binary(max_size=60).map(lambda d: PART + d + b"\r\n--b--\r\n")
    | st.text(max_size=60).map(lambda t: json.dumps({"picture": t}).encode()),
)
def test_whatever_is_sent_is_rejected_or_refused(caller: Caller, kind: str, body: bytes) -> None:
    answer = caller.post(content=body, headers={"Content-Type": kind})
    assert answer.status_code in (200, 400, 413, 415, 422), answer.text
    if answer.status_code == 200:
        assert answer.json()["decision"] == "rejected"
