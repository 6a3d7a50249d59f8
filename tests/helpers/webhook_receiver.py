"""A server on this machine that is told of attempts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Received:
    def __init__(self, statuses: list[int]) -> None:
        self.statuses, self.url, self.waits = statuses, "", 0.0
        self.requests: list[tuple[str, dict[str, str], bytes]] = []


@contextmanager
def receiver(*statuses: int) -> Iterator[Received]:
    state = Received(list(statuses))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.requests.append((self.path, dict(self.headers), body))
            time.sleep(state.waits)
            self.send_response(state.statuses.pop(0))
            self.send_header("Location", f"{state.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True, args=(0.02,)).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
