"""A service of its own: started, watched from outside, and stopped."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import get_args

from spoofcue.serving.keys import Scope, new_key

COMMAND = [sys.executable, "-m", "spoofcue"]
BARE = {k: v for k, v in os.environ.items() if not k.startswith("SPOOFCUE_")}


class Started:
    """``spoofcue serve`` with a key that may do everything.

    Args:
        folder: of its log, keys and audit log.
        options: of the command, beside those.

    """

    def __init__(self, folder: Path, *options: str) -> None:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = int(one.getsockname()[1])
        self.log, self.audit = folder / "log.txt", folder / "audit.jsonl"
        keys = folder / "keys.jsonl"
        self.key = new_key(keys, "everything", get_args(Scope))
        self.restarts = 0
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [*COMMAND, "serve", "--port", str(self.port), "--keys", str(keys),
                 "--audit", str(self.audit), *options],
                stdout=subprocess.DEVNULL, stderr=log, env=BARE | {"OMP_NUM_THREADS": "1"},
            )  # fmt: skip
        self._peaks: dict[int, float] = {}
        for _ in range(1200):
            if self._process.poll() is not None:
                raise SystemExit(self.log.read_text())
            try:
                self.get("/readyz")
                return
            except (OSError, urllib.error.URLError):
                time.sleep(0.05)
        raise SystemExit("the service does not become ready")

    def get(self, path: str) -> str:
        """The body of an answer of status 200."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers={"Authorization": f"Bearer {self.key}"}
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            return str(answer.read().decode())

    def look(self) -> None:
        """Note the memory of its processes and how often workers were started again."""
        lists = Path(f"/proc/{self._process.pid}/task").glob("*/children")
        pids = [int(one) for listed in lists for one in listed.read_text().split()]
        for pid in (self._process.pid, *pids):
            try:
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            if most := re.search(r"VmHWM:\s*(\d+) kB", status):
                self._peaks[pid] = int(most[1]) / 1024
        found = re.search(r"^spoofcue_worker_restarts (\S+)$", self.get("/metrics"), re.MULTILINE)
        self.restarts = int(float(found[1])) if found else 0

    @property
    def peak_mib(self) -> float:
        """Most memory of one of its processes, as far as it was looked at."""
        return max(self._peaks.values(), default=0.0)

    def faults(self) -> list[str]:
        """What must not be: it died, workers ended, its log has errors of the program."""
        found = []
        if self._process.poll() is not None:
            found.append(f"the service ended with {self._process.returncode}")
        if self.restarts:
            found.append(f"workers were started again: {self.restarts}")
        said = self.log.read_text(errors="replace").splitlines()
        found += [line for line in said if "Traceback" in line or " ERROR spoofcue" in line]
        return found

    def stop(self) -> list[str]:
        """End it as it is meant to be ended; what went wrong with that."""
        self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return ["SIGTERM did not end it within 60 s"]
        return [] if status == 0 else [f"SIGTERM ended it with {status}"]
