"""What every answer has: a request id, headers of safety, a count, a line in the log."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spoofcue.serving.access import Access
from spoofcue.serving.metrics import ServiceMetrics
from spoofcue.serving.places import place_of
from spoofcue.serving.problems import Problem

LOG = logging.getLogger("spoofcue.serving")
REQUEST_ID = "Spoofcue-Request-Id"
SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# of a body that is refused: larger or slower ones end their connection with the answer
DRAINED_BYTES = 1_000_000
DRAINED_S = 1.0
METHODS = frozenset({"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"})


class Envelope:
    """Goes around the whole application; nothing below it ends without an answer.

    Args:
        app: below.
        access: knows the hosts that the service is called by.
        metrics: counts.

    """

    def __init__(self, app: ASGIApp, access: Access, metrics: ServiceMetrics) -> None:
        self._app, self._access, self._metrics = app, access, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        began = time.perf_counter()
        status = 0
        unread, taken = _has_body(Headers(scope=scope)), 0

        async def receiving() -> Message:
            nonlocal unread, taken
            message = await receive()
            taken += len(message.get("body", b""))
            unread = unread and message.get("more_body", False)
            return message

        async def sending(message: Message) -> None:
            nonlocal status, unread
            if message["type"] == "http.response.start":
                status = message["status"]
                rest = _small_rest(Headers(scope=scope), taken)
                if unread and rest:
                    unread = not await _drained(receive, rest)
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = request_id
                if unread:  # nothing would end a body that trickles on behind its answer
                    headers["Connection"] = "close"
                for name, value in SAFE.items():
                    headers.setdefault(name, value)
            await send(message)

        self._metrics.in_flight.inc()
        try:
            try:
                self._access.check_host(scope["path"], Headers(scope=scope))
                await self._app(scope, receiving, sending)
            except Problem as problem:
                await problem.response(request_id)(scope, receive, sending)
            except Exception as error:
                # its type and place alone: a message may quote what was sent
                LOG.error("%s failed: %s", request_id, place_of(error))
                if status:
                    raise
                failed = Problem("failed", "the service failed; its log tells more.")
                await failed.response(request_id)(scope, receive, sending)
        finally:
            seconds = time.perf_counter() - began
            self._metrics.in_flight.dec()
            route = getattr(scope.get("route"), "path", "other")
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._metrics.answered(route, method, status, seconds)
            holder = scope["state"].get("holder", "")
            LOG.info(
                "%s %s %s %d %.0f ms %s", request_id, method, route, status, 1000 * seconds, holder
            )


def _small_rest(headers: Headers, taken: int) -> int:
    """Bytes of a body that nobody wants and that is sooner read than its connection closed."""
    length = headers.get("content-length", "")
    # who waits for a word before the body would be invited to send it
    if not length.isdecimal() or len(length) > 9 or "expect" in headers:
        return 0
    return max(0, int(length) - taken) if int(length) <= DRAINED_BYTES else 0


async def _drained(receive: Receive, rest: int) -> bool:
    """Read the rest of a body away, so that its client reads the answer and not a reset."""

    async def read() -> bool:
        left = rest
        while left >= 0:
            message = await receive()
            if message["type"] != "http.request":
                return False
            if not message.get("more_body", False):
                return True
            left -= len(message.get("body", b""))
        return False  # it is longer than it said

    try:
        return await asyncio.wait_for(read(), DRAINED_S)
    except (asyncio.TimeoutError, TimeoutError):
        return False


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
