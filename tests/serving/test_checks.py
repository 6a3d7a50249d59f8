"""What the service answers is what the detector says, to the last digit."""

from __future__ import annotations

import base64
import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from helpers.called_service import Caller, as_png, face_png, problem_of, shipped, with_predict
from helpers.clips import video
from spoofcue.detector.detector import Detector
from spoofcue.serving.answers import CheckAnswer, rounded


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    with Caller() as called:
        yield called


def said(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    CheckAnswer.model_validate_json(answer.content, strict=True)
    plain = answer.json()
    assert plain.pop("request_id") == answer.headers["spoofcue-request-id"]
    assert plain.pop("timings")["total"] > 0
    return plain


def of(result: Any) -> dict[str, Any]:
    plain = json.loads(json.dumps(result.to_dict()))
    del plain["timings"]
    return plain


def animation() -> bytes:
    frames = [Image.open(io.BytesIO(face_png(n))).resize((240, 240)) for n in (3, 4)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=40)
    return file.getvalue()


def blurred() -> bytes:
    picture = np.asarray(Image.open(io.BytesIO(face_png())))
    return as_png(cv2.GaussianBlur(picture, (0, 0), 12))


PICTURES: dict[str, Callable[[], bytes]] = {
    "face": face_png,
    "blurred": blurred,
    "no face": lambda: as_png(np.full((200, 300, 3), 120, np.uint8)),
    "grey": lambda: as_png(np.full((200, 300), 120, np.uint8)),
    "animation": animation,
    "broken": lambda: face_png()[:2000],
    "no picture": lambda: b"no picture at all",
}


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


WAYS: dict[str, Callable[[bytes], dict[str, Any]]] = {
    "image": lambda d: {"content": d, "headers": {"Content-Type": "image/png"}},
    "octets": lambda d: {"content": d, "headers": {"Content-Type": "application/octet-stream"}},
    "multipart": lambda d: {"files": {"picture": ("any name", d)}},
    "multipart without a name": lambda d: {"files": {"picture": (None, d)}},
    "json": lambda d: {"json": {"picture": b64(d)}},
    "data url": lambda d: {"json": {"picture": f"data:image/png;base64,{b64(d)}"}},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_judged_as_the_detector_does(name: str, way: str, caller: Caller) -> None:
    data = PICTURES[name]()
    assert said(caller.post(**WAYS[way](data))) == of(shipped().predict(data))


def test_the_pictures_above_are_of_all_kinds() -> None:
    results = {name: shipped().predict(make()) for name, make in PICTURES.items()}
    assert results["face"].is_live
    assert results["blurred"].reason == "blurred"
    assert results["no face"].reason == "no_face"
    assert results["animation"].counts.wanted == 2
    assert results["broken"].reason == results["no picture"].reason == "unreadable"


@pytest.mark.parametrize("container", ["mp4", "mov", "avi"])
def test_a_clip_is_judged_as_the_file_is(container: str, caller: Caller, tmp_path: Path) -> None:
    data = video(1, None, container)
    path = tmp_path / f"clip.{container}"
    path.write_bytes(data)
    wanted = of(shipped().predict(path))
    assert wanted["counts"]["wanted"] == 6
    for call in (
        {"content": data, "headers": {"Content-Type": f"video/{container}"}},
        {"content": data, "headers": {"Content-Type": "application/octet-stream"}},
        {"files": {"clip": data}},
        {"json": {"clip": b64(data)}},
    ):
        assert said(caller.post(**call)) == wanted


def test_a_broken_clip_is_rejected_as_the_file_is(caller: Caller) -> None:
    data = video(1, None, "mp4")[:400]
    answer = said(caller.post(files={"clip": data}))
    assert answer == of(shipped().predict(data))
    assert answer["decision"] == "rejected"


def test_frames_are_one_recording(caller: Caller) -> None:
    frames = [face_png(n) for n in (3, 4, 5)]
    wanted = of(shipped().predict(iter(frames)))
    assert wanted["counts"]["wanted"] == 3
    assert said(caller.post(files=[("frames", f) for f in frames])) == wanted
    assert said(caller.post(json={"frames": list(map(b64, frames))})) == wanted


def test_one_broken_frame_rejects_the_recording(caller: Caller) -> None:
    answer = said(caller.post(files=[("frames", face_png()), ("frames", b"broken")]))
    assert (answer["decision"], answer["reason"]) == ("rejected", "unreadable")


def test_another_threshold_is_the_detectors() -> None:
    detector = Detector.load(threshold=0.0)
    with Caller(detector) as caller:
        answer = said(caller.post(files={"picture": face_png()}))
    assert answer == of(detector.predict(face_png()))
    assert answer["decision"] == "attack"


def test_evidence_is_the_cue_sheet(caller: Caller) -> None:
    answer = caller.post("/v1/checks?evidence=png", files={"picture": face_png()})
    result = shipped().predict(face_png(), cues=True)
    assert answer.headers["content-type"] == "image/png"
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(answer.content))), result.picture())
    told = {k: v for k, v in answer.headers.items() if k.startswith("spoofcue-")}
    assert len(told.pop("spoofcue-request-id")) == 32
    assert told == {
        "spoofcue-decision": "live",
        "spoofcue-score": repr(result.score),
        "spoofcue-threshold": repr(result.threshold),
        "spoofcue-model": result.model,
    }


def test_what_has_no_evidence_is_answered_in_words(caller: Caller) -> None:
    answer = caller.post("/v1/checks?evidence=png", files={"picture": b"no picture"})
    assert said(answer)["reason"] == "unreadable"


def test_scores_are_rounded_and_the_decision_is_not() -> None:
    exact = of(shipped().predict(face_png()))
    with Caller(score_digits=2) as caller:
        answer = said(caller.post(files={"picture": face_png()}))
        sheet = caller.post("/v1/checks?evidence=png", files={"picture": face_png()})
    assert answer["score"] == round(exact["score"], 2) != exact["score"]
    assert sheet.headers["spoofcue-score"] == repr(answer["score"])
    for one, whole in zip(answer["evidence"], exact["evidence"], strict=True):
        for name in ("raw", "log_odds", "contribution"):
            assert one[name] == round(whole[name], 2)
    assert rounded(exact, 2) == answer
    assert {k: answer[k] for k in ("decision", "threshold", "quality", "box")} == {
        k: exact[k] for k in ("decision", "threshold", "quality", "box")
    }


def test_a_crash_is_no_decision_and_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def crash(source: Any, *, cues: bool = False) -> Any:
        raise RuntimeError("face of somebody")

    with Caller(with_predict(crash)) as caller, caplog.at_level(logging.INFO):
        answer = caller.post(files={"picture": face_png()})
        document = problem_of(answer, 500, "failed")
        assert caller.get("/healthz").status_code == 200
    assert "somebody" not in answer.text + caplog.text
    assert document["request_id"] in caplog.text
    assert "RuntimeError" in caplog.text


def test_what_breaks_within_the_detector_is_rejected() -> None:
    detector = Detector.load()

    def broken(*_: Any) -> Any:
        raise RuntimeError("of the network")

    with Caller(detector) as caller:
        detector._finder._largest = broken
        answer = said(caller.post(files={"picture": face_png()}))
    assert (answer["decision"], answer["reason"]) == ("rejected", "error")
    assert "network" not in answer["detail"]
