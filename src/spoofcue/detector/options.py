"""How a detector looks, checked when it is made: a wrong type must not wait for the first face."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from spoofcue.detector.early_exit import ExitRule
from spoofcue.detector.evidence import EvidenceRule
from spoofcue.detector.quality import QualityLimits
from spoofcue.errors import InputError

Color = Literal["rgb", "bgr"]
Search = Literal["fast", "full"]


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller chose of a detector, beside its model, its face finder and its threshold.

    Attributes:
        quality: faces below these limits are rejected; None: no check but the size.
        frames: sampled from a video file, >= 1.
        early_exit: when a video may end before all of them are scored; None: never.
        search: ``fast`` looks for large faces first, ``full`` for all faces.
        color: order of the channels of arrays; files and PIL images know their own.
        evidence: what a recording must show, and how many faces a picture may.

    Raises:
        InputError: a value of another type or outside its range; the message names both.

    """

    quality: QualityLimits | None
    frames: int
    early_exit: ExitRule | None
    search: Search
    color: Color
    evidence: EvidenceRule

    def __post_init__(self) -> None:
        if not isinstance(self.quality, QualityLimits | None):
            raise InputError(
                f"quality={self.quality!r}: give QualityLimits(...), or None for no check."
            )
        if not isinstance(self.early_exit, ExitRule | None):
            raise InputError(
                f"early_exit={self.early_exit!r}: give ExitRule(...), or None to look at every "
                "frame that was sampled."
            )
        if type(self.frames) is not int or self.frames < 1:
            raise InputError(
                f"frames={self.frames!r}: give a whole number; at least one frame of a video is "
                "needed."
            )
        if self.search not in get_args(Search):
            raise InputError(f"search={self.search!r}: there are {' and '.join(get_args(Search))}.")
        checked_color(self.color)
        if not isinstance(self.evidence, EvidenceRule):
            raise InputError(f"evidence={self.evidence!r}: give EvidenceRule(...).")

    def as_arguments(self) -> dict[str, Any]:
        """By name, as :class:`~spoofcue.detector.detector.Detector` takes them."""
        return {option.name: getattr(self, option.name) for option in fields(self)}


def checked_color(color: object) -> Color:
    """``color`` if it is an order of channels.

    Raises:
        InputError: it is none.

    """
    for order in get_args(Color):
        if color == order:
            return order
    raise InputError(f"color={color!r}: there are rgb, and bgr for pictures that OpenCV has read.")
