"""Pictures of test faces, right and wrong ones, that an evaluation keeps for the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from spoofcue.errors import InputError, validation_text
from spoofcue.records.evaluation_record import EvaluationRecord
from spoofcue.records.stored import Part, read_json
from spoofcue.whole_files import write_json

ENTRIES_FILE, SCALE_FILE = "gallery.json", "gallery_scale.json"


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


class _Scale(Part):
    cue_max: float | None
    percentile: float | None = None


@dataclass(frozen=True, slots=True)
class Gallery:
    """The faces, and the cue magnitude at the end of the colour scale of their maps.

    Attributes:
        entries: group by group.
        cue_max: None for a method without a cue map.
        percentile: of the attacks' magnitudes that ``cue_max`` is.

    """

    entries: Sequence[GalleryEntry]
    cue_max: float | None
    percentile: float | None


def write_gallery(folder: Path, gallery: Gallery) -> None:
    """Write gallery.json and gallery_scale.json of an evaluation folder."""
    entries = [e.model_dump(exclude_unset=True) for e in gallery.entries]
    write_json(folder / ENTRIES_FILE, entries)
    scale = {"cue_max": gallery.cue_max, "percentile": gallery.percentile}
    write_json(folder / SCALE_FILE, scale)


def read_gallery(folder: Path) -> Gallery:
    """Read them; an evaluation without them has no faces to show.

    Raises:
        InputError: a file is damaged.

    """
    entries = _read(folder / ENTRIES_FILE, [])
    scale = _read(folder / SCALE_FILE, {"cue_max": None})
    try:
        of_scale = _Scale.model_validate(scale)
        faces = [GalleryEntry.model_validate(entry) for entry in entries]
    except (ValidationError, TypeError) as error:
        fault = validation_text(error, "gallery") if isinstance(error, ValidationError) else error
        raise InputError(
            f"the gallery of {folder} is damaged: {fault}. {EvaluationRecord.REMEDY}"
        ) from error
    return Gallery(faces, of_scale.cue_max, of_scale.percentile)


def _read(path: Path, default: Any) -> Any:
    return read_json(path, EvaluationRecord.REMEDY) if path.is_file() else default
