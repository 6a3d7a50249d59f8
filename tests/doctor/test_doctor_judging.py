"""The self-test picture: right on this machine, and a fault where anything was changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spoofcue import Detector
from spoofcue.detector.result import Result
from spoofcue.doctor import judging
from spoofcue.doctor.check import Check, without_home
from spoofcue.doctor.judging import FACE, FACE_BOX, SCORE_OF, check_judging
from spoofcue.simulate.people import RenderedPerson


def by_name(checks) -> dict[str, Check]:
    return {check.name: check for check in checks}


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector.load()


def test_the_model_that_ships_gives_its_score(detector: Detector) -> None:
    checks = by_name(check_judging("default"))
    assert {check.state for check in checks.values()} <= {"ok", "absent"}
    assert detector.model_id in SCORE_OF  # a new model needs its score stated anew
    own = detector.predict(FACE)
    assert checks["self-test picture"].facts["score"] == own.score
    assert checks["self-test picture"].facts["decision"] == "live"
    assert checks["model"].facts["runtime"] == "onnxruntime"


def test_the_picture_is_a_rendered_person() -> None:
    rendered = Image.fromarray(RenderedPerson("person-7", 0).live("session-any", 3).photo)
    rendered.thumbnail((320, 320))
    with Image.open(FACE) as kept:
        difference = np.abs(np.asarray(kept, np.int16) - np.asarray(rendered, np.int16))
    assert difference.mean() < 1


@pytest.mark.parametrize("changed", ["weights", "face", "unsteady", "nothing_scored"])
def test_what_is_judged_wrongly_is_a_fault(
    detector: Detector, changed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = detector.predict(FACE)
    assert right.score is not None
    assert right.box is not None
    wrong: dict[str, Result] = {
        "weights": replace(right, score=right.score + 0.1),
        "face": replace(right, box=replace(FACE_BOX, x=FACE_BOX.x + 100)),
        "unsteady": replace(right, score=right.score + 1e-9),
        "nothing_scored": replace(right, decision="rejected", score=None, reason="error"),
    }
    calls = iter([right if changed == "unsteady" else wrong[changed], *[wrong[changed]] * 9])

    class Changed:
        model_id, threshold = detector.model_id, detector.threshold

        def self_test(self) -> None:
            """Passes: the made picture knows no face."""

        def predict(self, source: Path) -> Result:
            return next(calls)

    monkeypatch.setattr(judging.Detector, "load", lambda *given, **options: Changed())
    checks = by_name(check_judging("default"))
    at_fault = {name for name, check in checks.items() if check.state == "fault"}
    assert at_fault == {"face finder" if changed == "face" else "self-test picture"}


def test_a_model_that_is_not_there_is_a_fault_and_tells_no_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    check = by_name(check_judging(str(tmp_path / "gone.spoofcue")))["model"]
    assert check.state == "fault"
    assert "~/gone.spoofcue" in check.value
    assert str(tmp_path) not in check.value


def test_a_root_without_a_home_is_left_as_it_is() -> None:
    assert without_home("/models/door", "/") == "/models/door"


def test_a_runtime_that_is_not_there_is_not_mended_by_the_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(judging, "locate_model", lambda model: judging.SHIPPED)
    check = by_name(check_judging(None, "torch"))["model"]  # which runs no graph of ONNX
    assert check.state == "fault"
    assert "runtime 'torch' cannot run" in check.value
    assert check.advice is None
