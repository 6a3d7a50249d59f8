"""A look tells where the face is; it decides nothing, and is counted by itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.called_service import Caller, bearer, face_png, keys_file, problem_of, shipped
from spoofcue.media.image import read_image
from spoofcue.serving.attempt_answers import LookAnswer


def test_it_tells_box_and_quality_and_no_score(tmp_path: Path) -> None:
    audit = tmp_path / "audit.jsonl"
    (tmp_path / "face.png").write_bytes(face_png())
    seen = shipped().look(read_image(tmp_path / "face.png"))
    assert seen.box is not None
    with Caller(audit=str(audit)) as caller:
        answer = caller.post("/v1/looks", files={"picture": face_png()})
        assert answer.status_code == 200, answer.text
        LookAnswer.model_validate_json(answer.content, strict=True)
        said = answer.json()
        broken = caller.post("/v1/looks", files={"picture": b"broken"}).json()
    assert said["box"] == {n: getattr(seen.box, n) for n in "xywh"}
    assert (said["reason"], said["faces"]) == (None, seen.faces)
    assert said["quality"]["sharpness"] == pytest.approx(seen.quality.sharpness)  # type: ignore[union-attr]
    assert (broken["reason"], broken["box"]) == ("unreadable", None)
    assert not {"score", "decision", "evidence", "threshold"} & (said.keys() | broken.keys())
    assert audit.read_text() == ""


def test_it_has_a_rate_of_its_own(tmp_path: Path) -> None:
    path, key = keys_file(tmp_path)
    options = {"headers": bearer(key), "files": {"picture": b"broken"}}
    with Caller(keys=path, look_rate=0.01, look_burst=2, rate=0.01, burst=1) as caller:
        statuses = [caller.post("/v1/looks", **options).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        problem_of(caller.post("/v1/looks", **options), 429, "too-many")
        assert [caller.post(**options).status_code for _ in range(2)] == [200, 429]


def test_what_it_does_not_take() -> None:
    with Caller() as caller:
        clip = {"clip": b"\0\0\0\x18ftypmp42" + bytes(40)}
        problem_of(caller.post("/v1/looks", files=clip), 415, "unsupported")
        several = [("frames", b"x")] * 2
        problem_of(caller.post("/v1/looks", files=several), 422, "not-valid")
        problem_of(caller.post("/v1/looks", content=json.dumps({})), 415, "unsupported")
