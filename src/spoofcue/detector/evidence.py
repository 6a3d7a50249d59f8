"""What a recording must show before it can be live, and what makes it an attack beside its mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

from spoofcue.detector.limits import is_within
from spoofcue.errors import InputError

ROUNDING = 1e-9  # 0.3 of ten frames are three


@dataclass(frozen=True, slots=True)
class FrameCounts:
    """How many frames of a recording there are, and what became of them; a picture is one frame.

    Attributes:
        wanted: the whole recording's, those of a part that is missing too; 0: nothing is known.
        decoded: of these, frames that decoded undamaged.
        sampled: places, evenly spread over the recording, of which a frame was to be looked at.
        with_face: frames in which a face was found, of those that were looked at.
        scored: of these, frames whose face was fit to be scored.

    """

    wanted: int
    decoded: int
    sampled: int
    with_face: int
    scored: int


@dataclass(frozen=True, slots=True)
class EvidenceRule:
    """What a recording must show; all but ``run`` reject one that does not.

    docs/howto/detector.md tells what each asks.

    Attributes:
        min_decoded: part of its frames that must decode, 0..1.
        min_scored: part of the sampled frames that must have a score, 0..1.
        max_gap: longest part of the sampled frames without a score in one piece, at the beginning
            or the end too, 0..1.
        run: part of the scored frames that, above the threshold one after the other, make an
            attack whatever the mean, 0..1; never fewer than two frames. 1: the mean alone counts.
        second_face: width and height of another face, as a part of the largest's, from which on
            nobody can say whose face is judged; of a picture too. Above 1: any others may be there.

    >>> from spoofcue import Detector, EvidenceRule
    >>> detector = Detector.load(evidence=EvidenceRule(min_decoded=0.95))

    """

    min_decoded: float = 0.8
    min_scored: float = 0.5
    max_gap: float = 0.25
    run: float = 0.3
    second_face: float = 0.5

    def __post_init__(self) -> None:
        for name in (field.name for field in fields(self)):
            value = getattr(self, name)
            most = math.inf if name == "second_face" else 1
            if not is_within(value, 0, most):
                limits = "of 0 or more" if most == math.inf else "in 0..1"
                raise InputError(f"EvidenceRule({name}={value!r}): give a number {limits}.")

    def lacks_frames(self, counts: FrameCounts, *, cut: bool = False) -> str | None:
        """What is wrong if too few frames decoded, or if nobody knows of how many they are."""
        if cut and self.min_decoded > 0:
            return "the recording breaks off within a frame, and its file states no length"
        if counts.decoded >= self.min_decoded * counts.wanted - ROUNDING:
            return None
        share = f"{100 * self.min_decoded:g} %"
        return f"{counts.decoded} of {counts.wanted} frames decode; {share} of them are needed"

    def lacks_scores(self, places: Sequence[int], sampled: int) -> str | None:
        """What is wrong if too few frames have a score, or those that have do not span it all.

        Args:
            places: of the scored frames among the sampled ones, rising from 0.
            sampled: how many were to be looked at.

        """
        if len(places) < self.min_scored * sampled - ROUNDING:
            share = f"{100 * self.min_scored:g} %"
            return f"{len(places)} of {sampled} frames have a score; {share} of them are needed"
        edges = [-1, *places, sampled]
        gap, start = max((b - a - 1, a + 1) for a, b in pairwise(edges))
        if gap <= self.max_gap * sampled + ROUNDING:
            return None
        share = f"{100 * self.max_gap:g} %"
        return (
            f"{gap} of {sampled} frames one after the other have no score, from the "
            f"{_ordinal(start + 1)} on; {share} of them are the most"
        )

    def run_of_attack(self, scores: Sequence[float], threshold: float) -> range | None:
        """Which frames make the longest run above the threshold, if it is long enough."""
        longest = longest_run(scores, threshold)
        least = max(2, math.ceil(self.run * len(scores) - ROUNDING))
        return longest if len(longest) >= least else None


def longest_run(scores: Sequence[float], threshold: float) -> range:
    """The longest row of scores above the threshold, the first of several; may be empty."""
    longest, start = range(0), 0
    for at, score in enumerate(scores):
        if not score > threshold:
            start = at + 1
        elif at + 1 - start > len(longest):
            longest = range(start, at + 1)
    return longest


def _ordinal(number: int) -> str:
    teens = 10 < number % 100 < 14
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
