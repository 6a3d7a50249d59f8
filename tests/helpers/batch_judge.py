"""Judges for processes of a batch that need no model: what a file holds says what they do."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from spoofcue.detector.result import Result
from spoofcue.errors import InputError

MODEL = "stand-in-000000000000"


class StandIn:
    """Scores by the sum of the content; ``KILL``, ``HANG``, ``KILL ONCE`` and more do as told."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.threshold = float(options.get("threshold") or 0.5)
        self.model_id = options.get("model") or MODEL
        self._seconds = float(options.get("seconds") or 0)

    def refused(self, reason: str, detail: str) -> Result:
        return Result.refused(reason, detail, threshold=self.threshold, model=self.model_id)

    def predict_faces(self, source: Path | bytes) -> list[Result]:
        time.sleep(self._seconds)
        content = source if isinstance(source, bytes) else source.read_bytes()
        if content.startswith(b"KILL ONCE "):
            marker = Path(content[10:].decode())
            if not marker.exists():
                marker.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        elif content.startswith(b"KILL"):
            os.kill(os.getpid(), signal.SIGKILL)
        elif content.startswith(b"HANG"):
            time.sleep(600)
        elif content.startswith(b"RAISE"):
            raise RuntimeError("a library fails")
        elif content.startswith(b"NAN"):
            return [self._said(float("nan"))]
        elif content.startswith(b"TYPES"):
            return [self._said(0.25), replace(self._said(0.75), score="high")]
        elif content.startswith(b"TWO"):
            return [self._said(0.25), self._said(0.75)]
        return [self._said(int(hashlib.sha256(content).hexdigest()[:8], 16) / 2**32)]

    def _said(self, score: float) -> Result:
        decision = "attack" if score > self.threshold else "live"
        return replace(self.refused("", ""), decision=decision, score=score, reason=None)


def make(options: dict[str, Any], threads: int) -> StandIn:
    if options.get("refuse"):
        raise InputError("no such model.")
    if options.get("die"):
        os.kill(os.getpid(), signal.SIGKILL)
    return StandIn(options)
