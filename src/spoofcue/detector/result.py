"""What a detector says of one picture or video."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spoofcue.detector.evidence import FrameCounts
from spoofcue.detector.quality import Quality
from spoofcue.faces.box import Box
from spoofcue.plain_text import visible
from spoofcue.scoring.combination import Evidence
from spoofcue.scoring.decision import Verdict

# reasons that say that a file, not a face, was at fault
UNREADABLE = frozenset({"unreadable", "too_large", "no_frames", "partly_decoded", "error"})


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds, summed over frames; ``crop`` holds the quality checks too.

    In a batch the network's time is shared out equally among its faces.
    """

    decode: float = 0.0
    detect: float = 0.0
    crop: float = 0.0
    network: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class EarlyExit:
    """How sure a video's score was when no more frames were looked at.

    Attributes:
        low: lower end of the confidence interval of the mean score.
        high: upper end; the threshold lies outside.
        left: frames that were not scored; None for a stream of unknown length.

    """

    low: float
    high: float
    left: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One decision. ``live`` is said only of a face that was found, seen well and scored.

    Attributes:
        decision: ``live``, ``attack`` or ``rejected``.
        score: 0..1, higher = more likely an attack; None when rejected.
        threshold: a score above it is an attack.
        reason: None, or why it was rejected: ``no_face``, ``several_faces``, ``face_too_small``,
            ``cut_off``, ``blurred``, ``too_dark``, ``too_bright``, ``low_contrast``,
            ``no_context``, ``unreadable``, ``too_large``, ``no_frames``, ``partly_decoded``,
            ``partly_scored`` or ``error``; ``attack_run``: an attack by a run of frames and not by
            ``score``; of what `spoofcue predict` left out in a folder ``unsupported``, ``hidden``,
            ``locked``, ``broken_link`` or ``not_a_file``.
        detail: the reason in words, with figures.
        advice: what to tell the person before the camera, where that helps.
        box: in px of the upright image; of a video, of the middle scored frame.
        faces: how many the search found in the image, or in that frame; the largest is judged.
            The default search leaves out small faces beside a large one.
        frames: how many frames the score is the mean of.
        counts: what became of a recording's frames.
        model: which model.
        timings: where the time went.
        quality: of the crop that ``box`` cuts; None where quality is not checked.
        evidence: what each expert of a package said and where it looked; of a video, in the frame
            of ``box``. Empty for models that are no packages, and where none was asked.
        early_exit: None: all sampled frames were scored.
        place: of a recording, which of its frames ``box``, ``evidence`` and cue map are of, from 0;
            of a video file, which of those that were sampled. None for a picture, and where no
            frame was scored.
        cue_map: (C, h, w) float32 in [-1, 1] if asked for and the method has one.
        face: (h, w, 3) uint8 RGB, the pixels that ``cue_map`` is of.
        frame: (H, W, 3) uint8 RGB, the picture that ``box`` and ``evidence`` are of, with cue maps.

    >>> import numpy as np
    >>> from spoofcue import Detector
    >>> result = Detector.load().predict(np.zeros((240, 320, 3), np.uint8))
    >>> result.is_live, result.score, result.reason
    (False, None, 'no_face')
    >>> print(result)
    rejected: no_face (yunet found no face)

    """

    decision: Verdict
    score: float | None
    threshold: float
    reason: str | None
    detail: str | None
    advice: str | None
    box: Box | None
    faces: int
    frames: int
    model: str
    timings: Timings
    counts: FrameCounts
    quality: Quality | None = None
    evidence: tuple[Evidence, ...] = ()
    early_exit: EarlyExit | None = None
    place: int | None = None
    cue_map: NDArray[np.float32] | None = None
    face: NDArray[np.uint8] | None = None
    frame: NDArray[np.uint8] | None = None

    @classmethod
    def refused(cls, reason: str, detail: str, *, threshold: float, model: str) -> Result:
        """Of something that was not even looked at."""
        return cls(
            decision="rejected",
            score=None,
            threshold=threshold,
            reason=reason,
            detail=detail,
            advice=None,
            box=None,
            faces=0,
            frames=0,
            counts=FrameCounts(0, 0, 0, 0, 0),
            model=model,
            timings=Timings(),
        )

    @property
    def is_live(self) -> bool:
        """Whether the decision is ``live``; the only one that should let anyone in."""
        return self.decision == "live"

    def __str__(self) -> str:
        """The decision in one line; ``repr`` and ``to_dict`` have all of it."""
        said = []
        if self.score is not None:
            said.append(f"score {self.score:.4f} (attack above {self.threshold:.4f})")
        if self.reason is not None:
            said.append(self.reason if self.detail is None else f"{self.reason} ({self.detail})")
        if self.box is not None:
            box = self.box
            said.append(f"face of {box.w}x{box.h} px at {box.x},{box.y}")
        if self.advice is not None:
            said.append(self.advice)
        return visible(f"{self.decision}: {'; '.join(said)}")

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, without pictures."""
        named = {name: getattr(self, name) for name in self.__slots__}
        plain = {k: v for k, v in named.items() if k not in ("cue_map", "face", "frame")}
        plain["evidence"] = [one.to_dict() for one in self.evidence]
        for name in ("box", "timings", "counts", "quality", "early_exit"):
            plain[name] = None if plain[name] is None else asdict(plain[name])
        return plain

    def picture(self) -> NDArray[np.uint8] | None:
        """What was seen, (h, w, 3) uint8 RGB; None without cue maps (``predict(..., cues=True)``).

        Left to right: the face, its cue map, both; and where experts looked at more than the face,
        the picture with the face's box and a rectangle for each of them.
        """
        from spoofcue.detector.evidence_picture import evidence_picture

        return evidence_picture(
            self.score, self.cue_map, self.face, self.frame, self.box, self.evidence
        )

    def _repr_html_(self) -> str:
        """The decision as a notebook shows it: words, picture, and each expert's part."""
        from spoofcue.detector.result_card import result_card

        return result_card(self.to_dict(), self.picture())
