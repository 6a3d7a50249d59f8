"""Read what train and evaluate left in a run folder."""

from __future__ import annotations

import base64
import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spoofcue.errors import InputError
from spoofcue.metrics.score_files import read_scores
from spoofcue.metrics.scores import ScoreSet, by_video
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
class RunFolder:
    """Everything that the page shows."""

    record: dict[str, Any]
    config: str
    metrics: dict[str, Any]
    test: ScoreSet
    history: list[dict[str, Any]]
    gallery: list[GalleryGroup]
    cue_max: float | None
    cue_percentile: float | None
    figures: list[Figure]

    @property
    def level(self) -> str:
        """``video`` where recordings have several frames, else ``frame``."""
        return "video" if self.metrics["evaluation"]["video"] else "frame"

    @property
    def judged(self) -> ScoreSet:
        """The test scores at that level."""
        return by_video(self.test) if self.level == "video" else self.test


def read_run(run: Path) -> RunFolder:
    """Read a run folder.

    Raises:
        InputError: it was not trained or not evaluated, or a file in it is damaged.

    """
    evaluation = run / "evaluation"
    if not (run / "run.json").is_file():
        raise InputError(f"{run} is no run folder: it holds no run.json.")
    if not (evaluation / "metrics.json").is_file():
        raise InputError(f"{run} is not evaluated yet; run `spoofcue evaluate {run}` first.")
    try:
        record = _json(run / "run.json")
        metrics = _json(evaluation / "metrics.json")
        gallery = (
            _json(evaluation / "gallery.json") if (evaluation / "gallery.json").is_file() else []
        )
        scale = evaluation / "gallery_scale.json"
        colours = _json(scale) if scale.is_file() else {"cue_max": None}
        cue_max, percentile = colours["cue_max"], colours.get("percentile")
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"a file of {run} is damaged: {error}; evaluate it again.") from error
    config, history = run / "config.yaml", run / "log" / "metrics.csv"
    return RunFolder(
        record=record,
        config=config.read_text(encoding="utf-8") if config.is_file() else "",
        metrics=metrics,
        test=read_scores(evaluation / "test.csv"),
        history=_rows(history) if history.is_file() else [],
        gallery=_gallery(gallery, evaluation),
        cue_max=cue_max,
        cue_percentile=percentile,
        figures=read_figures(run),
    )


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _gallery(entries: list[dict[str, Any]], folder: Path) -> list[GalleryGroup]:
    groups = []
    for name, (title, _, note) in GROUPS.items():
        shown = [
            # A method without a cue map has no other picture than the face.
            e | {k: _data_uri(folder / e[k]) for k in ("face", "cue", "overlay") if k in e}
            for e in entries
            if e["group"] == name
        ]
        groups.append(GalleryGroup(name, title, note, shown))
    return groups


def _data_uri(path: Path) -> str:
    kind = "png" if path.suffix == ".png" else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
