"""The service as a process of its own, which can be killed and started again."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import httpx

COMMAND = [sys.executable, "-m", "spoofcue"]
BARE = {k: v for k, v in os.environ.items() if not k.startswith("SPOOFCUE_")}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class ServedProcess:
    """``spoofcue serve`` on a port of its own, ready once :meth:`start` returns.

    Args:
        log: file of its standard error.
        options: of the command.
        trusted: it serves TLS, with a certificate that these trust.

    """

    def __init__(self, log: Path, *options: str, trusted: ssl.SSLContext | None = None) -> None:
        self._log = log
        self.port = free_port()
        self._options = options
        self._process: subprocess.Popen[str] | None = None
        self.base = f"http{'s' if trusted else ''}://127.0.0.1:{self.port}"
        self.client = httpx.Client(verify=trusted or True, trust_env=False, timeout=30)

    def start(self) -> None:
        with self._log.open("a") as out:
            self._process = subprocess.Popen(
                [*COMMAND, "serve", "--port", str(self.port), *self._options],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=out, text=True,
                env=BARE,
            )  # fmt: skip
        for _ in range(1200):
            assert self._process.poll() is None, self._log.read_text()
            try:
                if self.client.get(f"{self.base}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(self._log.read_text())

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self) -> int:
        assert self._process is not None
        return self._process.wait(20)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()
