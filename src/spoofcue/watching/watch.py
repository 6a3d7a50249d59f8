"""From frames to attempts: who comes, is judged once, and has to leave before the next."""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from spoofcue.detector.attempt import Attempt, AttemptRule, one_face
from spoofcue.detector.detector import Detector
from spoofcue.detector.finder import Look
from spoofcue.detector.receipt import Receipts, operating_point
from spoofcue.detector.result import Result
from spoofcue.errors import InputError
from spoofcue.faces.box import Box
from spoofcue.watching.arrivals import Arrival, Arrived, Ended

State = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Attempted:
    """One attempt and its decision.

    Attributes:
        number: of the attempt in this watch, from 1.
        source: what was watched, without a login.
        started: s since 1970.
        ended: likewise.
        looked: frames that were looked at.
        kept: of these, the evenly spread ones that were judged, or would have been.
        damaged: frames that did not decode.
        dropped: frames that came while another was looked at.
        result: the decision.
        receipt: of it, signed; None: there is no key for that.

    """

    number: int
    source: str
    started: float
    ended: float
    looked: int
    kept: int
    damaged: int
    dropped: int
    result: Result
    receipt: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; ``frames`` of the result are in ``counts``."""
        plain = self.result.to_dict()
        plain.pop("frames")
        return {
            "attempt": self.number,
            "source": self.source,
            "started": _utc(self.started),
            "ended": _utc(self.ended),
            "decision": plain.pop("decision"),
            "frames": {
                "looked_at": self.looked,
                "judged": self.kept,
                "scored": self.result.frames,
                "damaged": self.damaged,
                "dropped": self.dropped,
            },
            **plain,
            **({} if self.receipt is None else {"receipt": self.receipt}),
        }

    def line(self) -> str:
        """One line of JSON; what is no number is null, as JSON has no other."""
        return json.dumps(_finite(self.to_dict()), allow_nan=False)


class Watch:
    """Follows one face after the other. Of the past nothing is kept but one box and two times.

    Args:
        detector: finds and judges.
        rule: what an attempt is.
        source: its name in results.
        again: s after a rejected attempt, after which a face that stays is tried once more, >= 0.
            After any other decision it has to leave, or another takes its place.
        state: gets a few words whenever the state changes.
        receipts: sign each decision; None: none is signed.

    """

    def __init__(
        self,
        detector: Detector,
        rule: AttemptRule,
        *,
        source: str,
        again: float = 3.0,
        state: State = lambda words: None,
        receipts: Receipts | None = None,
    ) -> None:
        if not again >= 0:
            raise InputError(f"again={again!r}: give seconds, 0 or more.")
        self._detector, self._rule, self._source, self._again = detector, rule, source, again
        self._state, self._receipts = state, receipts
        self._words = ""
        self._number = 0
        self._attempt: Attempt | None = None
        self._dropped = 0
        self._began = self._utc = 0.0
        self._rest: _Rest | None = None

    def attempts(self, arrivals: Iterable[Arrival]) -> Iterator[Attempted]:
        """Each attempt as soon as it is decided."""
        self._say("no face")
        for arrival in arrivals:
            if isinstance(arrival, Ended):
                yield from self._ended(arrival)
            else:
                yield from self._arrived(arrival)

    def _ended(self, ended: Ended) -> Iterator[Attempted]:
        if self._attempt is not None:
            if ended.reason is not None:
                self._attempt.breaks(ended.reason, ended.detail)
            yield self._judged(self._utc)
        self._rest = None

    def _arrived(self, arrived: Arrived) -> Iterator[Attempted]:
        attempt = self._attempt
        if attempt is not None:
            attempt.lost(arrived.damaged)
            self._dropped += arrived.dropped
        if arrived.image is None:
            return
        look = self._detector.look(arrived.image)
        if attempt is None:
            if not self._begins(look, arrived.at):
                return
            attempt = self._attempt = Attempt(self._rule, arrived.at)
            self._began, self._dropped = arrived.utc, 0
        self._utc = arrived.utc
        attempt.see(arrived.image, look, arrived.at)
        self._say(_words(look, attempt))
        if attempt.over:
            done = self._judged(arrived.utc)
            rejected = done.result.decision == "rejected"
            self._rest = None if attempt.left else _Rest(rejected, attempt.box)
            yield done

    def _begins(self, look: Look, at: float) -> bool:
        """Whether this frame is the first of an attempt."""
        rest = self._rest
        if rest is not None and rest.lasts(look, at, self._rule.away, self._again):
            self._say("decided; the face is still there" if look.box else "no face")
            return False
        if look.box is None:
            self._say("no face")
            return False
        if look.refusal and look.refusal.reason == "face_too_small":
            self._say(look.refusal.detail)
            return False
        self._rest = None
        return True

    def _judged(self, utc: float) -> Attempted:
        attempt, self._attempt = self._attempt, None
        assert attempt is not None
        self._number += 1
        self._say("judging")
        result = attempt.judged(self._detector)
        self._say(result.decision)
        return Attempted(
            self._number,
            self._source,
            self._began,
            utc,
            attempt.looked,
            attempt.kept,
            attempt.damaged,
            self._dropped,
            result,
            self._receipt(result),
        )

    def _receipt(self, result: Result) -> str | None:
        if self._receipts is None:
            return None
        # the number comes again in the next watch, and a receipt's id must not
        point, attempt = operating_point(self._detector), secrets.token_hex(16)
        return self._receipts.sign(result.to_dict(), point, attempt=attempt)

    def _say(self, words: str) -> None:
        if words != self._words:
            self._words = words
            self._state(words)


@dataclass(slots=True)
class _Rest:
    """After a decision: whose face it was of may still be there.

    Its clock begins with the first look afterwards, as judging takes time.
    """

    rejected: bool
    box: Box | None
    since: float | None = None
    absent: float | None = None

    def lasts(self, look: Look, at: float, away: float, again: float) -> bool:
        """Whether the next attempt has to wait, as of a look at ``at``, s."""
        if self.since is None:
            self.since = at
        if self.absent is not None and at - self.absent >= away:
            return False
        if look.box is None:
            self.absent = at if self.absent is None else self.absent
            return True
        self.absent = None
        if self.rejected:
            return at - self.since < again
        several = look.refusal is not None and look.refusal.reason == "several_faces"
        if several:
            return True
        if self.box is not None and not one_face(self.box, look.box):
            return False
        self.box = look.box
        return True


def _words(look: Look, attempt: Attempt) -> str:
    if look.refusal is not None and look.refusal.advice:
        return look.refusal.advice
    return f"following a face, {attempt.kept} frames"


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _utc(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
