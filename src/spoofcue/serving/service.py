"""From a request to what came of its task, bounded on every side."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from fastapi import Request

from spoofcue.errors import InputError
from spoofcue.serving.answers import ModelAnswer
from spoofcue.serving.hands import Hand
from spoofcue.serving.judging import FullError, JudgingPool
from spoofcue.serving.problems import Problem
from spoofcue.serving.receiving import whole_body
from spoofcue.serving.settings import ServiceSettings
from spoofcue.serving.work import Done, Task

RETRY_S = 1.0  # what a client is told to wait when there is no room


class Service:
    """Receives bodies and has tasks done.

    Args:
        hands: do the tasks; the first has said what it judges by, others may still start.
        settings: how much is taken at one time.

    """

    def __init__(self, hands: Sequence[Hand], settings: ServiceSettings) -> None:
        self._settings = settings
        self._hands = tuple(hands)
        self.pool = JudgingPool(len(hands), settings.queue, settings.batch)
        self._open = 0
        self._joining: asyncio.Future[Any] | None = None
        self._mending: asyncio.Future[None] | None = None

    @property
    def model(self) -> ModelAnswer:
        """What is said of the model that judges."""
        return ModelAnswer.model_validate(self._hands[0].hello["model"])

    @property
    def operating_point(self) -> dict[str, Any]:
        """See :func:`spoofcue.detector.receipt.operating_point`."""
        return dict(self._hands[0].hello["operating_point"])

    @property
    def workers(self) -> int:
        """Hands that can judge now."""
        said = (hand.hello.get("not_ready", "") for hand in self.pool.hands if not hand.ended)
        return sum(why is None for why in said)

    @property
    def restarts(self) -> int:
        """How often a hand was started again."""
        return sum(hand.restarts for hand in self._hands)

    async def start(self) -> None:
        """Let the hands work, each as soon as it can."""
        first, *others = self._hands
        self.pool.add(first)
        self._joining = asyncio.ensure_future(asyncio.gather(*map(self._join, others)))
        self._mending = asyncio.ensure_future(self.pool.keep_mended())

    def close(self) -> None:
        """Wait for what has begun, and end the hands."""
        for future in (self._joining, self._mending):
            if future is not None:
                future.cancel()
        self.pool.close()
        for hand in self._hands:
            hand.close()

    async def reload(self, model: str) -> None:
        """Judge by another model: one hand after the other, while the others go on.

        Args:
            model: path; it is read once for each hand.

        Raises:
            InputError: it is no usable model, and the one before judges on.

        """
        if self._joining is not None:
            await asyncio.shield(self._joining)
        before = self._hands[0].model
        try:
            await self.pool.each(lambda hand: hand.renew(model))
        except InputError:
            await self.pool.each(lambda hand: _renewed_back(hand, before))
            raise

    def check_ready(self) -> None:
        """Refuse work that a broken model would do.

        Where all workers have just ended, work waits for those that are started in their place.

        Raises:
            Problem: not-ready.

        """
        if any(hand.hello.get("not_ready", "") is None for hand in self.pool.hands):
            return
        why = next((h.hello["not_ready"] for h in self._hands if h.hello.get("not_ready")), None)
        raise Problem("not-ready", f"{why or 'no worker is there'}.", retry_s=RETRY_S)

    async def body(self, request: Request, most: int | None = None) -> bytes:
        """All of a body; to be called within :meth:`upload`.

        Args:
            request: whose body was not read yet.
            most: bytes; None: as the settings say.

        Raises:
            Problem: see :func:`spoofcue.serving.receiving.whole_body`.

        """
        most = self._settings.max_body if most is None else most
        return await whole_body(request, most, self._settings.body_seconds)

    @contextmanager
    def upload(self) -> Iterator[None]:
        """A place for a body in memory.

        Raises:
            Problem: busy; also where what comes would find no place to wait, before it is received.

        """
        if self.pool.full:
            raise self._busy()
        if self._open >= self._settings.uploads:
            raise Problem(
                "busy", f"{self._open} requests are received or checked now.", retry_s=RETRY_S
            )
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    async def run(self, request: Request, task: Task) -> tuple[Done, float]:
        """Have a task done while its client waits.

        Args:
            request: whose body was read.
            task: to do.

        Returns:
            What came of it, and the seconds that it waited for a worker.

        Raises:
            Problem: it has no result: busy, client-gone, too-long, or one of the task's own.

        """
        judging = asyncio.ensure_future(self.pool.run(task))
        gone: asyncio.Future[Any] = asyncio.ensure_future(_left(request))
        either: set[asyncio.Future[Any]] = {judging, gone}
        seconds = self._settings.check_seconds
        try:
            done, _ = await asyncio.wait(
                either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if judging in done:
                return judging.result()
            if gone in done:
                raise Problem("client-gone", "the client left before it was answered.")
            raise Problem("too-long", f"the check took more than {seconds:g} s.", retry_s=RETRY_S)
        except FullError:
            raise self._busy() from None
        finally:
            judging.cancel()
            gone.cancel()

    def _busy(self) -> Problem:
        said = f"{self.pool.running} checks are at work and {self.pool.waiting} wait."
        return Problem("busy", said, retry_s=RETRY_S)

    async def _join(self, hand: Hand) -> None:
        with contextlib.suppress(InputError):  # it has ended, and will be mended
            await asyncio.to_thread(hand.wait)
        self.pool.add(hand)


def _renewed_back(hand: Hand, model: str | None) -> None:
    if hand.model != model:
        hand.renew(model)


async def _left(request: Request) -> None:
    """Returns when the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
