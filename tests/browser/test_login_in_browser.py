"""The login of ``client/`` in Chromium: another origin than the service's, and no API key in it."""

from __future__ import annotations

import runpy
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from helpers.browser import WAIT_MS
from helpers.camera_clips import frames, photo, write_clip
from helpers.served_process import ServedProcess
from spoofcue.serving.keys import new_key

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
LOGIN = Path(__file__).parents[2] / "client" / "login.py"
SECONDS, FPS = 4, 30  # of a film in which no frame comes twice


def film(kind: str) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    noise = rng.integers(-2, 3, (480, 640, 1), dtype=np.int16)
    moved = [one.astype(np.int16) for one in frames(photo(3, kind))]
    return [
        np.clip(moved[n % len(moved)] + np.roll(noise, 997 * n), 0, 255).astype(np.uint8)
        for n in range(SECONDS * FPS)
    ]


@pytest.fixture(scope="module")
def page_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Of the relying party's page, and the key that it has."""
    folder = tmp_path_factory.mktemp("login")
    key = new_key(folder / "keys.jsonl", "login")
    module = runpy.run_path(str(LOGIN), run_name="login")
    server = ThreadingHTTPServer(("127.0.0.1", 0), module["handler"](None))
    address = f"http://127.0.0.1:{server.server_port}"
    service = ServedProcess(
        folder / "log.txt", "--keys", str(folder / "keys.jsonl"), "--origins", address
    )
    server.RequestHandlerClass = module["handler"](
        module["Liveness"](service.base, key, "spoofcue", "login")
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    service.start()
    thread.start()
    yield address, key
    server.shutdown()
    server.server_close()
    service.kill()


@pytest.mark.parametrize(
    ("kind", "decision", "words"),
    [("live", "live", "You are logged in."), ("screen", "attack", "That did not work")],
)
def test_a_person_is_let_in_and_a_replay_is_not(
    kind: str,
    decision: str,
    words: str,
    browser: Browser,
    clip: Path,
    page_address: tuple[str, str],
) -> None:
    address, key = page_address
    write_clip(clip, film(kind))
    context = browser.new_context()
    context.grant_permissions(["camera"], origin=address)
    page = context.new_page()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(str(request.headers)))
    page.goto(address)
    with page.expect_response("**/v1/attempts/*/finish", timeout=WAIT_MS) as finished:
        page.get_by_role("button").click()
    assert finished.value.json()["decision"] == decision
    page.get_by_role("status").get_by_text(words).wait_for(timeout=WAIT_MS)
    context.close()
    assert len(sent) > 8
    assert not any(key in headers for headers in sent)
