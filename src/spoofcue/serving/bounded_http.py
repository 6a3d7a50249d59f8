"""Connections that are bounded in number, and in the time that the head of a request may take."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Type: text/plain\r\n"
    b"Content-Length: 24\r\nConnection: close\r\n\r\ntoo many connections now"
)

# TLS says that it ends and waits half a minute for an idle client to say so too, which would be as
# long as SIGTERM takes; what was answered before is sent within this time
FAREWELL_S = 1.0


def bounded_http(head_seconds: float, connections: int) -> type[H11Protocol]:
    """A protocol for ``uvicorn.Config(http=...)``.

    uvicorn waits without end for a head that trickles, and takes any number of connections.

    Args:
        head_seconds: from the first byte of a head, or the connection, to its end.
        connections: open at one time.

    """

    class BoundedProtocol(H11Protocol):
        _late: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            if len(self.connections) > connections:
                transport.write(FULL)
                transport.close()
            else:
                self._wait_for_head()

        def data_received(self, data: bytes) -> None:
            if self.transport.is_closing():
                return
            super().data_received(data)
            if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
                self._wait_for_head()
            else:
                self._head_is_here()

        def connection_lost(self, exc: Exception | None) -> None:
            self._head_is_here()
            super().connection_lost(exc)

        def shutdown(self) -> None:
            """Close an idle connection now, and another once it is answered."""
            super().shutdown()
            if self.scheme == "https" and self.transport.is_closing():
                self.loop.call_later(FAREWELL_S, self.transport.abort)

        def _wait_for_head(self) -> None:
            if self._late is None:
                self._late = self.loop.call_later(head_seconds, self.transport.abort)

        def _head_is_here(self) -> None:
            if self._late is not None:
                self._late.cancel()
                self._late = None

    return BoundedProtocol
