"""The detector behind the service: one submission to one result, bounded on every side."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from spoofcue.detector.cue_sheet import cue_sheet
from spoofcue.detector.detector import Detector
from spoofcue.detector.result import Result
from spoofcue.errors import SpoofCueError
from spoofcue.serving.judging import FullError, JudgingPool
from spoofcue.serving.limits import Limits
from spoofcue.serving.problems import Problem
from spoofcue.serving.receiving import whole_body
from spoofcue.serving.settings import ServiceSettings
from spoofcue.serving.submission import Kind, Submission, submission

RETRY_S = 1.0  # what a client is told to wait when there is no room


@dataclass(frozen=True, slots=True)
class Judged:
    """One result.

    Attributes:
        kind: of what was judged.
        result: of the detector.
        waited_s: for a thread.
        sheet: PNG of the evidence; None: not asked for, or nothing to show.

    """

    kind: Kind
    result: Result
    waited_s: float
    sheet: bytes | None = None


class CheckService:
    """Judges what requests give.

    Args:
        detector: threads share it.
        settings: how much is taken at one time.

    """

    def __init__(self, detector: Detector, settings: ServiceSettings) -> None:
        self.detector = detector
        self._settings = settings
        self.pool = JudgingPool(settings.workers, settings.queue)
        self._limits = Limits(
            settings.max_pixels, settings.max_clip_pixels, settings.max_seconds, settings.frames
        )
        self._open = 0
        self.not_ready: str | None = "the self-test has not run yet"

    async def start(self) -> None:
        """Run the self-test; the service is ready if it passes."""
        try:
            await asyncio.to_thread(self.detector.self_test)
        except SpoofCueError as error:
            self.not_ready = str(error)
        except Exception as error:  # whatever a runtime raises
            self.not_ready = f"the self-test failed ({type(error).__name__})"
        else:
            self.not_ready = None

    def check_ready(self) -> None:
        """Refuse work that a broken model would do.

        Raises:
            Problem: not-ready.

        """
        if self.not_ready is not None:
            raise Problem("not-ready", f"{self.not_ready}.", retry_s=RETRY_S)

    async def check(self, request: Request, *, cues: bool) -> Judged:
        """Receive the body of a request and judge it.

        Args:
            request: whose body was not read yet.
            cues: whether the evidence is drawn.

        Raises:
            Problem: there is no result.

        """
        self.check_ready()
        with self._upload():
            body = await whole_body(request, self._settings.max_body, self._settings.body_seconds)
            content_type = request.headers.get("content-type", "")
            asked_at = time.perf_counter()

            def work() -> Judged:
                waited_s = time.perf_counter() - asked_at
                return self._judge(content_type, body, waited_s, cues)

            judging = asyncio.ensure_future(self.pool.run(work))
            return await self._unless_gone(request, judging)

    @contextmanager
    def _upload(self) -> Iterator[None]:
        """A place for a body in memory."""
        if self._open >= self._settings.uploads:
            raise Problem(
                "busy", f"{self._open} requests are received or checked now.", retry_s=RETRY_S
            )
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    async def _unless_gone(self, request: Request, judging: asyncio.Future[Judged]) -> Judged:
        """Wait for a check, for its client to leave, and for the time to be over."""
        gone: asyncio.Future[Any] = asyncio.ensure_future(_left(request))
        either: set[asyncio.Future[Any]] = {judging, gone}
        try:
            done, _ = await asyncio.wait(
                either,
                timeout=self._settings.check_seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if judging in done:
                return judging.result()
            if gone in done:
                raise Problem("client-gone", "the client left before it was answered.")
            raise Problem(
                "too-long",
                f"the check took more than {self._settings.check_seconds:g} s.",
                retry_s=RETRY_S,
            )
        except FullError:
            raise Problem(
                "busy",
                f"{self.pool.running} checks are at work and {self.pool.waiting} wait.",
                retry_s=RETRY_S,
            ) from None
        finally:
            judging.cancel()
            gone.cancel()

    def _judge(self, content_type: str, body: bytes, waited_s: float, cues: bool) -> Judged:
        """In a thread: what a body holds, whether it is within the limits, and the decision."""
        asked = submission(content_type, body, self._settings.max_frames)
        self._limits.check(asked)
        result = self._decide(asked, cues)
        return Judged(asked.kind, result, waited_s, _png(result) if cues else None)

    def _decide(self, asked: Submission, cues: bool) -> Result:
        if asked.kind == "frames":
            return self.detector.predict(iter(asked.files), cues=cues)  # type: ignore[arg-type]
        return self.detector.predict(asked.files[0], cues=cues)


async def _left(request: Request) -> None:
    """Returns when the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _png(result: Result) -> bytes | None:
    import cv2

    sheet = cue_sheet(result)
    if sheet is None:
        return None
    written, data = cv2.imencode(".png", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    return data.tobytes() if written else None
