"""What is told of the service: metrics, audit log, log, OpenAPI document; and what is not."""

from __future__ import annotations

import json
import logging
import re
import stat
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpers.called_service import Caller, as_png, bearer, face_png, keys_file, problem_of, shipped
from spoofcue.errors import InputError
from spoofcue.scoring.open_model import SHIPPED
from spoofcue.serving.audit import AuditLog
from spoofcue.serving.docs_page import docs_page


def sample(text: str, name: str) -> float:
    found = [line for line in text.splitlines() if line.startswith(f"{name} ")]
    assert len(found) == 1, name
    return float(found[0].split()[-1])


def test_metrics_count_what_was_answered() -> None:
    result = shipped().predict(face_png())
    with Caller() as caller:
        for _ in range(2):
            caller.post(files={"picture": face_png()})
        caller.post(files={"picture": as_png(np.full((99, 99, 3), 9, np.uint8))})
        caller.post(content=b"")
        caller.get("/anything/at/all")
        text = caller.get("/metrics").text
    requests = 'spoofcue_requests_total{method="%s",route="%s",status="%d"}'
    assert sample(text, requests % ("POST", "/v1/checks", 200)) == 3
    assert sample(text, requests % ("POST", "/v1/checks", 400)) == 1
    assert sample(text, requests % ("GET", "other", 404)) == 1
    decisions = 'spoofcue_decisions_total{decision="%s",reason="%s"}'
    assert sample(text, decisions % ("live", "")) == 2
    assert sample(text, decisions % ("rejected", "no_face")) == 1
    for stage in ("wait", "decode", "detect", "crop", "network", "total"):
        assert sample(text, f'spoofcue_stage_seconds_count{{stage="{stage}"}}') == 3
    assert sample(text, "spoofcue_score_count") == 2
    assert sample(text, "spoofcue_score_sum") == pytest.approx(2 * result.score)
    assert sample(text, "spoofcue_in_flight") == 1  # the request for the metrics
    assert sample(text, "spoofcue_waiting") == sample(text, "spoofcue_running") == 0


def test_the_audit_log_has_a_line_for_each_check(tmp_path: Path) -> None:
    path, key = keys_file(tmp_path)
    file = tmp_path / "audit.jsonl"
    with Caller(keys=path, audit=str(file)) as caller:
        one = caller.post(files={"picture": face_png()}, headers=bearer(key)).json()
        two = problem_of(caller.post(content=b"", headers=bearer(key)), 400, "bad-request")
        caller.post(content=b"")  # nobody's
        caller.get("/v1/models", headers=bearer(key))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first, second = map(json.loads, file.read_text().splitlines())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", first.pop("time"))
    assert first == {
        "request_id": one["request_id"], "key": "bank", "client": "127.0.0.1",
        "decision": "live", "reason": None,
        "score": one["score"], "threshold": one["threshold"], "model": one["model"],
        "kind": "picture", "frames": 1, "total_ms": one["timings"]["total"],
    }  # fmt: skip
    del second["time"]
    assert second == {
        "request_id": two["request_id"], "key": "bank", "client": "127.0.0.1",
        "decision": None, "problem": "bad-request",
    }  # fmt: skip


def test_what_cannot_be_noted_is_not_decided(tmp_path: Path) -> None:
    audit = AuditLog(str(tmp_path / "audit.jsonl"))
    with Caller(audit_log=audit) as caller:
        audit.close()
        problem_of(caller.post(files={"picture": face_png()}), 503, "no-audit")
        problem_of(caller.post(content=b""), 503, "no-audit")
        assert "spoofcue_decisions_total{" not in caller.get("/metrics").text


def test_an_audit_log_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="audit log"):
        AuditLog(str(tmp_path / "gone" / "audit.jsonl"))


def test_the_log_names_requests_and_nothing_that_was_sent(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, key = keys_file(tmp_path)
    with Caller(keys=path) as caller, caplog.at_level(logging.INFO, "spoofcue"):
        for options in (
            {"headers": bearer(key), "files": {"picture": ("anna.png", face_png())}},
            {"headers": bearer("other secret"), "content": b"anna"},
        ):
            caller.post("/v1/checks?name=anna", **options)
        caller.get("/anna")
    lines = [r.getMessage() for r in caplog.records if r.name == "spoofcue.serving"]
    assert [re.sub(r"[0-9a-f]{32}|\d+ ms", "", line).split() for line in lines] == [
        ["POST", "/v1/checks", "200", "bank"], ["POST", "/v1/checks", "401"],
        ["GET", "other", "404"],
    ]  # fmt: skip
    assert not any(word in caplog.text for word in ("anna", key, "secret"))


def test_the_model_tells_what_its_package_says() -> None:
    spec = json.loads((SHIPPED / "spoofcue.json").read_text(encoding="utf-8"))
    with Caller() as caller:
        (model,) = caller.get("/v1/models").json()["models"]
    assert model["id"] == shipped().model_id
    assert model["threshold"] == spec["threshold"]["value"]
    assert model["operating_points"] == {n: p["threshold"] for n, p in spec["points"].items()}
    assert [e["name"] for e in model["experts"]] == [e["name"] for e in spec["experts"]]
    assert model["not_for"] == spec["card"]["not_for"]


def document() -> dict[str, Any]:
    with Caller() as caller:
        return caller.get("/openapi.json").json()  # type: ignore[no-any-return]


def test_the_openapi_document_is_whole() -> None:
    whole = document()
    assert whole["openapi"].startswith("3.")
    assert set(whole["paths"]) == {
        *("/v1/checks", "/v1/looks", "/v1/models", "/healthz", "/readyz", "/metrics"),
        *("/v1/attempts", "/v1/attempts/{attempt}", "/.well-known/jwks.json"),
        *("/v1/attempts/{attempt}/frames", "/v1/attempts/{attempt}/finish"),
        *("/v1/fits", "/v1/fits/{fit}", "/v1/fits/{fit}/pictures", "/v1/fits/{fit}/profile"),
        *("/v1/fits/{fit}/report", "/v1/fits/{fit}/adopt"),
    }
    schemas = whole["components"]["schemas"]
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(whole)))
    assert named <= set(schemas)
    check = whole["paths"]["/v1/checks"]["post"]
    statuses = ["200", "400", "401", "403", "408", "413", "415", "421", "422", "429", "500", "503"]
    assert sorted(check["responses"]) == statuses
    assert set(check["responses"]["503"]["content"]) == {"application/problem+json"}
    assert {"multipart/form-data", "application/json"} < set(check["requestBody"]["content"])
    assert schemas["CheckAnswer"]["properties"]["decision"]["enum"] == [
        "live", "attack", "rejected",
    ]  # fmt: skip


class Loads(HTMLParser):
    """Elements and attributes that could load something."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, str, str | None]] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.seen += [(tag, k, v) for k, v in attrs if k in ("src", "href", "style", "onload")]


def test_the_docs_load_nothing() -> None:
    with Caller() as caller:
        answer = caller.get("/docs")
    reader = Loads()
    reader.feed(answer.text)
    assert reader.seen == [("a", "href", "/openapi.json")]
    assert not reader.tags & {"script", "link", "img", "iframe", "form"}
    assert "/v1/checks" in answer.text
    style = re.search(r"<style>(.*?)</style>", answer.text)
    assert style is not None
    import base64
    import hashlib

    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["content-security-policy"]


def test_the_docs_page_escapes_what_it_shows() -> None:
    whole = document()
    whole["info"]["description"] = "<script>alert(1)</script>"
    whole["paths"]["/v1/checks"]["post"]["description"] = "<b>bold</b>"
    page = docs_page(whole)
    assert "<script>" not in page
    assert "<b>" not in page


WATCH = """
import asyncio, io, sys
import httpx
from spoofcue.serving.settings import gathered
from spoofcue.serving.server import opened
app = opened(gathered({})[0])
picture = open(sys.argv[1], "rb").read()
def watch(event, args):
    if event in ("socket.getaddrinfo", "socket.connect", "socket.bind", "subprocess.Popen"):
        print("WATCHED", event, args)
    if event == "open" and isinstance(args[2], int) and args[2] & 3:
        print("WATCHED", event, args)
async def main():
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            sys.addaudithook(watch)
            for body in ({"files": {"picture": picture}}, {"files": [("frames", picture)] * 4}):
                answer = await client.post("/v1/checks?evidence=png", **body)
                print(answer.status_code, len(picture))
            if sys.argv[2:]:
                open(sys.argv[2], "w").close()
asyncio.run(main())
assert "torch" not in sys.modules
"""


def test_nothing_is_written_and_nobody_is_called(tmp_path: Path) -> None:
    path = tmp_path / "face.png"
    noise = np.random.default_rng(0).integers(0, 256, (900, 900, 3), dtype=np.uint8)
    path.write_bytes(as_png(noise))  # more than what Starlette's forms hold in memory
    assert path.stat().st_size > 2_000_000
    call = [sys.executable, "-c", WATCH, str(path)]
    done = subprocess.run(call, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.split() == ["200", str(path.stat().st_size)] * 2
    # it can fail
    call.append(str(tmp_path / "written"))
    done = subprocess.run(call, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "WATCHED open" in done.stdout
