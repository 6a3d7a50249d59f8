"""What belongs to an attempt, when it is over, and what makes it worthless."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.made_detector import Image, made
from helpers.watched import HERE, NOBODY, THERE, MarkedFaces, frame
from spoofcue.detector.attempt import Attempt, AttemptRule, one_face
from spoofcue.detector.detector import Detector
from spoofcue.errors import InputError
from spoofcue.faces.box import Box

RULE = AttemptRule(seconds=2, frames=10, min_frames=4)


def marked(**options: Any) -> Detector:
    return made(faces=MarkedFaces(), **options)


def seen(images: Iterable[Image], fps: float = 10, rule: AttemptRule = RULE) -> Attempt:
    detector = marked()
    attempt = Attempt(rule, 0.0)
    for number, image in enumerate(images):
        attempt.see(image, detector.look(image), number / fps)
        if attempt.over:
            break
    return attempt


def reason(attempt: Attempt) -> str | None:
    result = attempt.judged(marked())
    assert (result.reason is None) == (result.decision != "rejected")
    return result.reason


@pytest.mark.parametrize(("brightness", "decision"), [(80, "live"), (180, "attack")])
def test_its_frames_are_judged_as_the_detector_judges_the_recording(
    brightness: int, decision: str
) -> None:
    images = [frame([HERE], brightness, n) for n in range(40)]
    attempt = seen(images)
    assert (attempt.over, attempt.left, attempt.broken) == (True, False, None)
    # 2 s of 10 a second, of which ten are due: every second one
    expected = marked().predict(np.stack(images[:20:2]))
    result = attempt.judged(marked())
    assert (result.decision, result.score) == (decision, expected.score)
    assert (result.counts, result.box) == (expected.counts, expected.box)
    assert expected.place is not None
    assert result.place == 2 * expected.place  # of those looked at
    assert attempt.looked == 19


def test_no_face_is_searched_for_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = seen([frame([HERE], 80, n) for n in range(40)])
    detector = marked()
    monkeypatch.setattr(detector._finder, "look", lambda *_: pytest.fail("it was looked at"))
    assert attempt.judged(detector).decision == "live"


def test_the_place_is_of_the_frame_that_the_box_is_of() -> None:
    boxes = [Box(20 + n, 10, 40, 40) for n in range(12)]
    images = np.stack([frame([box], 60 + n, n) for n, box in enumerate(boxes)])
    result = marked().predict(images)
    assert result.place is not None
    assert result.box == boxes[result.place]
    assert marked().predict(images[3]).place is None
    assert marked().predict(np.stack([frame(NOBODY, 80, n) for n in range(12)])).place is None


def test_a_run_of_attack_frames_is_an_attack_as_in_a_recording() -> None:
    images = [frame([HERE], 160 if 8 <= n < 14 else 60, n) for n in range(19)]
    result = seen(images).judged(marked(early_exit=None))
    assert (result.decision, result.reason) == ("attack", "attack_run")


def test_a_face_that_leaves_ends_it_and_what_came_after_is_not_of_it() -> None:
    images = [frame([HERE], 80, n) for n in range(10)]
    images += [frame(NOBODY, 80, n) for n in range(10, 30)]
    attempt = seen(images)
    assert attempt.left
    result = attempt.judged(marked())
    assert (result.decision, result.counts.sampled, result.counts.scored) == ("live", 5, 5)


def test_a_face_that_is_gone_for_a_while_is_no_evidence_for_that_while() -> None:
    away = {4, 5, 6, 7, 8}
    images = [frame(NOBODY if n in away else [HERE], 80, n) for n in range(20)]
    rule = AttemptRule(seconds=2, frames=20, min_frames=4, away=0.8)
    assert reason(seen(images, rule=rule)) is None  # a quarter of 20 is allowed
    away = {4, 5, 6, 7, 8, 9}
    images = [frame(NOBODY if n in away else [HERE], 80, n) for n in range(20)]
    assert reason(seen(images, rule=rule)) == "partly_scored"


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        ([HERE, THERE], "several_faces"),
        ([THERE], "face_changed"),
        ([Box(20, 10, 20, 20)], "face_changed"),
        ([Box(22, 12, 58, 58)], None),
    ],
)
def test_another_face_breaks_it(late: list[Box], expected: str | None) -> None:
    attempt = seen(frame([HERE] if n < 8 else late, 80, n) for n in range(30))
    assert reason(attempt) == expected
    assert attempt.looked == (19 if expected is None else 9)


def test_too_few_frames_are_rejected_with_advice() -> None:
    images = [frame([HERE] if n < 3 else NOBODY, 80, n) for n in range(30)]
    result = seen(images, rule=AttemptRule(frames=30, min_frames=4)).judged(marked())
    assert (result.reason, result.score) == ("too_few_frames", None)
    assert result.advice
    assert result.box == HERE


def test_a_frozen_picture_breaks_it_even_under_a_clock_that_runs() -> None:
    images = []
    for n in range(30):
        image = frame([HERE], 80, min(n, 5))
        image[85:, 150:] = 8 * n  # outside of the face
        images.append(image)
    attempt = seen(images)
    assert reason(attempt) == "frozen"
    assert attempt.looked == 5 + 1 + 5  # half a second at 10 a second


def test_frames_that_come_twice_are_no_new_ones() -> None:
    """As of a camera of half the rate; where most are repeats it is frozen all the same."""
    twice = seen(frame([HERE], 80, n // 2) for n in range(30))
    assert reason(twice) is None
    firsts = [frame([HERE], 80, n) for n in range(10)]
    assert twice.judged(marked()).score == marked().predict(np.stack(firsts)).score
    thrice = seen(frame([HERE], 80, n // 3) for n in range(30))
    assert reason(thrice) == "frozen"


def test_a_clip_that_is_played_again_breaks_it() -> None:
    attempt = seen(frame([HERE], 80, n % 7) for n in range(30))
    assert (reason(attempt), attempt.looked) == ("repeated", 8)


def test_frames_that_do_not_decode_count_against_it() -> None:
    images = [frame([HERE], 80, n) for n in range(30)]
    for damaged, expected in ((2, None), (3, "partly_decoded")):  # 80 % of all are needed
        attempt = seen(images)
        attempt.lost(damaged)
        assert reason(attempt) == expected


def test_silence_and_another_size_break_it() -> None:
    detector = marked()
    attempt = Attempt(RULE, 0.0)
    for at in (0.0, 0.1, 2.5):
        attempt.see(frame([HERE], 80, int(10 * at)), detector.look(frame([HERE])), at)
    assert reason(attempt) == "stream_stalled"
    sizes = [(90, 200)] * 6 + [(91, 200)] * 6
    images = [frame([HERE], 80, n, size) for n, size in enumerate(sizes)]
    assert reason(seen(images)) == "stream_changed"


def test_a_face_that_comes_closer_is_judged_from_when_it_is_fit() -> None:
    """Walking into the picture must not cost the attempt; never being fit does."""
    edge = Box(170, 10, 60, 60)  # half of it outside
    images = [
        frame(
            [edge] if n < 10 else [Box(160, 10, 56, 56)] if n < 12 else [Box(130, 10, 60, 60)],
            80,
            n,
        )
        for n in range(50)
    ]
    attempt = seen(images)
    result = attempt.judged(marked())
    assert (result.decision, result.counts.scored) == ("live", 10)
    assert reason(seen(frame([edge], 80, n) for n in range(50))) == "cut_off"


def test_it_holds_few_frames_however_long_it_is_and_fewer_of_large_ones() -> None:
    rule = AttemptRule(seconds=60, frames=12, min_frames=4)
    attempt = seen((frame([HERE], 80, n) for n in range(590)), rule=rule)
    assert attempt.looked > 450
    assert attempt.kept == 12
    # a stand-in for a huge frame: one row, seen again and again
    wide = np.lib.stride_tricks.as_strided(np.zeros(3, np.uint8), (5000, 8000, 3), (0, 0, 1))
    assert Attempt(rule, 0.0)._most(wide) == 2


def test_frames_that_are_not_to_be_spread_are_all_judged() -> None:
    rule = AttemptRule(seconds=10, frames=30, min_frames=4, spread=False)
    images = [frame([HERE], 80, n) for n in range(12)]
    attempt = seen(images, fps=100, rule=rule)
    assert (attempt.kept, attempt.over) == (12, False)
    assert attempt.judged(marked()).score == marked().predict(np.stack(images)).score
    assert seen(images, fps=100, rule=replace(rule, spread=True)).kept == 1


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 200), st.integers(1, 200))
def test_any_face_is_one_with_itself_and_order_is_of_no_matter(
    x: int, y: int, w: int, h: int
) -> None:
    box, other = Box(x, y, w, h), Box(100, 100, 90, 100)
    assert one_face(box, box)
    assert one_face(box, other) == one_face(other, box)


@pytest.mark.parametrize(
    "wrong",
    [
        {"seconds": 0},
        {"seconds": float("nan")},
        {"frames": 2.5},
        {"frames": 301},
        {"min_frames": 1},
        {"frames": 4, "min_frames": 5},
        {"away": True},
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        AttemptRule(**wrong)
