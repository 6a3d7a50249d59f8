"""An attempt by id is decided over all of its frames, by the rules of a camera that is watched."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from helpers.called_service import as_png
from helpers.made_detector import made
from helpers.watched import HERE, NOBODY, THERE, MarkedFaces, frame
from spoofcue.detector import attempt as attempt_module
from spoofcue.detector.detector import Detector
from spoofcue.detector.receipt import operating_point
from spoofcue.serving.jobs_attempt import attempt_task, decide, look, look_task, rule_of
from spoofcue.serving.settings import ServiceSettings

RULE = rule_of(ServiceSettings(attempt_seconds=20, attempt_min_frames=5))
MOST = 1_000_000


def marked() -> Detector:
    return made(faces=MarkedFaces())


def decided(files: Iterable[bytes], fps: float = 5, times: Any = None) -> dict[str, Any]:
    files = list(files)
    at = [n / fps for n in range(len(files))] if times is None else times
    facts = decide(marked(), RULE, MOST, attempt_task(list(zip(files, at, strict=True)))).facts
    assert facts["operating_point"] == operating_point(marked())
    result: dict[str, Any] = facts["result"]
    return result


def pngs(*parts: tuple[int, Any], brightness: int = 80) -> list[bytes]:
    boxes = [seen for count, seen in parts for _ in range(count)]
    return [as_png(frame(b, brightness, n)) for n, b in enumerate(boxes)]


@pytest.mark.parametrize(("brightness", "decision"), [(80, "live"), (180, "attack")])
def test_all_frames_are_judged_as_one_recording(brightness: int, decision: str) -> None:
    frames = [frame([HERE], brightness, n) for n in range(12)]
    result = decided(map(as_png, frames))
    wanted = marked().predict(np.stack(frames))
    assert (result["decision"], result["score"]) == (decision, wanted.score)
    assert result["counts"]["sampled"] == wanted.counts.sampled


def test_frames_that_come_at_once_count_all() -> None:
    files = pngs((8, [HERE]))
    result = decided(files, times=[100 + n / 1000 for n in range(8)])
    assert (result["decision"], result["frames"]) == ("live", 8)


def test_who_has_not_come_yet_costs_nothing() -> None:
    result = decided(pngs((20, NOBODY), (6, [HERE])))
    assert (result["decision"], result["frames"]) == ("live", 6)


CASES: dict[str, tuple[list[bytes], dict[str, Any]]] = {
    "several_faces": (pngs((7, [HERE]), (1, [HERE, THERE]), (2, [HERE])), {}),
    "face_changed": (pngs((7, [HERE]), (3, [THERE])), {}),
    "too_few_frames": (pngs((4, [HERE])), {}),
    "no_face": (pngs((8, NOBODY)), {}),
    "face_left": (pngs((7, [HERE]), (6, NOBODY), (3, [HERE])), {}),
    "frozen": ([*pngs((5, [HERE])), *pngs((5, [HERE]))[4:] * 6], {}),
    "repeated": (pngs((6, [HERE])) * 2, {}),
    "stream_stalled": (pngs((8, [HERE])), {"times": [0, 1, 2, 3, 4, 6.1, 7, 8]}),
    "stream_changed": (
        [*pngs((6, [HERE])), as_png(frame([HERE], 80, 9, (91, 200))), *pngs((6, [HERE]))],
        {},
    ),
    "partly_decoded": ([*pngs((7, [HERE])), b"broken", b"broken"], {}),
    "too_large": ([*pngs((7, [HERE])), as_png(np.zeros((1001, 1000, 3), np.uint8))], {}),
}


@pytest.mark.parametrize("reason", CASES)
def test_what_rejects_an_attempt(reason: str) -> None:
    files, options = CASES[reason]
    result = decided(files, **options)
    assert (result["decision"], result["reason"], result["score"]) == ("rejected", reason, None)


def test_nothing_and_nothing_that_decodes_is_rejected() -> None:
    assert decided([])["reason"] == "too_few_frames"
    assert decided([b"x"] * 8)["decision"] == "rejected"


def test_few_broken_frames_are_not_held_against_it() -> None:
    result = decided([b"broken", *pngs((9, [HERE]))])
    assert (result["decision"], result["counts"]["decoded"]) == ("live", 9)


def test_an_animation_is_no_frame() -> None:
    images = [Image.new("RGB", (200, 90), (level, 0, 0)) for level in (10, 200)]
    file = io.BytesIO()
    images[0].save(file, "GIF", save_all=True, append_images=images[1:])
    assert decided([*pngs((5, [HERE])), file.getvalue()])["counts"]["decoded"] == 5
    facts = look(marked(), MOST, look_task(file.getvalue())).facts
    assert (facts["reason"], facts["box"]) == ("unreadable", None)


def test_pixels_of_all_frames_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    files = pngs((8, [HERE]))
    size = 90 * 200
    for most, reason in ((8 * size, None), (8 * size - 1, "too_large")):
        monkeypatch.setattr("spoofcue.serving.jobs_attempt.KEPT_PIXELS", most)
        assert decided(files)["reason"] == reason
    assert attempt_module.KEPT_PIXELS == 100_000_000


def test_a_look_tells_where_the_face_is_and_no_score() -> None:
    facts = look(marked(), MOST, look_task(as_png(frame([HERE])))).facts
    seen = marked().look(frame([HERE]))
    assert facts.keys() == {
        "width", "height", "box", "faces", "reason", "detail", "advice", "quality",
    }  # fmt: skip
    assert (facts["width"], facts["height"], facts["faces"]) == (200, 90, 1)
    assert facts["box"] == {"x": 20, "y": 10, "w": 60, "h": 60}
    assert facts["reason"] is None
    assert seen.quality is not None
    assert facts["quality"]["brightness"] == seen.quality.brightness


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (as_png(frame(NOBODY)), "no_face"),
        (as_png(frame([HERE, THERE])), "several_faces"),
        (as_png(frame([HERE], 5)), "too_dark"),
        (b"broken", "unreadable"),
        (as_png(np.zeros((1001, 1000, 3), np.uint8)), "too_large"),
    ],
)
def test_a_look_says_what_is_wrong(file: bytes, reason: str) -> None:
    facts = look(marked(), MOST, look_task(file)).facts
    assert facts["reason"] == reason
    assert facts["detail"]
