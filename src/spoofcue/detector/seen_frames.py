"""The frames of one recording as they were looked at: scored, refused, or never there."""

from __future__ import annotations

from collections import Counter

from spoofcue.detector.evidence import FrameCounts
from spoofcue.detector.finder import Look
from spoofcue.detector.sources import Frames
from spoofcue.scoring.face import FaceScore


class SeenFrames:
    """Grows while a recording is looked at.

    Args:
        frames: of the recording.

    Attributes:
        scored: place in the recording -> score and face, in the order in which they were looked at.
        refused: the other frames.

    """

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self.scored: dict[int, tuple[FaceScore, Look]] = {}
        self.refused: list[Look] = []

    def add(self, place: int, look: Look, score: FaceScore | None) -> None:
        """One more frame; ``score`` is None if it was refused."""
        if score is None:
            self.refused.append(look)
        else:
            self.scored[place] = score, look

    @property
    def looked(self) -> int:
        """How many were looked at."""
        return len(self.scored) + len(self.refused)

    @property
    def scores(self) -> list[float]:
        """In the order in which they were looked at."""
        return [face.score for face, _ in self.scored.values()]

    def counts(self) -> FrameCounts:
        """Of a recording of unknown length: as if it had ended here."""
        known = self._frames
        faces = sum(look.box is not None for look in self.refused) + len(self.scored)
        return FrameCounts(
            wanted=self.looked if known.wanted is None else known.wanted,
            decoded=self.looked if known.decoded is None else known.decoded,
            sampled=self.looked if known.places is None else known.places,
            with_face=faces,
            scored=len(self.scored),
        )

    def commonest(self) -> Look | None:
        """A frame of the commonest refusal, of those that show a face if any does."""
        looks = [look for look in self.refused if look.box] or self.refused
        counts = Counter(look.refusal.reason for look in looks if look.refusal)
        if not counts:
            return None
        reason = counts.most_common(1)[0][0]
        return next(look for look in looks if look.refusal and look.refusal.reason == reason)

    def reasons(self) -> str:
        """Why frames were refused, the commonest first: ``7 no_face, 1 blurred``."""
        counts = Counter(look.refusal.reason for look in self.refused if look.refusal)
        return ", ".join(f"{count} {reason}" for reason, count in counts.most_common())
