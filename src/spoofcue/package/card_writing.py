"""A package with another card: from a YAML file and from what `spoofcue evaluate` measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from spoofcue.data.prepared_folder import PreparedFolder
from spoofcue.errors import InputError, validation_text
from spoofcue.metrics.measures import MEASURES
from spoofcue.metrics.score_files import read_scores
from spoofcue.metrics.thresholds import Threshold
from spoofcue.package.read import Package, check_model
from spoofcue.package.schema import CardSection, EvaluationEntry
from spoofcue.package.write import write_changed
from spoofcue.records.evaluation_record import EvaluationRecord
from spoofcue.texts.yaml_tree import read_yaml


def evaluation_entry(name: str, path: Path, package: Package) -> EvaluationEntry:
    """The figures of a metrics.json, per video where there are videos, else per frame.

    Intervals: exact ones of counted rates; of ACER, EER and AUC those of the bootstrap, if the
    evaluation was asked for one.

    Args:
        name: of the set.
        path: metrics.json of an evaluation, or what `evaluate --json` prints.
        package: whose card it is for; an evaluation that names a model must be of it.

    Raises:
        InputError: the file is no evaluation, or of another model.

    """
    record = EvaluationRecord.read(path)
    if record.model is not None:
        check_model(package, record.model, str(path))
    entry = _entry(record.level) | {
        "level": record.level_name,
        "set": name,
        "protocol": PreparedFolder(Path(record.data)).protocol if record.data else None,
        "subjects": _subjects(path.with_name("test.csv"), record.level),
    }
    try:
        return EvaluationEntry.model_validate(entry)
    except ValidationError as error:
        raise InputError(f"{path}: {validation_text(error, 'evaluation')}") from error


def _entry(level: Mapping[str, Any]) -> dict[str, Any]:
    counts, threshold = level["counts"], level["threshold"]
    drawn = (level["bootstrap"] or {}).get("intervals", {})
    exact = {"bpcer": counts["bpcer"]["ci95"]}
    return {
        "threshold": threshold["value"],
        "threshold_rule": Threshold(**threshold).origin,
        "n_live": counts["bpcer"]["total"],
        "n_attack": counts["apcer_pooled"]["total"],
        "apcer": {
            species: _measured(level["apcer_by_pai"][species], count["ci95"])
            for species, count in counts["apcer_by_pai"].items()
        },
    } | {
        measure.name: _measured(
            level[measure.name], exact.get(measure.name, drawn.get(measure.name))
        )
        for measure in MEASURES.values()
        if "acer" in measure.reports and measure.name in level.keys() - {"apcer_max"}
    }


def _measured(value: float, interval: list[float] | None) -> dict[str, float | None]:
    low, high = interval or (None, None)
    return {"value": value, "low": low, "high": high}


def _subjects(scores: Path, level: Mapping[str, Any]) -> int | None:
    """How many people were evaluated, where the scores name them."""
    drawn = level["bootstrap"]
    if drawn and drawn["unit"] == "subject":
        return int(drawn["clusters"])
    if not scores.is_file():
        return None
    return len({*read_scores(scores).subjects.names} - {""}) or None


def write_card(
    package: Package,
    out: Path,
    section: CardSection | None = None,
    evaluations: Sequence[tuple[str, Path]] = (),
) -> Package:
    """Write a copy of a package with another card; weights and threshold stay.

    Args:
        package: as it was read.
        out: a folder, or a file that ends in ``.spoofcue``; an older package is replaced.
        section: replaces the package's; None: it keeps its own.
        evaluations: (name of the set, metrics.json) to add; a set of that name is replaced.

    Raises:
        InputError: an evaluation is none, is of another model, or there are too many.

    """
    before = section or package.spec.card or CardSection()
    entries = {entry.set: entry for entry in before.evaluation}
    for name, path in evaluations:
        entries[name] = evaluation_entry(name, path, package)
    card = _checked({**before.model_dump(), "evaluation": list(entries.values())}, "the card")
    return write_changed(package, out, {"card": card})


def read_card(path: Path) -> CardSection:
    """Read a card section from YAML.

    Raises:
        InputError: the file cannot be read, or says something that a card has no place for.

    """
    tree = read_yaml(path)
    if not isinstance(tree, dict):
        known = ", ".join(CardSection.model_fields)
        raise InputError(f"{path} must hold some of the keys {known}.")
    return _checked(tree, str(path))


def parse_evaluation(text: str) -> tuple[str, Path]:
    """Read ``NAME=metrics.json``.

    Raises:
        InputError: it is not that.

    """
    name, equals, path = text.partition("=")
    if not (equals and name.strip() and path):
        raise InputError(f"--evaluation {text}: write NAME=metrics.json")
    return name.strip(), Path(path)


def _checked(tree: dict[str, Any], where: str) -> CardSection:
    entries = tree.get("evaluation")
    if isinstance(entries, list):
        plain = [e.model_dump() if isinstance(e, EvaluationEntry) else e for e in entries]
        tree = {**tree, "evaluation": plain}
    try:
        return CardSection.model_validate(tree)
    except ValidationError as error:
        raise InputError(f"{where}: {validation_text(error, 'card')}") from error
