"""A folder of results to what is compared: scores, the faces they are of, and the rule."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spoofcue.compare.face_columns import FaceColumns, read_faces
from spoofcue.compare.finding import ResultFolder, Stored
from spoofcue.errors import InputError
from spoofcue.metrics.score_files import read_scores
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.species import Grouping, as_grouping
from spoofcue.metrics.thresholds import ThresholdRule
from spoofcue.records.evaluation_record import EvaluationRecord
from spoofcue.records.fold_record import FoldRecord
from spoofcue.records.run_folder import RunFolder, RunRecord

# Settings that say where and how fast, not what was trained.
OF_THE_MACHINE = ("seed", "workers", "accelerator", "devices", "strategy", "precision")
COMMON_NAMES = ("data", "prepared", "set")  # of folders that say nothing alone


@dataclass(frozen=True, slots=True)
class Terms:
    """What a protocol prescribes; the same for all that are compared in it.

    Attributes:
        set_name: of the benchmark; empty for runs without a protocol.
        protocol: its name, or what the run was tested on.
        title: in words.
        report: ``acer`` or ``hter``.
        species: what APCER is the highest of.
        rule: how the threshold is chosen on dev, or the threshold fixed beforehand.
        folds: how many there are.

    """

    set_name: str
    protocol: str
    title: str
    report: str
    species: Grouping
    rule: ThresholdRule
    folds: int


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """One network, judged on one fold.

    Attributes:
        folder: where it is.
        method, preset: as recorded.
        settings: without those of the machine and the seed; tells equal trainings apart.
        seed: of the training.
        fold: empty for runs without a protocol.
        terms: of the protocol.
        dev: None where the threshold is fixed beforehand.
        test: scores, one a face.
        faces: which face each row of ``test`` is, and its crop.
        roots: prepared folders that the crops may be in.
        facts: ``spoofcue``, ``commit`` (empty if it is not recorded) and ``created``.

    """

    folder: ResultFolder
    method: str
    preset: str
    settings: str
    seed: int
    fold: str
    terms: Terms
    dev: ScoreSet | None
    test: ScoreSet
    faces: FaceColumns
    roots: tuple[Path, ...]
    facts: dict[str, str]


def read(folder: ResultFolder) -> Trained:
    """Read a fold or a run.

    Raises:
        InputError: a file is missing or damaged.

    """
    try:
        if isinstance(folder.record, FoldRecord):
            return _fold(folder, folder.record)
        if isinstance(folder.record, RunRecord):
            return _run(folder, folder.record)
        return _evaluation(folder, folder.record)
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise InputError(
            f"a record of {folder.path} is damaged ({error!r}); judge it again."
        ) from error


def _fold(folder: ResultFolder, record: FoldRecord) -> Trained:
    terms = Terms(
        set_name=record.set,
        protocol=record.protocol,
        title=record.title,
        report=record.report,
        species=as_grouping(record.species),
        rule=ThresholdRule(**record.threshold.model_dump()),
        folds=record.folds,
    )
    roots = [folder.path / "data"]
    run = RunFolder(folder.path / "run")
    data = run.evaluated().data if run.is_evaluated else None
    if data is not None:
        roots.append(Path(data))
    return _trained(
        folder,
        terms,
        scores=folder.path / "scores",
        roots=roots,
        fold=record.fold,
        seed=record.seed,
        settings=record.settings,
    )


def _run(folder: ResultFolder, record: RunRecord) -> Trained:
    run = RunFolder(folder.path)
    metrics = run.evaluated()
    data = Path(metrics.data or record.data.root)
    text = run.settings_text()
    plain = [line for line in text.splitlines() if line.split(":")[0].strip() not in OF_THE_MACHINE]
    return _trained(
        folder,
        _terms(metrics, data),
        scores=run.evaluation,
        roots=[data],
        fold="",
        seed=record.training.seed,
        settings={"yaml": plain},
    )


def _evaluation(folder: ResultFolder, record: EvaluationRecord) -> Trained:
    """A package, or any model that was not trained here: one of its kind, without a seed."""
    data = Path(record.data or folder.path)
    return _trained(
        folder,
        _terms(record, data),
        scores=folder.path,
        roots=[data],
        fold="",
        seed=0,
        settings={"model": record.model},
    )


def _terms(metrics: EvaluationRecord, data: Path) -> Terms:
    """What a run or a model was tested by, where no protocol says it."""
    threshold = metrics.evaluation["frame"]["threshold"]
    fixed = threshold["rule"] == "fixed"
    rule = ThresholdRule.parse(threshold["value"] if fixed else threshold["rule"])
    grouping = as_grouping(metrics.evaluation["grouping"])
    return Terms("", _tested_on(data), "", "acer", grouping, rule, 1)


def _method(record: Stored) -> tuple[str, str]:
    """Method and preset; of a model without a training its name, which its id begins with."""
    if isinstance(record, EvaluationRecord):
        return (record.model or "model").rpartition("-")[0] or "model", ""
    return record.method, record.preset


def _tested_on(data: Path) -> str:
    """The prepared folder's name, with its parent's where the name alone says nothing."""
    return f"{data.parent.name}/{data.name}" if data.name in COMMON_NAMES else data.name


def _trained(
    folder: ResultFolder,
    terms: Terms,
    *,
    scores: Path,
    roots: list[Path],
    fold: str,
    seed: int,
    settings: dict[str, Any],
) -> Trained:
    needed = scores / "test.csv", scores / "dev.csv"
    if not needed[0].is_file() or (terms.rule.needs_dev and not needed[1].is_file()):
        raise InputError(
            f"{scores} lacks test.csv or dev.csv: without dev scores there is no threshold, and "
            "the test scores may not choose it. Judge it again."
        )
    test = read_scores(needed[0])
    faces = read_faces(needed[0])
    if len(faces) != len(test):
        raise InputError(f"{needed[0]} has {len(test)} scores for {len(faces)} faces.")
    names = ("spoofcue", "commit", "created")
    facts = {k: str(getattr(folder.record, k, None) or "") for k in names}
    method, preset = _method(folder.record)
    return Trained(
        folder=folder,
        method=method,
        preset=preset,
        settings=_kept(settings),
        seed=seed,
        fold=fold,
        terms=terms,
        dev=read_scores(needed[1]) if needed[1].is_file() else None,
        test=test,
        faces=faces,
        roots=tuple(roots),
        facts=facts,
    )


def _kept(settings: dict[str, Any]) -> str:
    training = settings.get("training")
    if isinstance(training, dict):
        kept = {k: v for k, v in training.items() if k not in OF_THE_MACHINE}
        settings = settings | {"training": kept}
    return json.dumps(settings, sort_keys=True)
