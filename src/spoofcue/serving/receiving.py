"""The body of a request, bounded in bytes and in time, in memory alone."""

from __future__ import annotations

import asyncio

from fastapi import Request
from starlette.requests import ClientDisconnect

from spoofcue.serving.problems import Problem


async def whole_body(request: Request, most: int, seconds: float) -> bytes:
    """All bytes of a body.

    Args:
        request: whose body was not read yet.
        most: bytes; it is read no further, whatever Content-Length said.
        seconds: until all of it must be here.

    Raises:
        Problem: too-large, too-slow, unsupported (it is compressed), or client-gone.

    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem("unsupported", "compressed bodies are not taken: leave Content-Encoding out.")
    too_large = Problem("too-large", f"the body is more than {most} bytes.")
    stated = request.headers.get("content-length", "")
    # int() of thousands of digits is refused by Python, and is too large in any case
    if stated.isdecimal() and (len(stated) > 15 or int(stated) > most):
        raise too_large

    async def read() -> bytes:
        body = bytearray()
        async for chunk in request.stream():
            if len(body) + len(chunk) > most:
                raise too_large
            body += chunk
        return bytes(body)

    try:
        return await asyncio.wait_for(read(), seconds)
    except (asyncio.TimeoutError, TimeoutError):
        raise Problem("too-slow", f"the body did not come within {seconds:g} s.") from None
    except ClientDisconnect:
        raise Problem("client-gone", "the client left while it sent the body.") from None
