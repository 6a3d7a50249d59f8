"""What is compared: the service, what a new user would write in its place, and the plain loop."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

LOOP = """
import sys, time
from pathlib import Path
from spoofcue import Detector
pictures = [Path(name).read_bytes() for name in sys.argv[2:]]
detector = Detector.load(threads=1)
detector.predict(pictures[0])
count, began = 0, time.perf_counter()
while time.perf_counter() - began < float(sys.argv[1]):
    detector.predict(pictures[count % len(pictures)])
    count += 1
print(count / (time.perf_counter() - began))
"""
MINIMAL = """
import sys
import uvicorn
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from spoofcue import Detector

detector = Detector.load(threads=1)
app = FastAPI()

@app.get("/readyz")
async def ready():
    return {}

@app.post("/check")
async def check(request: Request):
    picture = await request.body()
    return (await run_in_threadpool(detector.predict, picture)).to_dict()

uvicorn.run(app, port=int(sys.argv[1]), log_level="warning")
"""


@contextmanager
def minimal() -> Iterator[int]:
    """A FastAPI handler of four lines; its port."""
    port = free_port()
    with _served([sys.executable, "-c", MINIMAL, str(port)], port):
        yield port


@contextmanager
def service(*options: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """``spoofcue serve``: its port and process."""
    port = free_port()
    command = [sys.executable, "-m", "spoofcue", "serve", "--port", str(port), *options]
    with _served(command, port) as process:
        yield port, process


def plain_loop(pictures: list[Path], seconds: float) -> float:
    """Pictures a second of ``Detector.predict`` in one process, one thread."""
    command = [sys.executable, "-c", LOOP, str(seconds), *map(str, pictures)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=_environment())
    return float(done.stdout)


def memory_mb(process: subprocess.Popen[bytes]) -> float:
    """Resident memory of a process and those that it started, without what they share."""
    total = 0
    for pid in (process.pid, *children(process.pid)):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def children(pid: int) -> list[int]:
    """Processes that any thread of a process started and that still run."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(one) for listed in lists for one in listed.read_text().split()]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("SPOOFCUE_")}
    return kept | {"OMP_NUM_THREADS": "1"}


@contextmanager
def _served(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env=_environment())
    try:
        for _ in range(1200):
            if process.poll() is not None:
                raise SystemExit(f"{command[:4]} ended at once")
            try:
                urlopen(f"http://127.0.0.1:{port}/readyz").close()
                break
            except OSError:
                time.sleep(0.05)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
