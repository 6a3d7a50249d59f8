"""Who comes is judged once, and has to leave before the next."""

from __future__ import annotations

import itertools
import json
import tracemalloc
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from helpers.made_detector import made
from helpers.watched import HERE, NOBODY, THERE, MarkedFaces, arrivals, frame
from spoofcue.detector.attempt import AttemptRule
from spoofcue.errors import InputError
from spoofcue.faces.box import Box
from spoofcue.watching.arrivals import Arrival, Arrived, Ended
from spoofcue.watching.watch import Attempted, Watch

RULE = AttemptRule(seconds=1, frames=10, min_frames=4)
DONE = Ended(None, "the file has ended")


def watched(*parts: Iterable[Arrival], rule: AttemptRule = RULE, **options: Any) -> list[Attempted]:
    watch = Watch(made(faces=MarkedFaces()), rule, source="clip", **options)
    return list(watch.attempts(itertools.chain(*parts)))


def said(attempts: list[Attempted]) -> list[tuple[str, str | None]]:
    return [(one.result.decision, one.result.reason) for one in attempts]


def test_one_decision_for_each_who_comes() -> None:
    film = arrivals((20, NOBODY, 90), (60, [HERE], 80), (20, NOBODY, 90), (60, [HERE], 180))
    attempts = watched(film, [DONE])
    assert said(attempts) == [("live", None), ("attack", None)]
    first = attempts[0].to_dict()
    json.dumps(first, allow_nan=False)
    # 20 frames a second from s 1 on, until a second is over or ten frames are there
    assert (first["attempt"], first["started"]) == (1, "2001-09-09T01:46:41.000Z")
    lasted = datetime.fromisoformat(first["ended"][:-1]) - datetime.fromisoformat(
        first["started"][:-1]
    )
    assert lasted.total_seconds() == pytest.approx(0.9, abs=0.05)
    assert first["frames"]["judged"] == first["frames"]["scored"] == 10
    assert first["box"] == {"x": 20, "y": 10, "w": 60, "h": 60}
    assert first["model"] == made().model_id
    assert (first["score"] is not None, first["threshold"]) == (True, 0.5)


def test_the_decision_is_the_detectors_of_the_same_frames() -> None:
    images = [frame([HERE], 80 + n, n) for n in range(20)]
    film = [Arrived(image, n / 20, n / 20) for n, image in enumerate(images)]
    (attempt,) = watched(film, [DONE])
    expected = made(faces=MarkedFaces()).predict(np.stack(images[:20:2]))
    assert attempt.result.score == expected.score
    assert attempt.result.counts == expected.counts


def test_nothing_is_said_while_nothing_happens() -> None:
    small = Box(20, 10, 4, 4)
    assert watched(arrivals((200, NOBODY, 80), (100, [small], 80)), [DONE]) == []


def test_whoever_stays_is_not_judged_again() -> None:
    assert said(watched(arrivals((400, [HERE], 80)), [DONE])) == [("live", None)]


def test_another_who_takes_the_place_is_judged() -> None:
    film = arrivals((60, [HERE], 80), (60, [THERE], 180))
    assert said(watched(film, [DONE])) == [("live", None), ("attack", None)]


def test_a_short_gap_of_the_face_finder_is_no_leaving() -> None:
    film = arrivals((60, [HERE], 80), (5, NOBODY, 80), (60, [HERE], 80))
    assert said(watched(film, [DONE])) == [("live", None)]


def test_a_rejected_face_that_stays_is_tried_again_after_a_while() -> None:
    parts = [(3, [HERE], 80), (60, [HERE, THERE], 80), (60, [HERE], 80)]
    attempts = watched(arrivals(*parts), [DONE], again=2)
    assert said(attempts) == [
        ("rejected", "several_faces"),
        ("rejected", "several_faces"),
        ("live", None),
    ]
    assert attempts[1].started - attempts[0].ended == pytest.approx(2, abs=0.11)
    assert attempts[0].result.advice == "one person before the camera"


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        (DONE, ("live", None)),
        (Ended("stream_ended", "the server is gone"), ("rejected", "stream_ended")),
        (Ended("interrupted", "the watch was stopped"), ("rejected", "interrupted")),
    ],
)
def test_a_stream_that_ends_within_an_attempt_is_never_live(
    ended: Ended, expected: tuple[str, str | None]
) -> None:
    attempts = watched(arrivals((12, [HERE], 80)), [ended], arrivals((30, NOBODY, 80)))
    assert said(attempts) == [expected]
    assert attempts[0].result.box == HERE
    assert said(watched(arrivals((12, NOBODY, 80)), [ended])) == []


def test_after_a_reconnect_a_new_attempt_begins() -> None:
    lost = Ended("stream_ended", "the server is gone")
    film = watched(arrivals((5, [HERE], 80)), [lost], arrivals((30, [HERE], 80), start=105), [DONE])
    assert said(film) == [("rejected", "stream_ended"), ("live", None)]


def test_lost_frames_are_counted_and_damaged_ones_count_against_it() -> None:
    film = list(arrivals((30, [HERE], 80)))
    film[5] = Arrived(film[5].image, film[5].at, film[5].utc, dropped=7, damaged=1)
    (attempt,) = watched(film, [DONE])
    frames = attempt.to_dict()["frames"]
    assert (frames["dropped"], frames["damaged"]) == (7, 1)
    assert attempt.result.counts.wanted == attempt.result.counts.decoded + 1
    film[6] = Arrived(None, film[6].at, film[6].utc, damaged=9)
    assert said(watched(film, [DONE])) == [("rejected", "partly_decoded")]


def test_the_time_of_judging_is_no_absence() -> None:
    """Nobody looked for a second, and the face is where it was: it has not left."""
    late = arrivals((60, [HERE], 80), start=105)
    assert said(watched(arrivals((19, [HERE], 80)), late, [DONE])) == [("live", None)]


def test_states_are_told_once_each() -> None:
    words: list[str] = []
    watched(arrivals((30, NOBODY, 80), (40, [HERE], 80)), [DONE], state=words.append)
    assert words[0] == "no face"
    assert {"judging", "live"} <= set(words)
    assert all(a != b for a, b in itertools.pairwise(words))


def test_memory_does_not_grow() -> None:
    day = [(15, [HERE], 80), (15, NOBODY, 80), (9, [HERE, THERE], 80), (15, NOBODY, 80)]
    watch = Watch(made(faces=MarkedFaces()), RULE, source="door")
    grown = []
    tracemalloc.start()
    try:
        for day_ in range(4):
            done = sum(1 for _ in watch.attempts(arrivals(*(day * 10), start=1000 * day_)))
            assert done == 20
            grown.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    # 540 frames of 54 kB came each time; a single one that stayed would be seen
    assert grown[-1] - grown[1] < 50_000


def test_a_line_is_json_even_of_what_is_no_number() -> None:
    (attempt,) = watched(arrivals((30, [HERE], 80)), [DONE])
    assert json.loads(attempt.line()) == attempt.to_dict()
    odd = replace(attempt, result=replace(attempt.result, score=float("nan")))
    told = json.loads(odd.line(), parse_constant=pytest.fail)
    assert told["score"] is None


def test_a_wrong_time_is_refused() -> None:
    with pytest.raises(InputError):
        Watch(made(), RULE, source="x", again=float("nan"))
