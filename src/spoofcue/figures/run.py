"""What a finished run folder holds that figures are drawn from, and by what several runs differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spoofcue.errors import InputError
from spoofcue.figures.scored_faces import LIVE_KIND, ScoredFace, ScoredFaces
from spoofcue.media.crops import has_crop
from spoofcue.metrics.score_files import read_scores
from spoofcue.metrics.scores import ScoreSet, by_video
from spoofcue.metrics.species import as_grouping, grouped
from spoofcue.metrics.thresholds import Threshold
from spoofcue.records.evaluation_record import EvaluationRecord
from spoofcue.records.run_folder import RunFolder, RunRecord
from spoofcue.texts.tables import open_table
from spoofcue.texts.yaml_tree import read_yaml


@dataclass(frozen=True, slots=True)
class FigureRun:
    """A run that was evaluated.

    Attributes:
        folder: that holds run.json.
        record: run.json.
        settings: config.yaml as a plain tree; empty if there is none.
        metrics: evaluation/metrics.json.
        faces: of the test split, in the order of test.csv.

    """

    folder: Path
    record: RunRecord
    settings: dict[str, Any]
    metrics: EvaluationRecord
    faces: ScoredFaces

    @property
    def name(self) -> str:
        """As run.json has it."""
        return self.record.name

    @property
    def kinds(self) -> list[str]:
        """``live``, then the PAI species of the test faces, sorted."""
        return self.faces.kinds

    @property
    def level(self) -> str:
        """``video`` where recordings have several frames, else ``frame``."""
        return self.metrics.level_name

    @property
    def threshold(self) -> Threshold:
        """That of the evaluation, at that level."""
        return Threshold(**self.metrics.level["threshold"])

    def judged(self) -> ScoreSet:
        """The test scores at that level, species grouped as in the evaluation."""
        scores = read_scores(self.folder / "evaluation" / "test.csv")
        if self.level == "video":
            scores = by_video(scores)
        return grouped(scores, as_grouping(self.metrics.level["grouping"]))

    def data(self, given: Path | None = None) -> Path:
        """The prepared folder of the test faces.

        Args:
            given: by the user; wins.

        Raises:
            InputError: it is not where it was, or does not hold the faces that were scored.

        """
        stored = Path(self.metrics.data or self.record.data.root)
        # A benchmark's fold may have been moved as a whole; its data folder moved with it.
        beside = self.folder.parent / "data"
        prepared = given or next((p for p in (stored, beside) if p.is_dir()), None)
        if prepared is None:
            raise InputError(
                f"the prepared folder of {self.folder} is no longer at {stored}; give its place "
                "with --data DIR."
            )
        missing = [crop for crop in self.faces.crop if not has_crop(prepared / crop)]
        if missing:
            raise InputError(
                f"{prepared} lacks {len(missing)} of the {len(self.faces)} test faces that "
                f"{self.folder} was evaluated on, e.g. {missing[0]}; give their prepared folder "
                "with --data DIR, or evaluate the run again."
            )
        return prepared


def read_figure_run(folder: Path) -> FigureRun:
    """Read a run folder, or a benchmark's fold folder, which holds it as ``run``.

    Raises:
        InputError: it was not trained or not evaluated, or a file in it is damaged.

    """
    run = folder if RunFolder(folder).exists else folder / "run"
    stored = RunFolder(run)
    if not folder.exists():
        raise InputError(f"{folder} does not exist; give a run folder.")
    if not stored.exists:
        raise InputError(
            f"{folder} is neither a run folder (it holds no run.json) nor a benchmark's fold "
            "folder (it holds no run/run.json)."
        )
    try:
        figure_run = FigureRun(
            folder=run,
            record=stored.record(),
            settings=_settings(stored.settings_file),
            metrics=stored.evaluated(),
            faces=_faces(run / "evaluation" / "test.csv"),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"a file of {run} is damaged: {error}; evaluate it again.") from error
    if not figure_run.faces.has_both_classes:
        raise InputError(f"the test faces of {run} with a score are not both live and attacks.")
    return figure_run


def _settings(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    tree = read_yaml(path)
    return tree if isinstance(tree, dict) else {}


def _faces(path: Path) -> ScoredFaces:
    with open_table(path, ("score", "label")) as table:
        return ScoredFaces.of(
            ScoredFace(
                r["crop"],
                float(r["score"]),
                # An attack called "live" would be lost among the live faces.
                (r["pai"] or "attack") if r["label"] == "1" else LIVE_KIND,
                r["subject"],
                f"{r['media']}, frame {r['frame']}" if r.get("media") else "",
            )
            for _, r in table.records()
            if r["score"]
        )


MOST_LINES = 3
SHORT_NAMES = {"input.mode": "input", "input.size": "input size", "input.scoring": "scoring"}


def titles(settings: Sequence[dict[str, Any]], names: Sequence[str]) -> list[list[str]]:
    """For each run the lines ``setting: value`` of every setting that is not the same in all.

    Args:
        settings: plain trees, the first run's first.
        names: of the runs; the titles where no setting differs.

    Returns:
        One list of lines for each run, at most MOST_LINES and a count of what was left out.

    """
    flat = [flatten(tree) for tree in settings]
    keys = differing(flat)
    if not keys:
        return [[name] for name in names]
    lines = []
    for name, tree in zip(names, flat, strict=True):
        # another method has no such setting
        shown = [f"{_short(k)}: {tree[k]}" for k in keys[:MOST_LINES] if k in tree]
        rest = [f"and {len(keys) - MOST_LINES} more"] if len(keys) > MOST_LINES else []
        lines.append((shown or [name]) + rest)
    return lines


def differing(flat: Sequence[dict[str, Any]]) -> list[str]:
    """Dotted keys whose values are not the same in all runs, in the order of the settings.

    ``input.scoring`` is left out where it follows from ``input.mode``: faces that were resized in
    training are resized in testing. The preset is only a name for the others.
    """
    keys = list(dict.fromkeys(k for tree in flat for k in tree))
    differing = [k for k in keys if len({repr(t.get(k)) for t in flat}) > 1 and k != "preset"]
    follows = all(
        (t.get("input.mode") == "resize") == (t.get("input.scoring") == "resize") for t in flat
    )
    if "input.mode" in differing and follows:
        differing = [k for k in differing if k != "input.scoring"]
    return differing


def flatten(tree: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Nested settings by dotted key."""
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            flat |= flatten(value, f"{before}{key}.")
        else:
            flat[f"{before}{key}"] = value
    return flat


def _short(key: str) -> str:
    return SHORT_NAMES.get(key, key.split(".")[-1].replace("_", " "))
