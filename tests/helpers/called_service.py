"""The service without sockets, called as from a program without coroutines."""

from __future__ import annotations

import asyncio
import copy
import functools
import io
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import numpy as np
from PIL import Image

from spoofcue.detector.detector import Detector
from spoofcue.scoring.open_model import SHIPPED
from spoofcue.serving.app import create_app
from spoofcue.serving.bench import Bench
from spoofcue.serving.hands import OwnHand
from spoofcue.serving.settings import ServiceSettings
from spoofcue.simulate.people import RenderedPerson

BASE = "http://127.0.0.1:8000"
DECISIONS = ("live", "attack", "rejected")


class Caller:
    """Enters the application's lifespan, and keeps one event loop for all calls."""

    def __init__(
        self, detector: Detector | None = None, *, base: str = BASE, **settings: Any
    ) -> None:
        app_options = {n: settings.pop(n) for n in ("keys_given", "audit_log") if n in settings}
        given = ServiceSettings(**{"workers": 2, **settings})
        bench = Bench.of(detector or shipped(), given, SHIPPED)
        self.app = create_app(
            [OwnHand(bench) for _ in range(given.workers)],
            given,
            keys=app_options.get("keys_given"),
            audit=app_options.get("audit_log"),
        )
        self.service = self.app.state.service
        self._loop = asyncio.new_event_loop()
        self._lifespan = self.app.router.lifespan_context(self.app)
        self._loop.run_until_complete(self._lifespan.__aenter__())
        transport = httpx.ASGITransport(app=self.app)
        self.client = httpx.AsyncClient(transport=transport, base_url=base)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._loop.run_until_complete(work)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.run(self.client.get(path, **options))

    def post(self, path: str = "/v1/checks", **options: Any) -> httpx.Response:
        return self.run(self.client.post(path, **options))

    def __enter__(self) -> Caller:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.run(self.client.aclose())
        self.run(self._lifespan.__aexit__(None, None, None))
        self._loop.close()


@functools.cache
def shipped() -> Detector:
    return Detector.load()


def with_predict(predict: Any) -> Detector:
    """The shipped detector, but for what it says."""
    detector = copy.copy(shipped())
    detector.predict = predict  # type: ignore[method-assign]
    return detector


def as_png(picture: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


@functools.cache
def face_png(person: int = 3) -> bytes:
    return as_png(RenderedPerson(f"person-{person}", 0).live("session-any", person).photo)


def problem_of(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    """Its document, which is whole and holds no decision."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert set(document) == {"type", "title", "status", "detail", "request_id"}
    assert document["type"] == f"urn:spoofcue:problem:{kind}"
    assert document["status"] == status
    assert document["request_id"] == answer.headers["spoofcue-request-id"]
    assert document["detail"].endswith(".")
    assert not any(name.startswith("spoofcue-decision") for name in answer.headers)
    if status in (429, 503):
        assert int(answer.headers["retry-after"]) >= 1
    return document


def keys_file(folder: Path, *scopes: str, **options: Any) -> tuple[Path, str]:
    """A file with one key, and the key."""
    from spoofcue.serving.keys import new_key

    file = folder / "keys.jsonl"
    return file, new_key(file, "bank", scopes or ("check",), **options)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}
