"""What the page shows of a run: its records, scores, pictures and figures."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spoofcue.metrics.score_files import read_scores
from spoofcue.metrics.scores import ScoreSet, by_video
from spoofcue.records.evaluation_record import METRICS_FILE, EvaluationRecord
from spoofcue.records.gallery import GALLERY_FILE, Gallery, GalleryEntry
from spoofcue.records.run_folder import RunFolder, RunRecord
from spoofcue.report.made_figures import Figure, read_figures

GROUPS = {
    "missed_attack": ("Attacks that passed", "attack", "the errors that matter most"),
    "refused_live": ("Live faces refused", "live", "people who would have to try again"),
    "caught_attack": ("Attacks caught", "attack", "from the clearest to the nearest miss"),
    "accepted_live": ("Live faces accepted", "live", "from the clearest to the nearest miss"),
}


@dataclass(frozen=True, slots=True)
class GalleryGroup:
    """Faces of one outcome; each entry has score, names and one or three pictures as data URIs."""

    name: str
    title: str
    note: str
    entries: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ReportedRun:
    """Everything that the page shows; of what is no run, ``record`` is None.

    Attributes:
        name: of the run, or of the model that was evaluated.
        method: of the training; empty where there was none.

    """

    name: str
    method: str
    record: RunRecord | None
    config: str
    metrics: EvaluationRecord
    test: ScoreSet
    history: list[dict[str, str]]
    gallery: list[GalleryGroup]
    cue_max: float | None
    cue_percentile: float | None
    figures: list[Figure]

    @property
    def level(self) -> str:
        """``video`` where recordings have several frames, else ``frame``."""
        return self.metrics.level_name

    @property
    def judged(self) -> ScoreSet:
        """The test scores at that level."""
        return by_video(self.test) if self.level == "video" else self.test


def read_run(run: Path) -> ReportedRun:
    """Read a run folder, or the evaluation of a model that is no run.

    Raises:
        InputError: it was not trained or not evaluated, or a file in it is damaged.

    """
    evaluation = _evaluation_alone(run)
    if evaluation is not None:
        return _read_evaluation(evaluation)
    folder = RunFolder(run)
    record = folder.record()
    metrics = folder.evaluated()
    gallery = Gallery.of(folder.evaluation)
    return ReportedRun(
        name=record.name,
        method=record.method,
        record=record,
        config=folder.settings_text(),
        metrics=metrics,
        test=read_scores(folder.evaluation / "test.csv"),
        history=folder.history(),
        gallery=_gallery(gallery.entries, folder.evaluation),
        cue_max=gallery.cue_max,
        cue_percentile=gallery.percentile,
        figures=read_figures(run),
    )


def _evaluation_alone(path: Path) -> Path | None:
    """The folder with the evaluation of what was not trained here, as `spoofcue score` has it."""
    if RunFolder(path).record_file.is_file():
        return None
    found = (path, RunFolder(path).evaluation)
    return next((p for p in found if (p / METRICS_FILE).is_file()), None)


def _read_evaluation(folder: Path) -> ReportedRun:
    metrics = EvaluationRecord.read(folder / METRICS_FILE)
    kept = (folder / GALLERY_FILE).is_file()
    gallery = Gallery.of(folder) if kept else None
    return ReportedRun(
        name=metrics.model or folder.resolve().name,
        method="",
        record=None,
        config="",
        metrics=metrics,
        test=read_scores(folder / "test.csv"),
        history=[],
        gallery=_gallery(gallery.entries, folder) if gallery else [],
        cue_max=gallery.cue_max if gallery else None,
        cue_percentile=gallery.percentile if gallery else None,
        figures=[],
    )


def _gallery(entries: Sequence[GalleryEntry], folder: Path) -> list[GalleryGroup]:
    groups = []
    for group, (title, _, note) in GROUPS.items():
        shown = [
            # A method without a cue map has no other picture than the face.
            e.model_dump(exclude_unset=True)
            | {kind: _data_uri(folder / name) for kind, name in e.pictures().items()}
            for e in entries
            if e.group == group
        ]
        groups.append(GalleryGroup(group, title, note, shown))
    return groups


def _data_uri(path: Path) -> str:
    kind = "png" if path.suffix == ".png" else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
