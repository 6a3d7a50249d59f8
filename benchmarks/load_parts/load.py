"""Requests in numbers: as many at one time as told, or so many a second, whatever comes back.

A client of a few lines over asyncio's streams: httpx takes as long for a request as the service's
own process does, on the same cores.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Answers:
    """What came back.

    Attributes:
        seconds: that the load went on.
        served: s of each answer of status 200.
        statuses: how many of each; 0: the connection broke.
        decisions: of those of status 200, by picture.

    """

    seconds: float = 0.0
    served: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    decisions: dict[int, set[tuple[str, float | None]]] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Answers of status 200 a second."""
        return len(self.served) / self.seconds

    def quantile(self, share: float) -> float:
        """Milliseconds of what was served; NaN where nothing was."""
        return 1000 * float(np.quantile(self.served, share)) if self.served else float("nan")

    def take(self, picture: int, status: int, body: bytes, took: float) -> None:
        self.statuses[status] += 1
        if status == 200:
            self.served.append(took)
            answer = json.loads(body)
            said = (answer["decision"], answer["score"])
            self.decisions.setdefault(picture, set()).add(said)


class Client:
    """One connection, opened again where the service closed it."""

    def __init__(self, port: int, path: str, pictures: list[bytes]) -> None:
        self._port = port
        self._requests = [
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: image/jpeg\r\n"
            f"Content-Length: {len(picture)}\r\n\r\n".encode()
            + picture
            for picture in pictures
        ]
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, picture: int) -> tuple[int, bytes]:
        """Status and body; 0 where the connection broke."""
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = self._streams
            writer.write(self._requests[picture])
            await writer.drain()
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            body = await reader.readexactly(length)
            if b"connection: close" in head:
                self.close()
            return int(head.split()[1]), body
        except (OSError, asyncio.IncompleteReadError, IndexError, ValueError):
            self.close()
            return 0, b""

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def closed_loop(
    port: int, path: str, pictures: list[bytes], at_once: int, seconds: float
) -> Answers:
    """``at_once`` clients, each of which asks again as soon as it is answered."""
    answers, until = Answers(), time.perf_counter() + seconds

    async def one(number: int) -> None:
        client = Client(port, path, pictures)
        at = number
        while time.perf_counter() < until:
            picture = at % len(pictures)
            began = time.perf_counter()
            status, body = await client.ask(picture)
            answers.take(picture, status, body, time.perf_counter() - began)
            at += 1
            if status in (0, 503):
                await asyncio.sleep(0.01)
        client.close()

    began = time.perf_counter()
    await asyncio.gather(*map(one, range(at_once)))
    answers.seconds = time.perf_counter() - began
    return answers


async def open_loop(
    port: int, path: str, pictures: list[bytes], rate: float, seconds: float
) -> Answers:
    """``rate`` requests a second on average, at random moments, however many have no answer yet."""
    answers, rng = Answers(), np.random.default_rng(0)
    idle: list[Client] = []
    asked: set[asyncio.Task[None]] = set()

    async def one(at: int) -> None:
        client = idle.pop() if idle else Client(port, path, pictures)
        began = time.perf_counter()
        status, body = await client.ask(at % len(pictures))
        answers.take(at % len(pictures), status, body, time.perf_counter() - began)
        idle.append(client)

    began = time.perf_counter()
    due, at = began, 0
    while due < began + seconds:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        task = asyncio.ensure_future(one(at))
        asked.add(task)
        task.add_done_callback(asked.discard)
        due, at = due + float(rng.exponential(1 / rate)), at + 1
    answers.seconds = time.perf_counter() - began
    await asyncio.gather(*asked)
    for client in idle:
        client.close()
    return answers
