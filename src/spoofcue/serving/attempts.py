"""Attempts by id: frames come one request after the other, and all of them are decided once.

Here is their state alone: no picture is decoded and nothing is decided. To be used in one event
loop; every method is done at once, so that of two requests that want the same one wins.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from spoofcue.serving.problems import Problem
from spoofcue.serving.settings import ServiceSettings

State = Literal["open", "deciding", "decided", "out_of_time", "given_up"]
# that can still become a decision or a refusal: they have a place, and may hold frames
UNDECIDED: frozenset[State] = frozenset({"open", "deciding"})
REMEMBERED = 16  # attempts that are over, for each that may be open
TOKEN_BYTES = 32
TICK_S = 1e-3  # between frames of one request, which came at one time
RETRY_S = 1.0


@dataclass(frozen=True, slots=True)
class AttemptLimits:
    """What attempts may take; ``most_open`` times ``bytes`` bounds the memory of all frames.

    Attributes:
        seconds: from its begin, within which frames and the call to finish must come.
        frames: of one attempt.
        bytes: of its frames together, as they came.
        most_open: attempts at one time.
        kept_s: for which one that is over can still be asked about.

    """

    seconds: float
    frames: int
    bytes: int
    most_open: int
    kept_s: float

    @classmethod
    def of(cls, settings: ServiceSettings) -> AttemptLimits:
        """As the settings say; what was decided is kept as long as its receipt holds."""
        return cls(
            settings.attempt_seconds,
            settings.attempt_frames,
            settings.attempt_bytes,
            settings.attempts,
            settings.receipt_seconds,
        )


@dataclass(slots=True)
class HeldAttempt:
    """One attempt.

    Attributes:
        id: nobody guesses it, but it is no secret.
        holder: of the key that began it; only that key and the attempt's token may touch it.
        nonce: of the relying party, for the receipt.
        until: s of the clock, when its time is over.
        state: see :data:`State`.
        frames: with the time of arrival of each, rising; none once it is decided or over.
        size: bytes of them.
        count: how many there were.
        outcome: what it was answered; None: nothing yet.
        noted: whether the audit log has its line.
        over_at: s of the clock; None: it is not over.

    """

    id: str
    holder: str
    nonce: str | None
    until: float
    token_sha256: bytes = field(repr=False)
    state: State = "open"
    frames: list[tuple[bytes, float]] = field(default_factory=list, repr=False)
    size: int = 0
    count: int = 0
    outcome: Mapping[str, Any] | None = field(default=None, repr=False)
    noted: bool = False
    over_at: float | None = None

    def is_token(self, given: str) -> bool:
        """Whether it is the one that :meth:`Attempts.begin` gave; equally long whatever it is."""
        return hmac.compare_digest(self.token_sha256, _digest(given))

    def free(self) -> None:
        """Hold no frame any more."""
        self.frames, self.size = [], 0


class Attempts:
    """The attempts of one service.

    Args:
        limits: of each and of all.
        clock: s, never running backwards.

    """

    def __init__(self, limits: AttemptLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits, self._clock = limits, clock
        self._known: dict[str, HeldAttempt] = {}

    @property
    def open(self) -> int:
        """How many have a place."""
        return sum(one.state in UNDECIDED for one in self._known.values())

    @property
    def held_bytes(self) -> int:
        """Bytes of all frames that are held."""
        return sum(one.size for one in self._known.values())

    def begin(self, holder: str, nonce: str | None) -> tuple[HeldAttempt, str]:
        """A new attempt, and its token, of which only a hash is kept.

        Raises:
            Problem: busy.

        """
        for one in self._known.values():  # a place is free as soon as the time of one is over
            self._look_at_clock(one)
        if self.open >= self.limits.most_open:
            raise Problem(
                "busy", f"{self.open} attempts are open; try again later.", retry_s=RETRY_S
            )
        token = secrets.token_urlsafe(TOKEN_BYTES)
        until = self._clock() + self.limits.seconds
        attempt = HeldAttempt(secrets.token_hex(16), holder, nonce, until, _digest(token))
        self._known[attempt.id] = attempt
        return attempt, token

    def find(self, name: str) -> HeldAttempt:
        """The attempt of an id.

        Raises:
            Problem: not-found: it was never given, or is forgotten.

        """
        attempt = self._known.get(name)
        if attempt is None:
            raise Problem("not-found", "there is no such attempt, or it is long over.")
        self._look_at_clock(attempt)
        return attempt

    def room(self, attempt: HeldAttempt) -> int:
        """Bytes that its next frames may have.

        Raises:
            Problem: attempt-used, attempt-over, or too-large: it is full.

        """
        self._check_open(attempt)
        if attempt.count >= self.limits.frames:
            raise Problem("too-large", f"the attempt has its {attempt.count} frames; finish it.")
        return self.limits.bytes - attempt.size

    def add(self, attempt: HeldAttempt, files: Sequence[bytes]) -> None:
        """More frames, all of them or none, which came now.

        Their order is that in which this is called: that of the ends of their requests.

        Raises:
            Problem: attempt-used, attempt-over or too-large.

        """
        size = sum(map(len, files))
        if size > self.room(attempt):
            raise Problem(
                "too-large",
                f"the attempt's frames are more than {self.limits.bytes} bytes together: send "
                "fewer or smaller ones.",
            )
        if attempt.count + len(files) > self.limits.frames:
            raise Problem("too-large", f"an attempt takes {self.limits.frames} frames; send fewer.")
        at = self._clock()
        for file in files:
            if attempt.frames:
                at = max(at, attempt.frames[-1][1] + TICK_S)
            attempt.frames.append((file, at))
        attempt.size += size
        attempt.count += len(files)

    def take(self, attempt: HeldAttempt) -> list[tuple[bytes, float]] | None:
        """Its frames, to be decided; from here on nobody else gets them, and none are added.

        Returns:
            None: its time is over, and nobody was told so yet.

        Raises:
            Problem: attempt-used: it was decided, is being decided, or was given up; attempt-over:
                its time is over, and that was told.

        """
        self._look_at_clock(attempt)
        if attempt.state == "out_of_time" and attempt.outcome is None:
            return None
        self._check_open(attempt)
        attempt.state = "deciding"
        return attempt.frames

    def give_back(self, attempt: HeldAttempt) -> None:
        """It was taken, and could not be decided: it may be finished again while it is in time."""
        if attempt.state == "deciding":
            attempt.state = "open"
            self._look_at_clock(attempt)

    def decide(self, attempt: HeldAttempt, outcome: Mapping[str, Any]) -> None:
        """It was taken, and this is what it is answered."""
        assert attempt.state in ("deciding", "out_of_time"), attempt.state
        assert attempt.outcome is None
        attempt.outcome = outcome
        if attempt.state == "deciding":
            self._end(attempt, "decided")

    def give_up(self, attempt: HeldAttempt) -> None:
        """Nobody wants it decided any more.

        Raises:
            Problem: attempt-used.

        """
        self._look_at_clock(attempt)
        if attempt.state == "out_of_time":
            return
        self._check_open(attempt)
        self._end(attempt, "given_up")

    def sweep(self) -> Iterator[HeldAttempt]:
        """Free and forget what is over.

        Returns:
            Those whose time is over and of which the audit log has no line yet.

        """
        now = self._clock()
        for attempt in list(self._known.values()):
            self._look_at_clock(attempt)
            if attempt.over_at is not None and now - attempt.over_at >= self.limits.kept_s:
                del self._known[attempt.id]
        over = [one.id for one in self._known.values() if one.over_at is not None]
        for name in over[: max(0, len(over) - REMEMBERED * self.limits.most_open)]:
            del self._known[name]
        return (
            one for one in list(self._known.values())
            if one.state == "out_of_time" and not one.noted
        )  # fmt: skip

    def _look_at_clock(self, attempt: HeldAttempt) -> None:
        if attempt.state == "open" and self._clock() >= attempt.until:
            self._end(attempt, "out_of_time")

    def _end(self, attempt: HeldAttempt, state: State) -> None:
        attempt.state, attempt.over_at = state, self._clock()
        attempt.free()

    def _check_open(self, attempt: HeldAttempt) -> None:
        self._look_at_clock(attempt)
        if attempt.state == "out_of_time":
            raise Problem("attempt-over", f"the attempt's {self.limits.seconds:g} s are over.")
        if attempt.state != "open":
            raise Problem("attempt-used", "the attempt is finished or given up: begin another.")


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
