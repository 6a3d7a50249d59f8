"""Recordings as they lie on disk: what is known of each, what the authors state, what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from spoofcue.errors import ProblemsError
from spoofcue.faces.box import Box
from spoofcue.faces.box_files import BoxFormat
from spoofcue.media.same_files import Side


@dataclass(frozen=True, slots=True)
class Recording:
    """A source file and its labels.

    Attributes:
        path: where the file is.
        media: its name in the manifest, relative to the root it was found under.
        video: the name that its dataset gives it, where archives were unpacked or files named
            otherwise than they were given out; None: ``media``.
        subject: identity.
        label: 0 live, 1 attack.
        pai: PAI species of an attack, None for live.
        session, device: None if unknown.
        split: train, dev or test if the data fix it, else None.
        box: the face, if the data give it; it wins over any detector.
        dataset: name of the dataset that it is from, None if it is from none.
        variant: a further attribute that the dataset tells apart, None if there is none.
        boxes: file with the face of each frame, None if the data ship none.
        box_format: of ``boxes``; None exactly where ``boxes`` is.

    >>> from pathlib import Path
    >>> from spoofcue.datasets import Recording
    >>> one = Recording(Path("set/ann/1.mp4"), "ann/1.mp4", subject="ann", label=1, pai="print-a")
    >>> one.session is None  # unknown
    True

    """

    path: Path
    media: str
    subject: str
    label: int
    pai: str | None = None
    session: str | None = None
    device: str | None = None
    split: str | None = None
    box: Box | None = None
    dataset: str | None = None
    variant: str | None = None
    boxes: Path | None = None
    box_format: BoxFormat | None = None
    video: str | None = None

    @property
    def side(self) -> Side:
        """Which class and split the file is in."""
        return Side(self.path, self.label, self.split, self.subject)


@dataclass(frozen=True, slots=True)
class Published:
    """Recordings of one split; a number that no source gives is None."""

    live: int | None
    attack: int | None
    total: int | None

    @classmethod
    def of(cls, live: int, attack: int) -> Published:
        """Both classes are known."""
        return cls(live, attack, live + attack)


ProblemKind = Literal[
    "missing",
    "unexpected",
    "misnamed",
    "count",
    "left_out",
    "undecodable",
    "broken_frames",
    "boxes_short",
    "boxes_unreadable",
    "box_outside",
]
# In reading order, with what the table calls them. The first four are known from names alone.
TITLES: dict[ProblemKind, str] = {
    "missing": "missing",
    "unexpected": "not part of the set, left out",
    "misnamed": "misnamed, left out",
    "count": "count other than the published one",
    "left_out": "left out, and may be media",
    "undecodable": "does not decode",
    "broken_frames": "holds frames that do not decode",
    "boxes_short": "box file ends before its video",
    "boxes_unreadable": "box file cannot be read",
    "box_outside": "box outside the frame",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: its kind, the file by its name under the root, and details or an empty string."""

    kind: ProblemKind
    name: str
    detail: str = ""


def refuse(problems: Sequence[Problem], root: str) -> None:
    """Nothing if there is no problem.

    Raises:
        ProblemsError: there is one; the message counts them by kind and names the first.

    """
    if not problems:
        return
    counts = Counter(p.kind for p in problems)
    counted = ", ".join(f"{counts[kind]} {title}" for kind, title in TITLES.items() if counts[kind])
    first = problems[0]
    detail = f" ({first.detail})" if first.detail else ""
    raise ProblemsError(
        f"{root}: {counted}; the first is {first.name}{detail}. Repair the files, or leave out "
        "--strict to prepare the set without them."
    )
