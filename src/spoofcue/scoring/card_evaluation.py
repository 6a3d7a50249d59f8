"""What `spoofcue evaluate` found, as an entry of a model card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from spoofcue.data.crop_facts import protocol_of
from spoofcue.errors import InputError
from spoofcue.metrics.score_files import read_scores
from spoofcue.package.card_schema import EvaluationEntry
from spoofcue.package.read import Package
from spoofcue.package.same_scores import check_model


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
    record = _read(path)
    model = record.get("model")
    if isinstance(model, str):
        check_model(package, model, str(path))
    try:
        found = record.get("evaluation", record)
        unit = "video" if found["video"] else "frame"
        entry = _entry(found[unit]) | {"level": unit}
        data = record.get("data")
        entry |= {
            "set": name,
            "protocol": protocol_of(Path(data)) if data else None,
            "subjects": _subjects(path.with_name("test.csv"), found[unit]),
        }
        return EvaluationEntry.model_validate(entry)
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is no metrics.json of `spoofcue evaluate` ({error}).") from error
    except ValidationError as error:
        raise InputError(f"{path}: {told(error)}") from error


def told(error: ValidationError) -> str:
    """What pydantic refuses, in one line."""
    return "; ".join(
        f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path}: {error}") from error
    if not isinstance(record, dict):
        raise InputError(f"{path} is no metrics.json of `spoofcue evaluate`.")
    return record


def _entry(level: Mapping[str, Any]) -> dict[str, Any]:
    counts, threshold = level["counts"], level["threshold"]
    drawn = (level["bootstrap"] or {}).get("intervals", {})
    fixed = threshold["rule"] == "fixed"
    return {
        "threshold": threshold["value"],
        "threshold_rule": "fixed beforehand" if fixed else f"{threshold['rule']} on dev",
        "n_live": counts["bpcer"]["total"],
        "n_attack": counts["apcer_pooled"]["total"],
        "auc": _measured(level["auc"], drawn.get("auc")),
        "eer": _measured(level["eer"], drawn.get("eer")),
        "apcer": {
            species: _measured(level["apcer_by_pai"][species], count["ci95"])
            for species, count in counts["apcer_by_pai"].items()
        },
        "bpcer": _measured(level["bpcer"], counts["bpcer"]["ci95"]),
        "acer": _measured(level["acer"], drawn.get("acer")),
    }


def _measured(value: float, interval: list[float] | None) -> dict[str, float | None]:
    low, high = interval or (None, None)
    return {"value": value, "low": low, "high": high}


def _subjects(scores: Path, level: Mapping[str, Any]) -> int | None:
    """How many people were judged, where it is told."""
    drawn = level["bootstrap"]
    if drawn and drawn["unit"] == "subject":
        return int(drawn["clusters"])
    if not scores.is_file():
        return None
    return len({*read_scores(scores).subjects.names} - {""}) or None
