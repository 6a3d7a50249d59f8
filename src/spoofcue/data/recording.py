"""One image or video with what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from spoofcue.faces.box import Box
from spoofcue.faces.box_files import BoxFormat


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
