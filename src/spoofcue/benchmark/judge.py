"""A fold's score files to error rates, with the species that the protocol groups attacks by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np

from spoofcue.metrics.evaluation import Rule, evaluate
from spoofcue.metrics.scores import ScoreSet, read_scores
from spoofcue.protocols.definition import Protocol, Species, ThresholdRule


def rule_of(threshold: ThresholdRule) -> Rule:
    """The metrics' word for a protocol's threshold."""
    return "eer" if threshold.value is None else threshold.value


def judge(scores: Path, protocol: Protocol) -> dict[str, Any]:
    """Rates of ``scores``/test.csv at the threshold that the protocol prescribes.

    Args:
        scores: folder of test.csv and, but for a fixed threshold, dev.csv.
        protocol: says the threshold and the grouping.

    Returns:
        ``evaluation`` with the protocol's grouping, and ``groupings``: APCER, worst species and
        ACER with each of them, as fractions.

    Raises:
        InputError: a file is missing or lacks a class.

    """
    test = read_scores(scores / "test.csv")
    dev = read_scores(scores / "dev.csv") if (scores / "dev.csv").is_file() else None
    results = {
        species: evaluate(
            grouped(test, species),
            grouped(dev, species) if dev else None,
            rule_of(protocol.threshold),
        ).to_dict()
        for species in get_args(Species)
    }
    kept = ("apcer_max", "worst_pai", "acer")
    return {
        "evaluation": results[protocol.species],
        "groupings": {n: {k: level_of(r)[k] for k in kept} for n, r in results.items()},
    }


def level_of(evaluation: dict[str, Any]) -> dict[str, Any]:
    """The level that a table shows: video where recordings have several frames."""
    level: dict[str, Any] = evaluation["video"] or evaluation["frame"]
    return level


def grouped(scores: ScoreSet, species: Species) -> ScoreSet:
    """Scores with the PAI's name replaced by its family's, or by one for all attacks.

    A family is the name before its first ``-``: print-1 and print-2 are ``print``.
    """
    if species == "instrument":
        return scores
    names = [str(n).split("-")[0] if species == "family" else "attack" for n in scores.pai]
    return replace(scores, pai=np.where(scores.label == 1, np.array(names, np.str_), ""))
