"""Checking a face writes nothing into the home folder, looks no name up and connects to nothing.

What Python does is watched by an audit hook; what a library does below Python, by functions that
stand before the C library's, where there is a compiler to make them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import cv2
import pytest

from spoofcue.runtime import choice
from spoofcue.simulate.people import RenderedPerson

WATCHED = """
#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
static void note(const char *what, const char *name) {
    FILE *log = fopen(getenv("WATCHED_CALLS"), "a");
    if (log) { fprintf(log, "%s %s\\n", what, name ? name : ""); fclose(log); }
}
int getaddrinfo(const char *n, const char *s, const struct addrinfo *h, struct addrinfo **r) {
    note("getaddrinfo", n); return EAI_AGAIN;
}
struct hostent *gethostbyname(const char *n) { note("gethostbyname", n); return 0; }
int connect(int fd, const struct sockaddr *a, socklen_t l) {
    note("connect", a->sa_family == AF_UNIX ? "unix" : "internet"); errno = ENETUNREACH; return -1;
}
"""
PREDICT = """
import sys, time
from multiprocessing import get_context

def watch(event, args):
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.connect"):
        print("NETWORK", event, args)

sys.addaudithook(watch)

def score(path):
    from spoofcue import Detector
    detector = Detector.load(runtime=sys.argv[2])
    results = [detector.predict(path), detector.predict(open(path, "rb").read())]
    results += detector.predict_batch([path, path]) + detector.predict_faces(path)
    return {r.decision for r in results}

if __name__ == "__main__":
    print(score(sys.argv[1]))
    with get_context("spawn").Pool(1) as pool:
        print(pool.map(score, [sys.argv[1]]))
    time.sleep(float(sys.argv[3]))
"""
COMMAND = [sys.executable, "-m", "spoofcue", "predict"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def face(tmp_path: Path) -> Path:
    path = tmp_path / "face.png"
    photo = RenderedPerson("person-3", 0).live("session-any", 3).photo
    cv2.imwrite(str(path), photo[..., ::-1])
    return path


def surroundings(home: Path, **more: str) -> dict[str, str]:
    # CI and PYTEST variables are left out: libraries that report leave it be where they see one
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")}
    return {**kept, "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1", **more}


def files_below(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def run(arguments: list[str], environment: dict[str, str], cwd: Path) -> str:
    done = subprocess.run(arguments, env=environment, cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
def test_detector_and_its_workers_write_nothing_into_the_home_folder(
    runtime: str, home: Path, face: Path, tmp_path: Path
) -> None:
    if not choice.installed(runtime):
        pytest.skip(f"{runtime} is not installed")
    script = tmp_path / "score.py"
    script.write_text(PREDICT)
    before = files_below(tmp_path)
    out = run([sys.executable, str(script), str(face), runtime, "0"], surroundings(home), tmp_path)
    assert "NETWORK" not in out
    assert len(out.splitlines()) == 2
    assert files_below(tmp_path) == before


def test_command_writes_nothing_into_the_home_folder(
    home: Path, face: Path, tmp_path: Path
) -> None:
    before = files_below(tmp_path)
    out = run([*COMMAND, str(face), "--json"], surroundings(home), tmp_path)
    assert json.loads(out)[0]["decision"] in ("live", "attack")
    assert files_below(tmp_path) == before


def test_without_the_switch_the_same_look_at_the_home_folder_sees_telemetry(home: Path) -> None:
    """The tests above can fail: a plain import of ONNX Runtime leaves files in an empty home."""
    code = "import onnxruntime; print(onnxruntime.__version__)"
    version = run([sys.executable, "-c", code], surroundings(home), home).split(".")
    if (int(version[0]), int(version[1])) < (1, 29):
        pytest.skip("this version of ONNX Runtime has no telemetry")
    assert any("onnxruntime" in name for name in files_below(home))


@pytest.mark.skipif(
    not (sys.platform == "linux" and shutil.which("cc")), reason="needs a C compiler on Linux"
)
def test_no_library_looks_a_name_up_or_connects(home: Path, face: Path, tmp_path: Path) -> None:
    source, library, calls = (tmp_path / name for name in ("watch.c", "watch.so", "calls.txt"))
    source.write_text(WATCHED)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    script = tmp_path / "score.py"
    script.write_text(PREDICT)
    watched = surroundings(home, LD_PRELOAD=str(library), WATCHED_CALLS=str(calls))
    # reports of ONNX Runtime start about three seconds after its import
    run([sys.executable, str(script), str(face), "onnxruntime", "5"], watched, tmp_path)
    assert not calls.exists(), calls.read_text()

    lookup = textwrap.dedent("""
        import socket
        try:
            socket.getaddrinfo("example.invalid", 80)
        except OSError:
            pass
    """)
    run([sys.executable, "-c", lookup], watched, tmp_path)
    assert calls.read_text().startswith("getaddrinfo example.invalid")
