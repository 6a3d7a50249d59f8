"""Attempts by id over HTTP: who may touch one, what it is answered, and that it is used once."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import numpy as np
import pytest
from PIL import Image

from helpers.called_service import Caller, as_png, bearer, face_png, keys_file, problem_of, shipped
from helpers.made_detector import made
from helpers.watched import HERE, NOBODY, THERE, MarkedFaces, frame
from spoofcue.detector.detector import Detector
from spoofcue.detector.receipt import new_receipt_key, operating_point
from spoofcue.serving.attempt_answers import AttemptAnswer, BegunAnswer, FramesAnswer
from spoofcue.serving.keys import new_key

FACES = [as_png(frame([HERE], 80, seed)) for seed in range(12)]
ATTACK = [as_png(frame([HERE], 180, seed)) for seed in range(12)]


def marked() -> Detector:
    detector = made(faces=MarkedFaces())
    detector.self_test = lambda: None  # type: ignore[method-assign]
    return detector


class Gated(Detector):
    """Judges recordings when it is told to."""

    gate: threading.Event
    begun: int

    def predict_frames(self, *arguments: Any, **options: Any) -> Any:
        self.begun += 1
        assert self.gate.wait(20)
        return super().predict_frames(*arguments, **options)


def gated() -> Gated:
    detector = marked()
    detector.__class__ = Gated
    assert isinstance(detector, Gated)
    detector.gate, detector.begun = threading.Event(), 0
    return detector


@pytest.fixture(scope="module")
def service() -> Iterator[Caller]:
    with Caller(marked()) as called:
        yield called


@pytest.fixture
def keyed(tmp_path: Path) -> Iterator[tuple[Caller, str, str]]:
    """A service with keys of a bank and of a shop."""
    path, bank = keys_file(tmp_path)
    shop = new_key(path, "shop")
    with Caller(marked(), keys=path, audit=str(tmp_path / "audit.jsonl")) as called:
        yield called, bank, shop


def begin(caller: Caller, key: str | None = None, **body: Any) -> dict[str, Any]:
    headers = {} if key is None else bearer(key)
    answer = caller.post("/v1/attempts", headers=headers, **({"json": body} if body else {}))
    assert answer.status_code == 201, answer.text
    BegunAnswer.model_validate_json(answer.content, strict=True)
    begun: dict[str, Any] = answer.json()
    return begun


def send(
    caller: Caller, begun: dict[str, Any], *files: bytes, by: str | None = None, look: str = "no"
) -> httpx.Response:
    query = f"?look={look}" if look else ""
    return caller.post(
        f"/v1/attempts/{begun['id']}/frames{query}",
        headers=bearer(by or begun["token"]),
        files=[("frames", file) for file in files],
    )


def finish(caller: Caller, begun: dict[str, Any], by: str | None = None, query: str = "") -> Any:
    headers = bearer(by or begun["token"])
    return caller.post(f"/v1/attempts/{begun['id']}/finish{query}", headers=headers)


def decided(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    AttemptAnswer.model_validate_json(answer.content, strict=True)
    said: dict[str, Any] = answer.json()
    return said


def claims(caller: Caller, receipt: str, **options: Any) -> dict[str, Any]:
    keys = caller.get("/.well-known/jwks.json").json()
    assert not any("d" in key for key in keys["keys"])
    known = jwt.PyJWKSet.from_dict(keys)
    key = known[jwt.get_unverified_header(receipt)["kid"]]
    said: dict[str, Any] = jwt.decode(receipt, key, ["EdDSA"], issuer="spoofcue", **options)
    return said


def test_frames_are_sent_and_decided_as_one_recording(service: Caller) -> None:
    begun = begin(service, nonce="n-1")
    assert (begun["seconds"], begun["frames"], begun["min_frames"]) == (20, 30, 5)
    for count, file in enumerate(FACES[:6], start=1):
        answer = send(service, begun, file)
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert (said["frames"], said["enough"], said["look"]) == (count, count >= 5, None)
    said = decided(finish(service, begun))
    wanted = marked().predict(np.stack([frame([HERE], 80, seed) for seed in range(6)]))
    # nobody needs a key here: whoever has the token may know the score
    assert (said["decision"], said["score"], said["frames"]) == ("live", wanted.score, 6)
    assert said["attempt"] == begun["id"]
    receipt = claims(service, said["receipt"])
    point = operating_point(marked())
    assert {k: receipt[k] for k in ("decision", "reason", "jti", "nonce", "model", "frames")} == {
        "decision": "live", "reason": None, "jti": begun["id"], "nonce": "n-1",
        "model": wanted.model, "frames": 6,
    }  # fmt: skip
    assert receipt["operating_point"] == point
    assert "aud" not in receipt


def test_the_shipped_detector_lets_a_rendered_person_in() -> None:
    rng = np.random.default_rng(0)
    pixels = np.asarray(Image.open(io.BytesIO(face_png())).resize((320, 320))).astype(int)
    with Caller() as caller:
        begun = begin(caller)
        for _ in range(5):
            noisy = np.clip(pixels + rng.integers(-2, 3, pixels.shape), 0, 255).astype(np.uint8)
            answer = send(caller, begun, as_png(noisy), look="")
            FramesAnswer.model_validate_json(answer.content, strict=True)
            look = answer.json()["look"]
            assert (look["reason"], look["faces"]) == (None, 1)
            assert look["box"]["w"] > 50
        said = decided(finish(caller, begun, query="?evidence=inline"))
    assert said["decision"] == "live"
    assert said["overlay"].startswith("data:image/png;base64,")
    assert said["model"] == shipped().model_id


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ([*FACES[:6], as_png(frame([HERE, THERE]))], "several_faces"),
        ([*FACES[:6], as_png(frame([THERE], 80, 9))], "face_changed"),
        ([*FACES[:6], FACES[0]], "repeated"),
        (FACES[:4], "too_few_frames"),
        ([], "too_few_frames"),
        ([as_png(frame(NOBODY, 80, seed)) for seed in range(6)], "no_face"),
        ([*FACES[:5], *[b"no picture"] * 2], "partly_decoded"),
    ],
)
def test_what_is_rejected_says_why_and_so_does_its_receipt(
    files: list[bytes], reason: str, service: Caller
) -> None:
    begun = begin(service)
    if files:
        assert send(service, begun, *files).status_code == 200
    said = decided(finish(service, begun))
    assert (said["decision"], said["reason"], said["score"]) == ("rejected", reason, None)
    receipt = claims(service, said["receipt"])
    assert (receipt["decision"], receipt["reason"]) == ("rejected", reason)


def test_an_attack_is_told_as_one(service: Caller) -> None:
    begun = begin(service)
    send(service, begun, *ATTACK)
    said = decided(finish(service, begun))
    assert claims(service, said["receipt"])["decision"] == said["decision"] == "attack"


def test_it_is_used_once(service: Caller) -> None:
    begun = begin(service)
    send(service, begun, *FACES[:6])
    first = decided(finish(service, begun))
    problem_of(finish(service, begun), 409, "attempt-used")
    problem_of(send(service, begun, FACES[7]), 409, "attempt-used")
    answer = service.run(
        service.client.delete(f"/v1/attempts/{begun['id']}", headers=bearer(begun["token"]))
    )
    problem_of(answer, 409, "attempt-used")
    state = service.get(f"/v1/attempts/{begun['id']}").json()
    assert (state["state"], state["frames"]) == ("decided", 6)
    assert state["result"] == {**first, "overlay": None}
    assert service.app.state.attempts.held_bytes == 0


@pytest.mark.parametrize(
    ("call", "status", "kind"),
    [
        ({"files": [("clip", b"\0\0\0\x18ftypmp42" + bytes(40))]}, 415, "unsupported"),
        ({"content": b"", "headers": {"Content-Type": "image/png"}}, 400, "bad-request"),
        ({"content": b"x", "headers": {"Content-Type": "text/plain"}}, 415, "unsupported"),
        ({"json": {"frames": []}}, 422, "not-valid"),
        ({"files": [("frames", b"x")] * 31}, 413, "too-large"),
    ],
)
def test_bodies_that_are_no_frames(
    call: dict[str, Any], status: int, kind: str, service: Caller
) -> None:
    begun = begin(service)
    headers = {**call.pop("headers", {}), **bearer(begun["token"])}
    path = f"/v1/attempts/{begun['id']}"
    problem_of(service.post(f"{path}/frames", headers=headers, **call), status, kind)
    problem_of(service.post(f"{path}/frames?look=yes", headers=headers), 422, "not-valid")
    problem_of(service.post(f"{path}/finish?evidence=png", headers=headers), 422, "not-valid")
    assert service.get(path).json()["frames"] == 0
    service.run(service.client.delete(path, headers=headers))


def test_every_way_of_sending_a_frame(service: Caller) -> None:
    begun = begin(service)
    path, by = f"/v1/attempts/{begun['id']}/frames?look=no", bearer(begun["token"])
    for call in (
        {"content": FACES[0], "headers": {"Content-Type": "image/png"}},
        {"content": FACES[1], "headers": {"Content-Type": "application/octet-stream"}},
        {"files": {"picture": FACES[2]}},
        {"json": {"picture": base64.b64encode(FACES[3]).decode()}},
        {"json": {"frames": [base64.b64encode(file).decode() for file in FACES[4:6]]}},
    ):
        headers = {**call.pop("headers", {}), **by}  # type: ignore[dict-item]
        assert service.post(path, headers=headers, **call).status_code == 200
    assert decided(finish(service, begun))["frames"] == 6


@pytest.mark.parametrize(
    ("content", "kind", "status", "problem"),
    [
        (b"{", "application/json", 400, "bad-request"),
        (b"[]", "application/json", 422, "not-valid"),
        (b'{"nonce": 1}', "application/json", 422, "not-valid"),
        (b'{"nonce": ""}', "application/json", 422, "not-valid"),
        (b'{"nonce": "a b"}', "application/json", 422, "not-valid"),
        (b'{"other": "a"}', "application/json", 422, "not-valid"),
        (b"nonce=a", "application/x-www-form-urlencoded", 415, "unsupported"),
        (b"x" * 5000, "application/json", 413, "too-large"),
    ],
)
def test_what_no_attempt_is_begun_by(
    content: bytes, kind: str, status: int, problem: str, service: Caller
) -> None:
    before = service.app.state.attempts.open
    answer = service.post("/v1/attempts", content=content, headers={"Content-Type": kind})
    problem_of(answer, status, problem)
    assert service.app.state.attempts.open == before


def test_an_id_alone_is_not_enough_even_where_nobody_needs_a_key(service: Caller) -> None:
    begun, other = begin(service), begin(service)
    path = f"/v1/attempts/{begun['id']}"
    for headers in ({}, bearer(""), bearer(other["token"]), bearer(begun["id"])):
        for answer in (
            service.post(f"{path}/frames", headers=headers, files={"picture": FACES[0]}),
            service.post(f"{path}/finish", headers=headers),
            service.run(service.client.delete(path, headers=headers)),
        ):
            problem_of(answer, 401, "no-key")
            assert answer.headers["www-authenticate"] == "Bearer"
    for unknown in ("0" * 32, "x", "%00", "a" * 5000):
        by = bearer(begun["token"])
        problem_of(service.post(f"/v1/attempts/{unknown}/finish", headers=by), 404, "not-found")
    for one in (begun, other):
        headers = bearer(one["token"])
        service.run(service.client.delete(f"/v1/attempts/{one['id']}", headers=headers))


def test_the_key_is_for_the_backend_and_the_token_for_the_browser(
    keyed: tuple[Caller, str, str],
) -> None:
    caller, bank, shop = keyed
    problem_of(caller.post("/v1/attempts"), 401, "no-key")
    begun = begin(caller, bank, nonce="n")
    path = f"/v1/attempts/{begun['id']}"
    # the token opens its own attempt, and nothing else
    by = bearer(begun["token"])
    for answer in (
        caller.get(path, headers=by), caller.get("/v1/models", headers=by),
        caller.post(headers=by, files={"picture": FACES[0]}),
        caller.post("/v1/attempts", headers=by), caller.post("/v1/looks", headers=by),
    ):  # fmt: skip
        problem_of(answer, 401, "no-key")
    # another key does not see it
    problem_of(caller.get(path, headers=bearer(shop)), 404, "not-found")
    problem_of(send(caller, begun, FACES[0], by=shop), 404, "not-found")
    problem_of(finish(caller, begun, by=shop), 404, "not-found")
    assert send(caller, begun, *FACES[:3]).status_code == 200
    assert send(caller, begun, *FACES[3:6], by=bank).status_code == 200
    said = decided(finish(caller, begun, query="?evidence=inline"))
    assert said["decision"] == "live"
    # who may try again and again must not see how near it was
    assert (said["score"], said["evidence"], said["early_exit"]) == (None, [], None)
    assert said["overlay"] is None
    assert claims(caller, said["receipt"], audience="bank")["nonce"] == "n"
    with pytest.raises(jwt.InvalidAudienceError):
        claims(caller, said["receipt"], audience="shop")
    state = caller.get(path, headers=bearer(bank)).json()
    assert state["result"]["receipt"] == said["receipt"]
    assert state["result"]["score"] is not None


def test_what_happened_is_in_the_audit_log_once(
    keyed: tuple[Caller, str, str], tmp_path: Path
) -> None:
    caller, bank, _ = keyed
    begun = begin(caller, bank)
    send(caller, begun, *FACES[:6])
    said = decided(finish(caller, begun, by=bank))
    finish(caller, begun)
    gone = begin(caller, bank)
    headers = bearer(gone["token"])
    caller.run(caller.client.delete(f"/v1/attempts/{gone['id']}", headers=headers))
    text = (tmp_path / "audit.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [(one["attempt"], one.get("event") or one["decision"]) for one in lines] == [
        (begun["id"], "begun"), (begun["id"], "live"), (gone["id"], "begun"), (gone["id"], None),
    ]  # fmt: skip
    assert lines[1]["score"] == said["score"]
    assert lines[3]["problem"] == "given_up"
    assert {one["key"] for one in lines} == {"bank"}
    assert begun["token"] not in text


def test_each_begin_counts_as_one_check(tmp_path: Path) -> None:
    path, key = keys_file(tmp_path)
    with Caller(marked(), keys=path, rate=0.01, burst=1) as caller:
        begun = begin(caller, key)
        problem_of(caller.post("/v1/attempts", headers=bearer(key)), 429, "too-many")
        for file in FACES[:5]:
            assert send(caller, begun, file, by=key).status_code == 200
        assert decided(finish(caller, begun, by=key))["decision"] == "live"


def test_what_is_out_of_time_is_rejected_once_and_freed_without_being_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("spoofcue.serving.attempts_routes.SWEEP_S", 0.02)
    with Caller(marked(), receipt_seconds=50) as caller:
        attempts = caller.app.state.attempts
        now = 0.0
        attempts._clock = lambda: now
        late, forgotten = begin(caller), begin(caller)
        for begun in (late, forgotten):
            send(caller, begun, *FACES[:6])
        now = 20.0
        problem_of(send(caller, late, FACES[7]), 409, "attempt-over")
        said = decided(finish(caller, late))
        assert (said["decision"], said["reason"]) == ("rejected", "out_of_time")
        assert claims(caller, said["receipt"])["reason"] == "out_of_time"
        problem_of(finish(caller, late), 409, "attempt-over")
        caller.run(until(lambda: attempts.held_bytes == 0))
        now = 70.0
        caller.run(until(lambda: not attempts._known))
        problem_of(finish(caller, late), 404, "not-found")
        shown = caller.get("/metrics").text
    assert 'spoofcue_attempts_total{outcome="out_of_time"} 2.0' in shown
    assert "spoofcue_attempts_open 0.0" in shown


async def until(condition: Any) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to that")


def test_of_finishes_at_one_time_exactly_one_decides() -> None:
    detector = gated()
    with Caller(detector) as caller:
        begun = begin(caller)
        send(caller, begun, *FACES[:6])

        async def work() -> list[httpx.Response]:
            path, by = f"/v1/attempts/{begun['id']}/finish", bearer(begun["token"])
            calls = [asyncio.ensure_future(caller.client.post(path, headers=by)) for _ in range(5)]
            await until(lambda: sum(call.done() for call in calls) == 4)
            detector.gate.set()
            return [await call for call in calls]

        answers = caller.run(work())
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert detector.begun == 1


def test_one_that_could_not_be_decided_may_be_finished_again() -> None:
    detector = gated()
    with Caller(detector, check_seconds=0.2) as caller:
        begun = begin(caller)
        send(caller, begun, *FACES[:6])
        problem_of(finish(caller, begun), 503, "too-long")
        detector.gate.set()
        assert decided(finish(caller, begun))["decision"] == "live"
        problem_of(finish(caller, begun), 409, "attempt-used")


def test_without_its_line_in_the_audit_log_nothing_is_decided(tmp_path: Path) -> None:
    from spoofcue.serving.audit import AuditLog

    log = AuditLog(str(tmp_path / "audit.jsonl"))
    with Caller(marked(), audit_log=log) as caller:
        begun = begin(caller)
        send(caller, begun, *FACES[:6])
        log.close()
        problem_of(finish(caller, begun), 503, "no-audit")
        assert caller.get(f"/v1/attempts/{begun['id']}").json()["state"] == "open"
        problem_of(caller.post("/v1/attempts"), 503, "no-audit")
        assert caller.app.state.attempts.open == 1


def test_open_attempts_and_their_bytes_are_bounded() -> None:
    with Caller(marked(), attempts=2, attempt_bytes=len(FACES[0])) as caller:
        begun = begin(caller)
        begin(caller)
        problem_of(caller.post("/v1/attempts"), 503, "busy")
        assert send(caller, begun, FACES[0]).status_code == 200
        problem_of(send(caller, begun, FACES[0][:10]), 413, "too-large")
        headers = bearer(begun["token"])
        answer = caller.run(caller.client.delete(f"/v1/attempts/{begun['id']}", headers=headers))
        assert (answer.status_code, answer.content) == (204, b"")
        begin(caller)


def test_frames_count_in_the_order_in_which_their_bodies_are_whole() -> None:
    with Caller(marked()) as caller:
        begun = begin(caller)
        path = f"/v1/attempts/{begun['id']}/frames?look=no"
        headers = {"Content-Type": "image/png", **bearer(begun["token"])}

        async def work() -> None:
            go = asyncio.Event()

            async def slow() -> Any:
                yield FACES[0][:50]
                await go.wait()
                yield FACES[0][50:]

            first = caller.client.post(path, content=slow(), headers=headers)
            first = asyncio.ensure_future(first)
            await until(lambda: caller.service._open == 1)
            await caller.client.post(path, content=FACES[1], headers=headers)
            go.set()
            await first

        caller.run(work())
        (attempt,) = caller.app.state.attempts._known.values()
        assert [file for file, _ in attempt.frames] == [FACES[1], FACES[0]]


def test_receipts_are_signed_by_the_key_of_the_settings(tmp_path: Path) -> None:
    keys = [tmp_path / "new.pem", tmp_path / "old.pem"]
    ids = [new_receipt_key(key) for key in keys]
    with Caller(marked(), receipt_keys=tuple(keys), issuer="spoofcue") as caller:
        published = caller.get("/.well-known/jwks.json").json()
        assert [key["kid"] for key in published["keys"]] == ids
        assert set().union(*published["keys"]) == {"kty", "crv", "x", "kid", "use", "alg"}
        begun = begin(caller)
        receipt = decided(finish(caller, begun))["receipt"]
        assert jwt.get_unverified_header(receipt)["kid"] == ids[0]


def test_an_address_names_all_of_its_methods(service: Caller) -> None:
    answer = service.post("/v1/attempts/a")
    problem_of(answer, 405, "wrong-method")
    assert answer.headers["allow"] == "DELETE, GET"


PAGE = {"Origin": "https://login.bank.example"}


def preflight(caller: Caller, path: str, origin: dict[str, str]) -> httpx.Response:
    headers = {
        **origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    answer: httpx.Response = caller.run(caller.client.options(path, headers=headers))
    return answer


def test_a_page_of_another_origin_is_let_to_attempts_alone_and_only_where_named(
    service: Caller,
) -> None:
    for path in ("/v1/attempts/a/frames", "/v1/attempts", "/v1/checks"):
        answer = preflight(service, path, PAGE)
        assert answer.status_code in (404, 405)
        assert not any(name.startswith("access-control") for name in answer.headers)
    with Caller(marked(), origins=(PAGE["Origin"],)) as caller:
        answer = preflight(caller, "/v1/attempts/a/frames", PAGE)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == PAGE["Origin"]
        assert "access-control-allow-credentials" not in answer.headers
        other = preflight(caller, "/v1/attempts/a/frames", {"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in other.headers
        for path in ("/v1/attempts", "/v1/checks", "/v1/models", "/.well-known/jwks.json"):
            answer = preflight(caller, path, PAGE)
            assert not any(name.startswith("access-control") for name in answer.headers)
        begun = begin(caller)
        headers = {**PAGE, **bearer(begun["token"])}
        answer = caller.post(f"/v1/attempts/{begun['id']}/finish", headers=headers)
        assert answer.headers["access-control-allow-origin"] == PAGE["Origin"]
        assert answer.json()["reason"] == "too_few_frames"
