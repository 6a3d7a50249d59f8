"""The newest frame alone, and a source that comes back."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest

from helpers.made_detector import Image, made
from helpers.stream_servers import MULTIPART, http_server, jpeg, part
from helpers.watched import HERE, MarkedFaces, frame
from spoofcue.detector.attempt import AttemptRule
from spoofcue.errors import MediaError
from spoofcue.media.live_stream import named_source
from spoofcue.media.stream_frames import StreamFrame
from spoofcue.watching.arrivals import Arrived, Ended
from spoofcue.watching.back_off import BackOff
from spoofcue.watching.live_feed import LiveFeed
from spoofcue.watching.sources import Source
from spoofcue.watching.watch import Watch


def still(level: int) -> StreamFrame:
    image = np.full((16, 16, 3), level, np.uint8)
    return StreamFrame(av.VideoFrame.from_ndarray(image, format="rgb24"), Fraction(1))


def feed(
    *connections: Callable[[], Iterator[StreamFrame]], tries: int = 5
) -> tuple[LiveFeed, threading.Event, list[str]]:
    """Each connection in turn; after the last there is none any more."""
    left = list(connections)
    stop, told = threading.Event(), []

    @contextmanager
    def opening() -> Iterator[Iterator[StreamFrame]]:
        if not left:
            raise MediaError("door: nobody answers")
        yield left.pop(0)()

    back = BackOff(tries, first=0.01, chance=random.Random(0))
    return LiveFeed(opening, "door", back_off=back, stop=stop, tell=told.append), stop, told


def test_a_slow_reader_gets_the_newest_frame_and_the_number_it_missed() -> None:
    first, sent, over = threading.Event(), threading.Event(), threading.Event()

    def frames() -> Iterator[StreamFrame]:
        yield still(0)
        first.wait(5)
        for level in range(1, 51):
            yield still(level)
            yield StreamFrame(None)
        sent.set()
        over.wait(10)

    live, stop, _ = feed(frames)
    arrivals = iter(live)
    one = next(arrivals)
    assert isinstance(one, Arrived)
    first.set()
    sent.wait(10)
    two = next(arrivals)
    assert isinstance(two, Arrived)
    assert one.image is not None
    assert two.image is not None
    assert (one.image.max(), two.image.max()) == (0, 50)
    assert (two.dropped, two.damaged) == (49, 50)
    assert two.at > one.at
    stop.set()
    over.set()
    assert next(arrivals) == Ended("interrupted", "the watch was stopped")
    assert list(arrivals) == []


def test_a_source_that_is_lost_is_tried_again_until_it_is_given_up() -> None:
    taken = threading.Semaphore(0)

    def frames() -> Iterator[StreamFrame]:
        yield still(7)
        taken.acquire(timeout=10)

    def breaks() -> Iterator[StreamFrame]:
        yield still(9)
        taken.acquire(timeout=10)
        raise MediaError("door: the plug was pulled")

    live, _, told = feed(frames, breaks, tries=3)
    seen = []
    for arrival in live:
        seen.append(arrival)
        if isinstance(arrival, Arrived):
            taken.release()
    assert [a.image.max() for a in seen if isinstance(a, Arrived) and a.image is not None] == [7, 9]
    assert [a.reason for a in seen if isinstance(a, Ended)] == ["stream_ended"] * 4
    assert live.gave_up
    assert any("the plug was pulled; try 2 of 3 in 0.0" in line for line in told)
    assert any("nobody answers; try 3 of 3" in line for line in told)


def test_what_breaks_in_the_reader_ends_the_watch_with_that_error() -> None:
    def frames() -> Iterator[StreamFrame]:
        yield still(7)
        raise RuntimeError("a fault of ours")

    live, _, _ = feed(frames)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        list(live)


def test_a_stop_ends_a_wait_between_tries() -> None:
    live, stop, _ = feed(tries=10)
    live._back_off.first = 30.0
    arrivals = iter(live)
    assert isinstance(next(arrivals), Ended)
    began = time.monotonic()
    stop.set()
    assert list(arrivals) == [Ended("interrupted", "the watch was stopped")]
    assert time.monotonic() - began < 10


def test_a_reader_that_nobody_listens_to_ends() -> None:
    def frames() -> Iterator[StreamFrame]:
        while True:
            time.sleep(0.005)
            yield still(1)

    live, _, _ = feed(frames)
    arrivals = iter(live)
    next(arrivals)
    arrivals.close()  # type: ignore[attr-defined]
    assert not [t for t in threading.enumerate() if t.name == "reader" and t.is_alive()]


def test_a_camera_over_http_that_drops_within_an_attempt_and_comes_back() -> None:
    def face(count: int) -> Callable[[], Iterator[bytes]]:
        def pictures() -> Iterator[bytes]:
            for number in range(count):
                yield part(jpeg(frame([HERE], 80, number)))
                time.sleep(0.03)

        return pictures

    class Everywhere(MarkedFaces):
        """JPEG spoils the mark."""

        def detect(self, image: Image) -> list[object]:  # type: ignore[override]
            return [HERE]

    answers = [(200, MULTIPART, face(12)), (503, "text/html", face(0)), (200, MULTIPART, face(200))]
    stop, told = threading.Event(), []
    with http_server(*answers) as server:
        named = named_source(server.url.replace("://", "://anna:secret@"))
        source = Source(named, stop, reconnects=5, tell=told.append)
        rule = AttemptRule(seconds=2, frames=10, min_frames=4, stall=30)
        watch = Watch(made(faces=Everywhere()), rule, source=source.name)  # type: ignore[arg-type]
        done = []
        for attempt in watch.attempts(source.arrivals()):
            done.append(attempt.to_dict())
            if len(done) == 2:
                stop.set()
    assert [(d["decision"], d["reason"]) for d in done] == [
        ("rejected", "stream_ended"),
        ("live", None),
    ]
    assert done[0]["source"] == server.url
    assert any("503" in line for line in told)
    assert not any("secret" in line for line in told)


class Counted:
    """A frame that says how many of its kind are alive."""

    alive = most = 0

    def __init__(self) -> None:
        self.frame = object()
        Counted.alive += 1
        Counted.most = max(Counted.most, Counted.alive)

    def __del__(self) -> None:
        Counted.alive -= 1

    def image(self) -> Image:
        return np.zeros((4, 4, 3), np.uint8)


def test_of_thousands_of_frames_a_handful_are_ever_held() -> None:
    def frames() -> Iterator[Any]:
        for number in range(5000):
            yield Counted()
            if number % 100 == 0:
                time.sleep(0.001)

    live, _, _ = feed(frames, tries=0)
    came = [1 + a.dropped for a in live if isinstance(a, Arrived)]
    assert len(came) > 1
    assert sum(came) <= 5000
    assert Counted.most <= 5
