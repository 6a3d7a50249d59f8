"""The harness of hostile requests: what it makes, and what it calls a fault."""

from __future__ import annotations

import asyncio
import io
import random
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from hostile_parts import requests
from hostile_parts.originals import Original
from hostile_parts.over_http import Answered, Sender, media_of, read_answer
from hostile_parts.requests import SHARES, Asked, Maker, is_live
from hostile_parts.routes import Outcome


def picture(shade: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(shade).integers(0, 255, (48, 48, 3), np.uint8)).save(
        file, "JPEG"
    )
    return file.getvalue()


FACE = picture(0)
SOUND = [
    Original("image", "00.jpg", FACE),
    Original("image", "12.jpg", picture(1)),
    Original("video", "live-mpeg4.mp4", bytes(500)),
    Original("video", "mixed-mpeg4.mp4", bytes(600)),
]


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch) -> Maker:
    monkeypatch.setattr(requests, "bombs", lambda *_: [b"bomb", b"another"])
    return Maker(SOUND, 0, 8000, "key")


def judged(asked: Asked, answered: Answered, *shown: bytes) -> Outcome:
    outcome = Outcome(0, asked.kind)
    sender = Sender(None, None, 0)  # type: ignore[arg-type]
    asyncio.run(sender._judge(outcome, asked, answered, lambda: shown))
    return outcome


def test_a_request_is_made_again_from_its_number(maker: Maker) -> None:
    again = Maker(SOUND, 0, 8000, "key")
    made = [maker.make(number) for number in range(300)]
    assert made == [again.make(number) for number in range(300)]
    assert {one.kind for one in made} > {"picture", "json", "multipart", "head", "bomb"}
    assert sum(SHARES.values()) == 1000
    assert len({one.raw for one in made}) > 250


def test_an_attack_is_not_drawn_as_a_live_face(maker: Maker) -> None:
    live = ("00.jpg", "11.png", "animated.gif", "deep.png", "live-mpeg4.mp4")
    for name in (*live, "12.jpg", "19.png", "mixed-mpeg4.mp4"):
        assert is_live(Original("image", name, b"")) == (name in live), name
    drawn = {maker.broken_picture(random.Random(k)) for k in range(200)}
    assert (FACE, True) in drawn
    assert (SOUND[1].data, False) in drawn


def test_what_must_not_be() -> None:
    face = FACE
    live = Answered(200, {}, b'{"decision": "live"}')
    plain = Asked("picture", b"", True, live=True)
    assert judged(plain, live, face).faults == []
    for answered, shown, words in (
        (live, (face[:800],), "broken"),
        (live, (face, face[:800]), "broken"),
        (live, (), "nothing is shown"),
        (Answered(), (face,), "no answer"),
        (Answered(500), (face,), "status 500"),
        (Answered(302), (face,), "status 302"),
        (Answered(413, {}, b'{"decision": "live"}'), (face,), "live with status 413"),
        (Answered(200, {b"spoofcue-decision": b"live"}, b"png"), (b"x",), "broken"),
    ):
        (fault, *_) = judged(plain, answered, *shown).faults
        assert words in fault
    missed = judged(Asked("picture", b"", True), live, face)
    assert (missed.faults, missed.answer) == ([], "200 live, an attack missed")
    assert judged(Asked("head", b"", False), Answered()).faults == []


def test_bodies_are_read_without_the_services_own_reader() -> None:
    part = b'Content-Disposition: form-data; name="frames"\r\n\r\n'
    body = (
        b"--a b\r\n" + part + b"one\r\n--a b\r\n" + part + b"two\r\n--a b--\r\nmore\r\n--a b--\r\n"
    )
    form = Asked("multipart", b"", body=body, content_type="multipart/form-data; boundary=a b")
    assert list(media_of(form)) == [b"one", b"two"]
    told = Asked("json", b"", body=b'{"frames": ["b25l", "data:,dHdv"]}', content_type="x")
    assert list(media_of(told)) == [b"one", b"two"]


def test_an_answer_is_read_to_its_end() -> None:
    async def read(data: bytes) -> Answered:
        reader = asyncio.StreamReader()
        reader.feed_data(data)
        reader.feed_eof()
        return await read_answer(reader, False)

    whole = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 413 X\r\nContent-Length: 4\r\n\r\nnull"
    answered = asyncio.run(read(whole))
    assert (answered.status, answered.body, answered.decision) == (413, b"null", None)
