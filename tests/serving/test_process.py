"""The command itself: it serves, answers what it had begun, and ends well."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from helpers.called_service import face_png, keys_file, shipped
from helpers.command import spoofcue
from helpers.served_process import BARE, COMMAND, free_port


@contextmanager
def served(tmp_path: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    port = free_port()
    log = tmp_path / "log.txt"
    with log.open("w") as out:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(port), *options],
            stdout=subprocess.PIPE, stderr=out, text=True, env=BARE,
        )  # fmt: skip
    try:
        base = f"http://127.0.0.1:{port}"
        for _ in range(600):
            assert process.poll() is None, log.read_text()
            try:
                if httpx.get(f"{base}/readyz", trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        yield process, base
    finally:
        process.kill()
        process.wait()


def test_it_serves_and_answers_what_it_had_begun(tmp_path: Path) -> None:
    with served(tmp_path, "--audit", "-") as (process, base):
        head = (
            f"POST /v1/checks HTTP/1.1\r\nHost: {base[7:]}\r\nContent-Type: image/png\r\n"
            f"Content-Length: {len(face_png())}\r\n\r\n"
        )
        host, port = base[7:].split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(head.encode() + face_png()[:1000])
            time.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            connection.sendall(face_png()[1000:])
            connection.settimeout(20)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        out, _ = process.communicate(timeout=20)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"decision":"live"' in answer
    assert repr(shipped().predict(face_png()).score).encode() in answer
    assert b"\r\nserver:" not in answer.lower()
    assert process.returncode == 0
    assert out.count('"decision": "live"') == 1  # the audit log


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    children = Path(f"/proc/{process.pid}/task").glob("*/children")
    return [int(pid) for listed in children for pid in listed.read_text().split()]


def test_a_body_that_goes_on_behind_its_answer_is_cut_off(tmp_path: Path) -> None:
    with served(tmp_path, "--max-body", "1000") as (_, base):
        host, port = base[7:].split(":")
        head = f"POST /v1/checks HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9000000\r\n\r\n"
        with socket.create_connection((host, int(port))) as connection:
            connection.settimeout(5)
            connection.sendall(head.encode())
            answer = b""
            while chunk := connection.recv(65536):  # the service ends it, and not the clock
                answer += chunk
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_many_at_once_are_each_answered_alike(tmp_path: Path) -> None:
    with served(tmp_path) as (_, base):
        answers: list[httpx.Response] = []

        def ask() -> None:
            answers.append(
                httpx.post(
                    f"{base}/v1/checks", files={"picture": face_png()}, timeout=30, trust_env=False
                )
            )

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [a.status_code for a in answers] == [200] * 8
    assert {a.json()["score"] for a in answers} == {shipped().predict(face_png()).score}


def test_a_worker_that_is_killed_under_load_costs_no_answer(tmp_path: Path) -> None:
    with served(tmp_path, "--workers", "2") as (process, base):
        workers = workers_of(process)
        assert len(workers) == 2
        answers: list[httpx.Response] = []

        def ask() -> None:
            with httpx.Client(timeout=30, trust_env=False) as client:
                for _ in range(6):
                    answers.append(client.post(f"{base}/v1/checks", files={"picture": face_png()}))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.1)
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        for thread in threads:
            thread.join()
        assert "spoofcue_worker_restarts 2.0" in httpx.get(f"{base}/metrics", trust_env=False).text
    assert [a.status_code for a in answers] == [200] * 24
    assert {a.json()["score"] for a in answers} == {shipped().predict(face_png()).score}


def test_what_waits_when_the_service_is_stopped_is_answered(tmp_path: Path) -> None:
    with served(tmp_path, "--workers", "1", "--batch", "1") as (process, base):
        (worker,) = workers_of(process)
        os.kill(worker, signal.SIGSTOP)
        answers: list[httpx.Response] = []

        def ask() -> None:
            asked = httpx.post(
                f"{base}/v1/checks", files={"picture": face_png()}, timeout=30, trust_env=False
            )
            answers.append(asked)

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for _ in range(500):
            told = httpx.get(f"{base}/metrics", trust_env=False).text
            if "\nspoofcue_waiting 5.0" in told and "\nspoofcue_running 1.0" in told:
                break
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        os.kill(worker, signal.SIGCONT)
        for thread in threads:
            thread.join()
        assert process.wait(20) == 0
    assert [a.status_code for a in answers] == [200] * 6


def test_a_small_body_that_is_refused_is_read_away_and_the_connection_goes_on(
    tmp_path: Path,
) -> None:
    with served(tmp_path, "--keys", str(keys_file(tmp_path)[0])) as (_, base):
        connection = http.client.HTTPConnection(base[7:], timeout=10)
        for number in range(3):
            connection.request("POST", "/v1/checks", body=bytes(600_000))
            answer = connection.getresponse()
            assert b"no-key" in answer.read()
            assert answer.status == 401
            if number == 0:
                first = connection.sock
            assert connection.sock is first is not None  # it was not closed
        connection.close()


def test_heads_that_trickle_and_connections_beyond_the_limit_are_closed(tmp_path: Path) -> None:
    with served(tmp_path, "--head-seconds", "0.5", "--connections", "4") as (_, base):
        host, port = base[7:].split(":")
        address = (host, int(port))
        time.sleep(0.1)  # the connections that asked whether it is ready are closed
        slow = [socket.create_connection(address) for _ in range(4)]
        for one in slow:
            one.sendall(b"POST /v1/checks HTT")
        with socket.create_connection(address) as beyond:
            beyond.settimeout(10)
            assert beyond.recv(4096).startswith(b"HTTP/1.1 503 ")
        for one in slow:
            one.settimeout(10)
            with contextlib.suppress(ConnectionResetError):
                assert one.recv(4096) == b""  # closed without an answer
            one.close()
        assert httpx.get(f"{base}/healthz", trust_env=False).status_code == 200


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--host", "0.0.0.0"], "serve-key NAME"),
        (["--keys", "gone.jsonl"], "no such file of keys"),
        (["--model", "gone.spoofcue"], "gone.spoofcue"),
        (["--threshold", "sure"], "threshold by flag"),
        (["--port", "-1"], "port by flag"),
        (["--tls-cert", "gone.pem"], "both --tls-cert and --tls-key"),
        (["--tls-cert", "gone.pem", "--tls-key", "gone.pem"], "TLS by gone.pem"),
        (["--audit", "gone/audit.jsonl"], "audit log gone/audit.jsonl"),
    ],
)
def test_a_wrong_call_is_one_line(
    options: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in set(os.environ) - set(BARE):
        monkeypatch.delenv(name)
    (line,) = spoofcue("serve", *options, status=2).stderr.splitlines()
    assert line.startswith("spoofcue: ")
    assert words in line


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*COMMAND, "serve", "--port", port], capture_output=True, text=True, env=BARE,
            check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"port {port}: Address already in use" in done.stderr


def test_a_key_is_shown_once_and_opens_the_service(tmp_path: Path) -> None:
    keys = str(tmp_path / "keys.jsonl")
    done = subprocess.run(
        [*COMMAND, "serve-key", "bank", "--keys", keys, "--scope", "check", "--scope", "metrics"],
        capture_output=True, text=True, check=True, env=BARE,
    )  # fmt: skip
    (key,) = done.stdout.splitlines()
    with served(tmp_path, "--keys", keys) as (_, base):
        for given, status in ((key, 200), ("other", 401)):
            headers = {"Authorization": f"Bearer {given}"}
            answer = httpx.get(f"{base}/metrics", headers=headers, trust_env=False)
            assert answer.status_code == status
