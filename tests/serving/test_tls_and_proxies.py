"""TLS by the service itself, and which proxies are believed."""

from __future__ import annotations

import json
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import trustme

from helpers.called_service import Caller, bearer, face_png, keys_file
from helpers.served_process import ServedProcess
from spoofcue.serving.keys import new_key
from spoofcue.serving.server import address_of, configured, listening
from spoofcue.serving.settings import ServiceSettings

HEALTH = Path(__file__).parents[2] / "deploy" / "health.py"


def healthy(port: int, **environment: str) -> bool:
    """What the container's health check says."""
    done = subprocess.run(
        [sys.executable, HEALTH], check=False, env={"SPOOFCUE_PORT": str(port), **environment}
    )
    assert done.returncode in (0, 1)
    return done.returncode == 0


def test_https_with_a_key_that_is_taken_back_while_it_serves(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    cert, key_file = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.private_key_pem.write_to_path(key_file)
    for part in certificate.cert_chain_pems:
        part.write_to_path(cert, append=True)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    keys, bank = keys_file(tmp_path)
    options = ("--tls-cert", str(cert), "--tls-key", str(key_file), "--keys", str(keys))
    served = ServedProcess(tmp_path / "log.txt", *options, trusted=trusted)

    def status(key: str) -> int:
        files, url = {"picture": face_png()}, f"{served.base}/v1/checks"
        return served.client.post(url, files=files, headers=bearer(key)).status_code

    served.start()
    try:
        assert status(bank) == 200
        assert healthy(served.port, SPOOFCUE_TLS_CERT=str(cert))
        assert not healthy(served.port)  # it asks without TLS
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(f"{served.base}/healthz", trust_env=False)
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{served.base.replace('https', 'http')}/healthz", trust_env=False)
        door = new_key(keys, "door")
        keys.write_text("".join(x for x in keys.read_text().splitlines(True) if "bank" not in x))
        served.signal(signal.SIGHUP)  # and it need not wait a second
        assert [status(bank), status(door)] == [401, 200]
        served.signal(signal.SIGTERM)
        assert served.wait() == 0
    finally:
        served.kill()
    assert not healthy(served.port)


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Caller, Path]]:
    audit = tmp_path_factory.mktemp("audited") / "audit.jsonl"
    with Caller(audit=str(audit), workers=1) as caller:
        yield caller, audit


@pytest.mark.parametrize(
    ("believed", "connection", "forwarded", "client"),
    [
        ("127.0.0.1", "127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.7", "203.0.113.9", "198.51.100.7"),
        ("10.0.0.0/8", "10.1.2.3", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.0/8", "127.0.0.1", "203.0.113.9", "127.0.0.1"),
        # what a client wrote stands before what the proxy saw
        ("127.0.0.1", "127.0.0.1", "192.0.2.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1,10.0.0.2", "127.0.0.1", "192.0.2.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
    ],
)
def test_only_named_proxies_say_who_called(
    audited: tuple[Caller, Path], believed: str, connection: str, forwarded: str, client: str
) -> None:
    caller, audit = audited
    config = configured(caller.app, ServiceSettings(forwarded_allow_ips=believed))
    config.load()
    transport = httpx.ASGITransport(config.loaded_app, client=(connection, 1234))

    async def ask() -> int:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as one:
            headers = {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"}
            answer = await one.post("/v1/checks", content=b"", headers=headers)
            return answer.status_code

    assert caller.run(ask()) == 400
    assert json.loads(audit.read_text().splitlines()[-1])["client"] == client


@pytest.mark.parametrize(("tls", "scheme"), [(None, "http"), (Path("cert.pem"), "https")])
def test_the_address_that_is_told_has_the_port_that_was_chosen(
    tls: Path | None, scheme: str
) -> None:
    settings = ServiceSettings(host="127.0.0.1", port=0, tls_cert=tls, tls_key=tls)
    (one,) = listening(settings.host, settings.port)
    with one:
        port = one.getsockname()[1]
        assert port
        assert address_of(settings, one) == f"{scheme}://127.0.0.1:{port}"
