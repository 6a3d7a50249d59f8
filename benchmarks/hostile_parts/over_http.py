"""Hostile requests through a started service, and what came of each."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any

import h11
from hostile_parts.independent import broken
from hostile_parts.originals import Original
from hostile_parts.requests import Asked, Maker, is_live
from hostile_parts.routes import Outcome
from hostile_parts.started import Started

from spoofcue.serving.problems import KINDS

AT_ONCE = 8
GIVE_UP = 45.0  # s, more than body and check may take
PROBE = 250  # requests, after each of which a plain face must still be judged as before
STATUSES = {200, 201, 204, *(status for status, _ in KINDS.values())} - {500}
# short waits, so that a slow client costs the run little
OPTIONS = ("--body-seconds", "2", "--head-seconds", "2", "--workers", "2", "--threads", "1")


@dataclass
class Answered:
    """What came back; status 0: nothing that is HTTP."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""

    @property
    def document(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def decision(self) -> str | None:
        """That it says, in whichever way."""
        named = self.headers.get(b"spoofcue-decision")
        if named is not None:
            return named.decode()
        document = self.document
        return document.get("decision") if isinstance(document, dict) else None


class Sender:
    """Sends requests to one service.

    Args:
        service: started.
        maker: of the requests.
        seed: of how they are sent.

    """

    def __init__(self, service: Started, maker: Maker, seed: int) -> None:
        self._service, self._maker, self._seed = service, maker, seed

    async def run(self, number: int) -> Outcome:
        """Send request ``number``."""
        asked = await asyncio.to_thread(self._maker.make, number)
        outcome = Outcome(number, asked.kind)
        began = time.monotonic()
        rng = random.Random(f"{self._seed}/sent/{number}")
        try:
            if asked.kind in ("attempt", "fit"):
                steps = {"attempt": self._attempt, "fit": self._fit}[asked.kind]
                await steps(outcome, asked, rng)
            else:
                answered = await asyncio.wait_for(self._send(asked, rng), GIVE_UP)
                await self._judge(outcome, asked, answered, partial(media_of, asked))
        except (asyncio.TimeoutError, TimeoutError):
            outcome.faults.append("no answer")
        except ConnectionRefusedError:
            outcome.faults.append("no connection")
        outcome.seconds = time.monotonic() - began
        return outcome

    async def _judge(
        self,
        outcome: Outcome,
        asked: Asked,
        answered: Answered,
        shown: Callable[[], Sequence[bytes]],
    ) -> None:
        status, decision = answered.status, answered.decision
        outcome.answer = f"{status}" + (f" {decision}" if decision else "")
        if status == 0 and asked.answered:
            outcome.faults.append("no answer of HTTP")
        if status and status not in STATUSES:
            outcome.faults.append(f"status {status}")
        if decision is not None and status != 200:
            outcome.faults.append(f"{decision} with status {status}")
        if decision == "live":
            why = await asyncio.to_thread(lambda: not_sound(shown()))
            if why:
                outcome.faults.append(f"live, and {why}")
            elif not asked.live:  # the model's own error, which no damage is needed for
                outcome.answer += ", an attack missed"

    async def _send(self, asked: Asked, rng: random.Random) -> Answered:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._service.port)
        trickling = None
        try:
            if asked.kind == "slow":
                trickling = asyncio.ensure_future(self._trickle(writer, asked.raw, rng))
            elif asked.kind == "half":
                writer.write(asked.raw[: rng.randrange(len(asked.raw))])
                await writer.drain()
                if rng.random() < 0.5:
                    writer.write_eof()
            else:
                writer.write(asked.raw)
                if asked.kind == "gone":
                    await asyncio.sleep(rng.choice((0, 0.001, 0.01, 0.1)))
                    writer.transport.abort()
                    return Answered()
                if asked.kind == "length" and rng.random() < 0.5:
                    writer.write_eof()
            # read while it is sent: a refusal comes before the end of what is refused
            return await read_answer(reader, asked.raw[:5] == b"HEAD ")
        except (OSError, h11.RemoteProtocolError) as error:
            if isinstance(error, ConnectionRefusedError):
                raise
            return Answered()
        finally:
            if trickling is not None:
                trickling.cancel()
            writer.close()
            with contextlib.suppress(ConnectionError, OSError):
                await asyncio.wait_for(writer.wait_closed(), 5)

    async def _trickle(self, writer: asyncio.StreamWriter, raw: bytes, rng: random.Random) -> None:
        """A byte now and then, in the head or in the body."""
        at = raw.find(b"\r\n\r\n") + 4 if rng.random() < 0.5 else 0
        writer.write(raw[:at])
        with contextlib.suppress(ConnectionError, OSError):
            for k in range(12):
                await asyncio.sleep(0.3)
                writer.write(raw[at + k : at + k + 1])
                await writer.drain()

    async def _attempt(self, outcome: Outcome, asked: Asked, rng: random.Random) -> None:
        """An attempt in a wrong order: other ids, broken frames, decided twice."""
        begun = await self._step("POST", "/v1/attempts", b"")
        document = begun.document if begun.status == 201 else {}
        name, token = document.get("id", "0" * 32), document.get("token", "")
        answers = [begun]
        shown: list[tuple[bytes, bool]] = []
        for _ in range(rng.choice((1, 3, 8, 12))):
            way = rng.random()
            key = rng.choice((None, None, None, token, token, "x"))
            one = rng.choice((name, name, name, name, name, "0" * 32, name.upper(), name[:-1]))
            if way < 0.75:
                data, live = self._maker.broken_picture(rng)
                path = f"/v1/attempts/{one}/frames" + rng.choice(("", "?look=no", "?look=x"))
                answers.append(await self._step("POST", path, data, key))
                if answers[-1].status == 200:
                    shown.append((data, live))
            elif way < 0.9:
                answers.append(await self._step("POST", f"/v1/attempts/{one}/finish", b"", key))
            else:
                method = rng.choice(("GET", "DELETE", "PUT"))
                answers.append(await self._step(method, f"/v1/attempts/{one}", b"", key))
        outcome.inputs = len(answers)
        whole = replace(asked, live=all(live for _, live in shown))
        for answered in answers:
            await self._judge(outcome, whole, answered, lambda: [data for data, _ in shown])

    async def _fit(self, outcome: Outcome, asked: Asked, rng: random.Random) -> None:
        """A fit of a camera in a wrong order."""
        begun = await self._step("POST", "/v1/fits", b"")
        name = (begun.document or {}).get("id", "0" * 32)
        answers = [begun]
        for _ in range(rng.choice((1, 3, 8))):
            one = rng.choice((name, name, name, name, "0" * 32, "x" * 500))
            data, _ = self._maker.broken_picture(rng)
            method, path, body = rng.choice((
                ("POST", "/pictures?kind=live&person=a", data), ("POST", "/pictures", data),
                ("POST", "/pictures?kind=screen&person=" + "b" * 300, data), ("GET", "", b""),
                ("GET", "/profile", b""), ("GET", "/report", b""), ("POST", "/adopt", b""),
                ("PUT", "/pictures", data),
            ))  # fmt: skip
            answers.append(await self._step(method, f"/v1/fits/{one}{path}", body))
        answers.append(await self._step("DELETE", f"/v1/fits/{name}", b""))
        outcome.inputs = len(answers)
        for answered in answers:
            await self._judge(outcome, asked, answered, list)

    async def _step(self, method: str, path: str, body: bytes, key: str | None = None) -> Answered:
        headers = {"Content-Type": "image/png"} if body else {}
        raw = self._maker.http(method, path, headers, body, key or "")
        return await asyncio.wait_for(self._send(Asked("step", raw), random.Random(0)), GIVE_UP)


async def read_answer(reader: asyncio.StreamReader, is_head: bool) -> Answered:
    """The first whole answer on a connection, by an implementation that is not the service's."""
    parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20)
    method = "HEAD" if is_head else "GET"
    parser.send(h11.Request(method=method, target="/", headers=[("Host", "x")]))
    parser.send(h11.EndOfMessage())
    answered = Answered()
    body = bytearray()
    while True:
        event = parser.next_event()
        if event is h11.NEED_DATA:
            parser.receive_data(await reader.read(65536))
        elif isinstance(event, h11.InformationalResponse):
            continue
        elif isinstance(event, h11.Response):
            answered.status, answered.headers = event.status_code, dict(event.headers)
        elif isinstance(event, h11.Data):
            body += event.data
        else:
            answered.body = bytes(body)
            return answered


def not_sound(shown: Sequence[bytes]) -> str | None:
    """Why these are not pictures and clips alone that an independent decoder calls sound."""
    if not shown:
        return "nothing is shown"
    with tempfile.TemporaryDirectory() as folder:
        for data in shown:
            path = Path(folder, "shown")
            path.write_bytes(data)
            if why := broken(path):
                return f"broken: {why}"
    return None


def media_of(asked: Asked) -> Sequence[bytes]:
    """Pictures and clips of a body, cut at its marks, or read by Python's own JSON."""
    if asked.content_type.startswith("multipart/"):
        mark = b"--" + asked.content_type.partition("boundary=")[2].encode("latin-1")
        parts = (b"\r\n" + asked.body).split(b"\r\n" + mark)[1:]
        before_end = takewhile(lambda part: not part.startswith(b"--"), parts)
        return [part.partition(b"\r\n\r\n")[2] for part in before_end]
    if asked.kind == "json":
        try:
            tree = json.loads(asked.body)
        except ValueError:
            return []
        values = [one for value in tree.values() for one in ([value] if value else [])]
        texts = [one for value in values for one in (value if isinstance(value, list) else [value])]
        return [base64.b64decode(text.rpartition(",")[2]) for text in texts]
    return [asked.body]


def run_all(
    sound: Sequence[Original], seed: int, requests: int, seconds: float | None, first: int = 0
) -> tuple[list[Outcome], float, float]:
    """All outcomes, the most memory of a process in MiB, and the seconds it took."""
    with tempfile.TemporaryDirectory() as temporary:
        service = Started(Path(temporary), *OPTIONS)
        try:
            return asyncio.run(_run_all(service, sound, seed, requests, seconds, first))
        finally:
            service.stop()


async def _run_all(
    service: Started, sound: Sequence[Original], seed: int, requests: int, seconds: float | None,
    first: int,
) -> tuple[list[Outcome], float, float]:  # fmt: skip
    images = [o for o in sound if o.kind == "image"]
    face = next(o.data for o in images if is_live(o))
    sender = Sender(service, Maker(sound, seed, service.port, service.key), seed)
    before = await _plain(sender, face)
    outcomes: list[Outcome] = []
    began = said = time.monotonic()
    number, done = first, 0
    running: set[asyncio.Task[Outcome]] = set()
    while True:
        late = seconds is not None and time.monotonic() - began > seconds
        while len(running) < AT_ONCE and done + len(running) < requests and not late:
            running.add(asyncio.ensure_future(sender.run(number)))
            number += 1
        if not running:
            break
        ended, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            outcomes.append(task.result())
            done += 1
            if done % PROBE == 0:
                service.look()
                if (after := await _plain(sender, face)) != before:
                    fault = f"a plain face is {after} and was {before}"
                    outcomes.append(Outcome(number, "plain face", "", 1, 0.0, [fault]))
        if time.monotonic() - said > 60:
            said = time.monotonic()
            count = sum(bool(o.faults) for o in outcomes)
            print(f"{done} requests, {count} faults", file=sys.stderr, flush=True)
    service.look()
    took = time.monotonic() - began
    last = Outcome(number, "the service", "", 0, 0.0, service.faults() + service.stop())
    return [*outcomes, last], service.peak_mib, took


async def _plain(sender: Sender, face: bytes) -> tuple[int, str | None, float | None]:
    answered = await sender._step("POST", "/v1/checks", face)
    document = answered.document or {}
    return answered.status, document.get("decision"), document.get("score")
