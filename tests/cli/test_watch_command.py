"""``spoofcue watch`` as it is called, with the model that ships and a rendered person."""

from __future__ import annotations

import functools
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import jwt
import numpy as np
import pytest

from helpers.made_detector import Image
from helpers.made_videos import write_video
from helpers.stream_servers import MULTIPART, http_server, jpeg, part
from helpers.webhook_receiver import receiver
from spoofcue.detector.detector import Detector
from spoofcue.detector.receipt import ISSUER, SECONDS, Receipts, new_receipt_key

SHORT = ["--seconds", "0.5", "--frames", "6", "--min-frames", "3"]
MAIN = [sys.executable, "-m", "spoofcue", "watch"]


@functools.cache
def pictures() -> dict[str, Image]:
    """A person, the person's print and a replay of the person on a phone."""
    from spoofcue.simulate import attack
    from spoofcue.simulate.people import RenderedPerson

    live = RenderedPerson("person-3", 0).live("session-any", 3).photo
    shown = {"print": attack(live, "print-a", seed=1), "replay": attack(live, "replay-a", seed=1)}
    return {kind: cv2.resize(image, (400, 400)) for kind, image in {"live": live, **shown}.items()}


def frames(kind: str | None, count: int, seed: int = 0) -> Iterator[Image]:
    """With a trace of noise, and of motion, as of any camera; None: nobody is there."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        frame = np.full((416, 560, 3), 120, np.uint8)
        if kind is not None:
            x = 60 + number % 5
            frame[8:408, x : x + 400] = pictures()[kind]
        yield np.clip(frame + rng.integers(-2, 3, frame.shape), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nobody, a person, nobody, a print, nobody, a replay, nobody."""
    parts = [(None, 4), ("live", 16), (None, 12), ("print", 16), (None, 12), ("replay", 16)]
    images = [image for kind, count in [*parts, (None, 12)] for image in frames(kind, count)]
    options = {"crf": "8", "preset": "ultrafast", "threads": "1"}
    path = tmp_path_factory.mktemp("film") / "a.mp4"
    return write_video(path, images, "libx264", rate=20, options=options)


def watch(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MAIN, *words], capture_output=True, text=True, timeout=120, check=False, **options
    )


def test_a_person_a_print_and_a_replay_are_told_to_whoever_wants_to_know(
    film: Path, tmp_path: Path
) -> None:
    out = tmp_path / "live.json"
    script = tmp_path / "open.py"
    script.write_text("import sys; open(sys.argv[1], 'a').write(sys.stdin.read() + '\\n')")
    key = tmp_path / "key"
    key.write_text("0123456789abcdef0123456789abcdef\n")
    command = shlex.join([sys.executable, str(script), str(out)])
    new_receipt_key(signs := tmp_path / "receipts.pem")
    with receiver(200, 200, 200) as server:
        call = ["--fast", *SHORT, "--on-live", command, "--webhook", server.url, "--webhook-all"]
        done = watch(str(film), *call, "--webhook-key", str(key), "--receipt-key", str(signs))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    said = [json.loads(line) for line in lines]
    assert [one["decision"] for one in said] == ["live", "attack", "attack"]
    assert [one["attempt"] for one in said] == [1, 2, 3]
    assert {one["model"] for one in said} == {Detector.load().model_id}
    assert all(one["frames"]["judged"] == 6 for one in said)
    assert all({e["expert"] for e in one["evidence"]} >= {"face", "around"} for one in said)
    assert out.read_text() == lines[0] + "\n"
    assert [body.decode() for _, _, body in server.requests] == lines
    assert all("X-Spoofcue-Signature" in headers for _, headers, _ in server.requests)
    assert done.stderr == f"watching {film}\n"
    keys = jwt.PyJWKSet.from_dict(Receipts.of_files([signs], ISSUER, SECONDS).jwks())
    claims = [jwt.decode(one["receipt"], keys.keys[0], ["EdDSA"], issuer=ISSUER) for one in said]
    assert [one["decision"] for one in claims] == ["live", "attack", "attack"]
    assert len({one["jti"] for one in claims}) == 3
    assert all(one["operating_point"]["threshold"] == said[0]["threshold"] for one in claims)


def test_a_failing_command_is_told_and_changes_nothing(film: Path) -> None:
    done = watch(str(film), "--fast", *SHORT, "--attempts", "1", "--on-live", "false")
    assert done.returncode == 0
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["decision"] == "live"
    assert "warning: false: it ended with status 1" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of another kind")
def test_on_a_terminal_the_results_are_still_on_standard_output(film: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    words = [*MAIN, str(film), "--fast", *SHORT, "--attempts", "1"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=theirs, text=True) as process:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # how a terminal ends
            while more := os.read(ours, 4096):
                shown += more
        out, _ = process.communicate(timeout=60)
    os.close(ours)
    assert [json.loads(line)["decision"] for line in out.splitlines()] == ["live"]
    assert b"starting" in shown
    assert b"no face" in shown or b"live" in shown
    assert b'"decision"' not in shown


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_and_the_attempt_is_rejected(number: int, status: int) -> None:
    face = [part(jpeg(image)) for image in frames("live", 20)]

    def camera() -> Iterator[bytes]:
        for at in range(1200):
            if at < 20:
                yield face[at]
            else:  # another face each time: it must not be told as a repeated one
                yield part(jpeg(next(frames("live", 1, seed=at))))
            time.sleep(0.03)

    with http_server((200, MULTIPART, camera)) as server:
        process = subprocess.Popen(
            [*MAIN, server.url, "--seconds", "60"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        while "frames arrive" not in process.stderr.readline():
            pass
        time.sleep(1.5)
        process.send_signal(number)
        out, errors = process.communicate(timeout=30)
    assert process.returncode == status, errors
    (line,) = out.splitlines()
    told = json.loads(line)
    assert (told["decision"], told["reason"]) == ("rejected", "interrupted")
    assert told["source"] == server.url
    assert "Traceback" not in errors


def test_a_stream_that_does_not_come_back_ends_with_status_1() -> None:
    with http_server((200, MULTIPART, lambda: iter(()))) as server:
        away = server.url
    done = watch(away, "--reconnects", "1")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "try 1 of 1" in done.stderr
    assert "given up" in done.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["ftp://host/x"], "rtsp, rtsps, http, https"),
        (["http://h/x", "--fast"], "--fast is for files"),
        (["x.mp4", "--on-live", "no-such-program"], "no program"),
        (["x.mp4", "--webhook", "https://h/", "--webhook-key", "no-such-file"], "no-such-file"),
        (["x.mp4", "--webhook-all"], "--webhook"),
        (["x.mp4", "--frames", "3", "--min-frames", "5"], "never has the 5"),
        (["no-such-film.mp4"], "no-such-film.mp4"),
    ],
)
def test_a_wrong_call_is_refused(words: list[str], expected: str) -> None:
    done = watch(*words)
    assert done.returncode == 2
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_short_key_of_the_environment_is_refused(film: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("SPOOFCUE_WEBHOOK_KEY", "")
    done = watch(str(film), "--webhook", "https://h/")
    assert (done.returncode, done.stdout) == (2, "")
    assert "key has 0 bytes" in done.stderr
