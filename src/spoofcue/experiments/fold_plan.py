"""What a benchmark will do: every fold of the protocols, by every method, with every seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spoofcue.protocols.definition import Protocol
from spoofcue.protocols.fold import Fold


@dataclass(frozen=True, slots=True)
class FoldTask:
    """One method with one seed on one fold, with where its data and results are.

    ``folder`` ends up with result.json and scores/, which tables and figures are drawn from, and
    with data/ and run/, which may be deleted. Where another fold's training serves, run/ holds
    the evaluation alone.
    """

    set_name: str
    protocol: Protocol
    fold: Fold
    method: str
    seed: int
    data: Path
    folder: Path

    @property
    def title(self) -> str:
        """Protocol and fold in words."""
        several = f" {self.fold.name}" if len(self.protocol.folds) > 1 else ""
        return f"{self.set_name} {self.protocol.name}{several}"


def plan(
    set_name: str,
    protocols: Sequence[Protocol],
    data: Path,
    *,
    results: Path,
    methods: Sequence[str],
    seeds: Sequence[int] = (0,),
) -> list[FoldTask]:
    """Every fold of the protocols by every method; seed by seed, so that tables fill evenly."""
    return [
        FoldTask(set_name, p, f, m, s, data, results / m / p.name / f.name / f"seed-{s}")
        for s in seeds
        for m in methods
        for p in protocols
        for f in p.folds
    ]
