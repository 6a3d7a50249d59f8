"""Pictures of test faces, right and wrong ones, that an evaluation keeps for the report."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from spoofcue.records.evaluation_record import EvaluationRecord
from spoofcue.records.stored import Part, Record

GALLERY_FILE = "gallery.json"


class GalleryEntry(Part):
    """A face, with its pictures relative to the evaluation folder.

    Attributes:
        group: ``missed_attack``, ``refused_live``, ``caught_attack`` or ``accepted_live``.
        score: higher = more likely an attack.
        label: 0 live, 1 attack.
        frame: number in its recording.
        pai, subject, media: as in the scores; empty if unknown.
        face: what the model saw.
        cue, overlay: None for a method without a cue map.

    """

    group: str
    score: float
    label: int
    frame: int
    pai: str
    subject: str
    media: str
    face: str
    cue: str | None = None
    overlay: str | None = None

    def pictures(self) -> dict[str, str]:
        """Kind -> file of the pictures that there are."""
        named = {"face": self.face, "cue": self.cue, "overlay": self.overlay}
        return {kind: name for kind, name in named.items() if name is not None}


class Gallery(Record):
    """gallery.json of an evaluation folder.

    Attributes:
        cue_max: the cue magnitude at the end of the colour scale of the maps; None for a method
            without a cue map.
        percentile: of the attacks' magnitudes that ``cue_max`` is.
        entries: the faces, group by group.

    """

    KIND: ClassVar[str] = "the gallery of an evaluation"
    REMEDY: ClassVar[str] = EvaluationRecord.REMEDY

    cue_max: float | None
    percentile: float | None
    entries: list[GalleryEntry]

    @classmethod
    def of(cls, folder: Path) -> Gallery:
        """The gallery of an evaluation folder; one without the file has no faces to show.

        Raises:
            InputError: the file cannot be used.

        """
        path = folder / GALLERY_FILE
        return cls.read(path) if path.is_file() else cls(cue_max=None, percentile=None, entries=[])
