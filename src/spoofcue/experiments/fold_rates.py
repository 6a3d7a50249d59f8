"""A fold's score files to error rates, at the threshold and by the species of its protocol."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from spoofcue.metrics.evaluation import EvaluationOptions, evaluate
from spoofcue.metrics.score_files import read_scores
from spoofcue.protocols.definition import Protocol


def judge(scores: Path, protocol: Protocol) -> dict[str, Any]:
    """Rates of ``scores``/test.csv at the threshold that the protocol prescribes.

    Args:
        scores: folder of test.csv and, but for a fixed threshold, dev.csv.
        protocol: says the threshold and the grouping.

    Returns:
        The evaluation as plain data; its rates are fractions.

    Raises:
        InputError: a file is missing or lacks a class.

    """
    options = EvaluationOptions(protocol.threshold, protocol.species)
    test = read_scores(scores / "test.csv")
    dev = read_scores(scores / "dev.csv") if (scores / "dev.csv").is_file() else None
    return evaluate(test, dev, options).to_dict()
