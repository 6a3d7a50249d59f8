"""The examples of ``client/`` against a service, as they are run."""

from __future__ import annotations

import importlib.util
import io
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import jwt
import numpy as np
import pytest
from PIL import Image

from helpers.called_service import as_png, face_png
from helpers.served_process import ServedProcess
from spoofcue.detector.receipt import new_receipt_key
from spoofcue.serving.keys import new_key

CLIENT = Path(__file__).parents[2] / "client"
ISSUER = "https://liveness.bank.example"
PAGE = "http://localhost:9000"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("client")


@pytest.fixture(scope="module")
def key(folder: Path) -> str:
    return new_key(folder / "keys.jsonl", "login")


@pytest.fixture(scope="module")
def service(folder: Path, key: str) -> Iterator[ServedProcess]:
    new_receipt_key(folder / "receipts.pem")
    one = ServedProcess(
        folder / "log.txt", "--keys", str(folder / "keys.jsonl"), "--workers", "1",
        "--receipt-keys", str(folder / "receipts.pem"), "--issuer", ISSUER, "--origins", PAGE,
    )  # fmt: skip
    one.start()
    yield one
    one.kill()


def words(service: ServedProcess, key: str) -> dict[str, str]:
    local = {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
    return os.environ | local | {"SPOOFCUE_URL": service.base, "SPOOFCUE_KEY": key}


COMMANDS = {"check.py": [sys.executable], "check.sh": ["sh"]}


@pytest.mark.parametrize("script", COMMANDS)
def test_a_check_ends_with_0_for_live_alone(
    script: str, service: ServedProcess, key: str, tmp_path: Path
) -> None:
    if script == "check.sh" and not (shutil.which("curl") and shutil.which("jq")):
        pytest.skip("it needs curl and jq")
    (tmp_path / "face.png").write_bytes(face_png())
    (tmp_path / "wall.png").write_bytes(as_png(np.full((200, 300, 3), 120, np.uint8)))
    for file, by, status, said in (
        ("face.png", key, 0, "live"), ("wall.png", key, 1, "rejected"),
        ("face.png", "wrong", 2, ""), ("gone.png", key, 2, ""),
    ):  # fmt: skip
        done = subprocess.run(
            [*COMMANDS[script], str(CLIENT / script), str(tmp_path / file)],
            capture_output=True, text=True, env=words(service, by), check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout.split(" ")[0].strip()) == (status, said), done.stderr
        assert ("no decision" in done.stderr) == (status == 2)
        assert key not in done.stdout + done.stderr


@pytest.fixture(scope="module")
def login() -> ModuleType:
    spec = importlib.util.spec_from_file_location("login", CLIENT / "login.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["login"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def party(
    login: ModuleType, service: ServedProcess, key: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, Any]]:
    """The relying party's server, and what it asks the service by."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1,localhost")
    liveness = login.Liveness(service.base, key, ISSUER, "login")
    server = ThreadingHTTPServer(("127.0.0.1", 0), login.handler(liveness))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", liveness
    server.shutdown()
    server.server_close()
    thread.join()


def receipt_of(begun: dict[str, Any], faces: int = 5) -> str:
    """As the browser gets it."""
    base = f"{begun['url']}/v1/attempts/{begun['id']}"
    by = {"Authorization": f"Bearer {begun['token']}", "Origin": PAGE}
    pixels = np.asarray(Image.open(io.BytesIO(face_png())).resize((320, 320))).astype(int)
    rng = np.random.default_rng(0)
    for _ in range(faces):
        noisy = np.clip(pixels + rng.integers(-2, 3, pixels.shape), 0, 255).astype(np.uint8)
        answer = httpx.post(
            f"{base}/frames", content=as_png(noisy), timeout=30,
            headers={**by, "Content-Type": "image/png"},
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        assert answer.headers["access-control-allow-origin"] == PAGE
    answer = httpx.post(f"{base}/finish", headers=by, timeout=30)
    assert answer.status_code == 200, answer.text
    assert answer.json()["score"] is None
    receipt: str = answer.json()["receipt"]
    return receipt


def test_a_login_lets_a_receipt_in_once_and_nobody_elses(party: tuple[str, Any]) -> None:
    url, _ = party
    with httpx.Client(base_url=url) as mine, httpx.Client(base_url=url) as other:
        assert "<video" in mine.get("/").text
        assert "requestVideoFrameCallback" in mine.get("/browser.mjs").text
        begun = mine.post("/login/begin").json()
        other.post("/login/begin")
        assert begun.keys() == {"url", "id", "token", "seconds", "frames"}
        receipt = receipt_of(begun)
        # somebody else's, in a session that waits for its own
        assert other.post("/login/finish", content=receipt).json() == {"in": False}
        answer = mine.post("/login/finish", content=receipt)
        assert (answer.status_code, answer.json()) == (200, {"in": True})
        # sent again, with a cookie and without one
        assert mine.post("/login/finish", content=receipt).status_code == 403
        assert httpx.post(f"{url}/login/finish", content=receipt).status_code == 403
        # one that was rejected verifies too, and lets nobody in
        receipt = receipt_of(mine.post("/login/begin").json(), faces=1)
        assert mine.post("/login/finish", content=receipt).json() == {"in": False}


def test_every_doubt_about_a_receipt_keeps_out(
    party: tuple[str, Any], login: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, liveness = party
    private = (folder / "receipts.pem").read_bytes()
    expected = login.Expected("a1", "n1")
    (published,) = httpx.get(f"{liveness.url}/.well-known/jwks.json").json()["keys"]
    now = int(login.time.time())
    claims = {
        "iss": ISSUER, "aud": "login", "iat": now, "exp": now + 60, "jti": "a1", "nonce": "n1",
        "decision": "live", "operating_point": {"threshold": 0.5},
    }  # fmt: skip
    header = {"kid": published["kid"], "typ": "spoofcue-receipt+jwt"}

    def let_in(
        key: Any = private, algorithm: str = "EdDSA", head: Any = header, **other: Any
    ) -> Any:
        given = {k: v for k, v in {**claims, **other}.items() if v is not None}
        return liveness.is_live(jwt.encode(given, key, algorithm, head), expected)

    assert let_in()
    for wrong in (
        {"iss": "other"}, {"aud": "shop"}, {"exp": now - 60}, {"iat": now + 60}, {"jti": "a2"},
        {"nonce": "n2"}, {"decision": "attack"}, {"decision": "rejected"},
        *({name: None} for name in claims),
    ):  # fmt: skip
        assert not let_in(**wrong), wrong
    assert not let_in(head={**header, "typ": "JWT"})
    assert not let_in(head={**header, "kid": "other"})
    assert not let_in(key=None, algorithm="none")
    # the public key as the secret of another algorithm
    assert not let_in(key=published["x"] * 2, algorithm="HS256")
    assert not liveness.is_live("", expected)
    assert not liveness.is_live("a.b.c", expected)
    liveness.most_threshold = 0.4
    assert not let_in()
