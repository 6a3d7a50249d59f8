"""Fitting a camera by the service: what is taken, what it says, and that it is gone afterwards."""

from __future__ import annotations

import asyncio
import base64
import functools
import gc
import hashlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from helpers.called_service import Caller, as_png, bearer, problem_of
from helpers.camera_clips import frames, photo
from spoofcue.detector.camera_fit import fit_camera
from spoofcue.detector.detector import Detector
from spoofcue.errors import InputError
from spoofcue.metrics.intervals import clopper_pearson
from spoofcue.package.read import read_package
from spoofcue.scoring.open_model import SHIPPED
from spoofcue.serving.adoption import NAME, Adoption, adopted_model
from spoofcue.serving.fits import Fits
from spoofcue.serving.keys import new_key
from spoofcue.serving.problems import Problem
from spoofcue.serving.settings import ServiceSettings

PNG = {"content-type": "image/png"}
LIVE = 5


@functools.cache
def live(take: int) -> bytes:
    return as_png(frames(photo(3 + 4 * (take % 2), "live", 100 + take))[0])


@functools.cache
def attack(kind: str) -> bytes:
    return as_png(frames(photo(3, kind))[0])


def begun(caller: Caller, **options: Any) -> str:
    answer = caller.post("/v1/fits", **options)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def show(
    caller: Caller, fit: str, picture: bytes, kind: str = "live", person: str = "", **options: Any
) -> dict[str, Any]:
    headers = PNG | options.pop("headers", {})
    answer = caller.post(
        f"/v1/fits/{fit}/pictures", params={"kind": kind, "person": person}, content=picture,
        headers=headers, **options,
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def state(caller: Caller, fit: str) -> dict[str, Any]:
    answer = caller.get(f"/v1/fits/{fit}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def delete(caller: Caller, fit: str, **options: Any) -> httpx.Response:
    answer: httpx.Response = caller.run(caller.client.delete(f"/v1/fits/{fit}", **options))
    return answer


def filled(caller: Caller) -> str:
    """A fit of seven live faces of two people, a replay and two prints."""
    fit = begun(caller)
    for take in range(LIVE):
        assert show(caller, fit, live(take), person=f"P{take % 2}")["taken"]
    assert show(caller, fit, attack("screen"), "screen")["taken"]
    assert show(caller, fit, attack("print"), "print")["taken"]
    return fit


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    with Caller(workers=1) as one:
        yield one


@pytest.fixture(scope="module")
def fit(caller: Caller) -> str:
    return filled(caller)


def test_it_says_what_a_fit_of_the_same_faces_says(caller: Caller, fit: str) -> None:
    said = state(caller, fit)
    detector = Detector.load()
    seen = [detector.predict(live(take)).evidence for take in range(LIVE)]
    attacks = {kind: [detector.predict(attack(kind)).evidence] for kind in ("screen", "print")}
    alone = fit_camera(read_package(SHIPPED), seen, attacks)
    result = said["result"]
    assert result["threshold"] == pytest.approx(alone.threshold.value, abs=1e-12)
    assert result["scores"]["live"] == pytest.approx(alone.live, abs=1e-12)
    for kind in attacks:
        assert result["scores"][kind] == pytest.approx(alone.attacks[kind], abs=1e-12)
    refused = sum(score > alone.threshold.value for score in alone.live)
    assert result["refused"]["errors"] == refused
    low, high = clopper_pearson(refused, LIVE)
    assert (result["refused"]["low"], result["refused"]["high"]) == (low, high)
    assert result["passed"]["print"] == {
        "errors": 0, "of": 1, "low": 0.0, "high": pytest.approx(0.975),
    }  # fmt: skip
    assert "guess" in result["doubt"]
    assert said["counts"] == {"live": LIVE, "screen": 1, "print": 1}
    assert said["people"] == 2
    assert said["now"]["threshold"] == detector.threshold
    live_now = [detector.predict(live(take)).score for take in range(LIVE)]
    assert said["now"]["scores"]["live"] == live_now
    goals = {goal["goal"]: goal for goal in said["goals"]}
    assert (goals["live"]["have"], goals["live"]["met"]) == (LIVE, False)
    assert goals["people"]["have"] == 2
    assert goals["distance"]["have"] > 1
    assert goals["light"]["have"] > 5


def test_neither_features_nor_labels_leave_the_service(caller: Caller, fit: str) -> None:
    text = caller.get(f"/v1/fits/{fit}").text
    text += json.dumps(show(caller, fit, live(0), person="P0"))
    assert "features" not in text
    assert "P0" not in text


def test_a_picture_that_tells_nothing_new_is_not_taken(caller: Caller, fit: str) -> None:
    before = state(caller, fit)
    again = show(caller, fit, live(0), person="P0")
    assert (again["taken"], again["reason"]) == (False, "repeated")
    # the same picture as an attack, and by another person's name, is the same picture
    assert show(caller, fit, live(0), "print")["reason"] == "repeated"
    moved = np.roll(np.array(Image.open(io.BytesIO(live(0)))), 2, axis=1)
    alike = show(caller, fit, as_png(moved), person="P0")
    assert (alike["taken"], alike["reason"]) == (False, "alike")
    dark = show(caller, fit, as_png(np.full((99, 99, 3), 9, np.uint8)))
    assert (dark["taken"], dark["reason"], dark["score"]) == (False, "no_face", None)
    assert show(caller, fit, b"no picture")["reason"] == "unreadable"
    after = state(caller, fit)
    assert after["counts"] == before["counts"]
    assert after["result"] == before["result"]
    assert after["left_out"] == {"repeated": 3, "alike": 1, "no_face": 1, "unreadable": 1}


def test_the_package_is_one_that_a_detector_takes(caller: Caller, fit: str, tmp_path: Path) -> None:
    answer = caller.get(f"/v1/fits/{fit}/profile")
    assert answer.headers["content-disposition"].endswith('filename="camera.spoofcue"')
    file = tmp_path / "camera.spoofcue"
    file.write_bytes(answer.content)
    assert caller.get(f"/v1/fits/{fit}/profile").content == answer.content
    fitted = Detector.load(file)
    result = state(caller, fit)["result"]
    assert fitted.uses_profile
    assert fitted.threshold == result["threshold"]
    assert fitted.threshold_facts.people == 2
    score = fitted.predict(attack("print")).score
    assert score == pytest.approx(result["scores"]["print"][0], abs=1e-6)


def test_the_report_is_one_page_that_needs_nothing_else(caller: Caller, fit: str) -> None:
    answer = caller.get(f"/v1/fits/{fit}/report")
    assert answer.headers["content-type"].startswith("text/html")
    text = answer.text
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["content-security-policy"]
    assert not re.search(r"https?:|<img|<script|src=|url\(|data:", text)
    result = state(caller, fit)["result"]
    assert f"{result['threshold']:.4f}" in text
    for said in (
        "5 of 2 people",
        "0 of 1 that were shown; before 0",
        "0.0\xa0% to 97.5\xa0%",
        "is a guess",
    ):
        assert said in text, said
    assert text.count("<rect") == sum(_bars(scores) for scores in result["scores"].values())
    assert "P0" not in text


def _bars(scores: list[float]) -> int:
    """Bars of half a log-odds that hold a score."""
    odds = np.log(scores) - np.log1p(-np.array(scores))
    return len({int(np.floor(2 * np.clip(one, -7, 6.9))) for one in odds})


def test_too_few_live_faces_make_nothing(caller: Caller) -> None:
    fit = begun(caller)
    for take in range(4):
        show(caller, fit, live(take))
    show(caller, fit, attack("print"), "print")
    assert state(caller, fit)["result"] is None
    for address in ("profile", "report"):
        problem = problem_of(caller.get(f"/v1/fits/{fit}/{address}"), 409, "not-enough")
        assert "there are 4" in problem["detail"]
    problem_of(caller.post(f"/v1/fits/{fit}/adopt"), 409, "not-enough")
    assert delete(caller, fit).status_code == 204
    for address in ("", "/profile", "/report"):
        problem_of(caller.get(f"/v1/fits/{fit}{address}"), 404, "not-found")
    problem_of(delete(caller, fit), 404, "not-found")


@pytest.mark.parametrize(
    ("params", "content", "status", "kind"),
    [
        ({}, b"x", 422, "not-valid"),
        ({"kind": "mask"}, b"x", 422, "not-valid"),
        ({"kind": "live", "person": "x" * 65}, b"x", 422, "not-valid"),
        ({"kind": "live"}, b"", 400, "bad-request"),
    ],
)
def test_what_is_no_picture_of_a_kind_is_refused(
    caller: Caller, fit: str, params: dict[str, str], content: bytes, status: int, kind: str
) -> None:
    address = f"/v1/fits/{fit}/pictures"
    answer = caller.post(address, params=params, content=content, headers=PNG)
    problem_of(answer, status, kind)


def test_a_page_of_elsewhere_begins_none(caller: Caller) -> None:
    answer = caller.post("/v1/fits", headers={"Sec-Fetch-Site": "cross-site"})
    problem_of(answer, 403, "not-allowed")
    fit = begun(caller, headers={"Sec-Fetch-Site": "same-origin"})
    assert delete(caller, fit).status_code == 204


def test_adopted_it_judges_at_once_and_after_the_next_start(tmp_path: Path) -> None:
    with Caller(workers=2, adopt=tmp_path / "kept") as caller:
        fit = filled(caller)
        file = caller.get(f"/v1/fits/{fit}/profile").content
        result = state(caller, fit)["result"]
        answer = caller.post(f"/v1/fits/{fit}/adopt").json()
        assert answer["kept"]
        assert answer["threshold"] == result["threshold"]
        assert (tmp_path / "kept" / NAME).read_bytes() == file
        for _ in range(3):  # whichever worker answers
            check = caller.post(content=attack("print"), headers=PNG).json()
            assert check["model"] == answer["model"]
            assert check["threshold"] == result["threshold"]
            assert check["score"] == pytest.approx(result["scores"]["print"][0], abs=1e-6)
        assert caller.get("/v1/models").json()["models"][0]["id"] == answer["model"]
        assert state(caller, fit)["adopted"] == answer["model"]
        # the same model is fitted still, whatever judges
        assert show(caller, fit, live(LIVE), person="P1")["taken"]
        assert delete(caller, fit).status_code == 204
        assert list((tmp_path / "kept").iterdir()) == [tmp_path / "kept" / NAME]
    settings = ServiceSettings(adopt=tmp_path / "kept")
    assert adopted_model(settings) == tmp_path / "kept" / NAME
    assert adopted_model(ServiceSettings(adopt=tmp_path)) is None
    with pytest.raises(InputError, match="fit the camera again"):
        adopted_model(ServiceSettings(adopt=tmp_path / "kept", model="cue"))


def test_without_a_place_it_is_told_so_and_can_be_downloaded(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Caller(workers=1, adopt=tmp_path / "file" / "kept") as caller:
        fit = begun(caller)
        for take in range(LIVE):
            show(caller, fit, live(take))
        before = caller.get("/v1/models").json()["models"]
        problem = problem_of(caller.post(f"/v1/fits/{fit}/adopt"), 409, "cannot-fit")
        assert "--adopt" in problem["detail"]
        assert caller.get(f"/v1/fits/{fit}/profile").status_code == 200
        assert caller.get("/v1/models").json()["models"] == before


@pytest.mark.parametrize("folder", [None, "kept"])
def test_one_profile_is_kept_and_a_useless_one_gives_way(
    folder: str | None, tmp_path: Path
) -> None:
    adoption = Adoption(None if folder is None else tmp_path / folder)
    path = adoption.keep(b"one")
    assert (path.name, path.read_bytes()) == (NAME, b"one")
    adoption.give_up()
    assert not path.exists()
    adoption.keep(b"two")
    assert adoption.keep(b"three") == path
    adoption.give_up()
    assert path.read_bytes() == b"two"
    del adoption
    gc.collect()
    assert path.exists() == (folder is not None)


def test_a_threshold_of_its_own_is_not_given_up(tmp_path: Path) -> None:
    with Caller(workers=1, threshold=0.5) as caller:
        fit = begun(caller)
        problem_of(caller.post(f"/v1/fits/{fit}/adopt"), 409, "cannot-fit")
    with pytest.raises(InputError, match="leave --threshold"):
        ServiceSettings(threshold=0.5, adopt=tmp_path).check()


def test_it_takes_a_key_of_its_own_scope_and_nobody_elses(tmp_path: Path) -> None:
    keys = tmp_path / "keys.jsonl"
    operator, other, bank = (
        bearer(new_key(keys, name, scopes))
        for name, scopes in (("operator", ("fit",)), ("other", ("fit",)), ("bank", ("check",)))
    )
    audit = tmp_path / "audit.jsonl"
    with Caller(workers=1, keys=keys, audit=str(audit)) as caller:
        problem_of(caller.post("/v1/fits"), 401, "no-key")
        problem_of(caller.post("/v1/fits", headers=bank), 403, "not-allowed")
        fit = begun(caller, headers=operator)
        assert show(caller, fit, live(0), person="Ada", headers=operator)["taken"]
        problem_of(caller.get(f"/v1/fits/{fit}", headers=other), 404, "not-found")
        problem_of(delete(caller, fit, headers=other), 404, "not-found")
        assert caller.get(f"/v1/fits/{fit}", headers=operator).status_code == 200
        assert delete(caller, fit, headers=operator).status_code == 204
    lines = [json.loads(line) for line in audit.read_text().splitlines()]
    assert [line["did"] for line in lines] == ["begin", "picture", "delete"]
    assert {line["decision"] for line in lines} == {None}
    assert {line["fit"] for line in lines} == {fit}
    assert "Ada" not in audit.read_text()


LOOK = {
    "score": 0.2, "threshold": 0.5, "reason": None, "pixels": "a", "seen": [],
    "face": {
        "across": 0.5, "down": 0.5, "width": 0.3, "height": 0.4, "turn": 0.0, "brightness": 100.0,
    },
}  # fmt: skip


def look(name: str, **pose: float | None) -> dict[str, Any]:
    return {**LOOK, "pixels": name, "face": {**LOOK["face"], **pose}}  # type: ignore[dict-item]


def test_numbers_are_gone_when_the_time_is_over() -> None:
    now = 100.0
    fits = Fits(2, 60, clock=lambda: now)
    one = fits.begin("a", "m", 0.5)
    assert one.take("live", "", LOOK) is None
    fits.begin("a", "m", 0.5)
    with pytest.raises(Problem) as full:
        fits.begin("a", "m", 0.5)
    assert full.value.kind == "busy"
    assert full.value.headers["Retry-After"] == "60"
    assert fits.get(one.id, "a") is one
    now += 60
    assert len(fits) == 0
    with pytest.raises(Problem) as gone:
        fits.get(one.id, "a")
    assert gone.value.kind == "not-found"


def test_nobody_has_to_ask_for_numbers_to_go() -> None:
    with Caller(workers=1, fit_minutes=0.1 / 60) as caller:
        begun(caller)
        fits = caller.app.state.fits
        assert len(fits._fits) == 1
        caller.run(asyncio.sleep(1.3))  # its 0.1 s and the second that it is given
        assert fits._fits == {}


@pytest.mark.parametrize(
    ("pose", "taken"),
    [
        ({}, False),
        ({"across": 0.512}, False),  # 4 % of the face's width
        ({"across": 0.52}, True),
        ({"down": 0.53}, True),
        ({"width": 0.32}, True),
        ({"turn": 0.05}, True),
        ({"turn": 0.03}, False),
        ({"turn": None}, False),
        ({"brightness": 107.0}, True),
        ({"brightness": 104.0}, False),
    ],
)
def test_what_differs_is_taken(pose: dict[str, float | None], taken: bool) -> None:
    fit = Fits(1, 60).begin("a", "m", 0.5)
    assert fit.take("live", "x", look("a")) is None
    assert fit.take("live", "x", look("b", **pose)) == (None if taken else "alike")
    # of another person, and of another kind, it is another face
    assert fit.take("live", "y", look("c", **pose)) is None
    assert fit.take("print", "x", look("d", **pose)) is None


def test_variety_is_counted() -> None:
    fit = Fits(1, 60).begin("a", "m", 0.5)
    poses: list[tuple[str, dict[str, float]]] = [
        ("x", {}), ("x", {"turn": 0.1}), ("y", {"turn": -0.1}), ("y", {"width": 0.4}),
        ("z", {"brightness": 130.0}),
    ]  # fmt: skip
    for number, (person, pose) in enumerate(poses):
        assert fit.take("live", person, look(str(number), **pose)) is None
    met = {goal["goal"]: goal["met"] for goal in fit.goals()}
    assert met == {"live": False, "people": True, "turns": True, "distance": True, "light": True}
    for number in range(25):
        fit.take("live", f"p{number}", look(f"n{number}"))
    assert {goal["goal"] for goal in fit.goals() if goal["met"]} == met.keys()
