"""Rates of each method on a protocol, with intervals and which differences can be told."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spoofcue.compare.contest import Contest, ContestFold, Entrant
from spoofcue.metrics.bootstrap_intervals import ELEMENTS, draws, replicate_rates
from spoofcue.metrics.columns import Categories
from spoofcue.metrics.measures import MEASURES, Measure, measured
from spoofcue.metrics.names import Names
from spoofcue.metrics.scores import ScoreSet, by_video
from spoofcue.metrics.species import grouped
from spoofcue.metrics.thresholds import Threshold

TAIL = 2.5  # percent on each side of a 95 % interval


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One training on one fold: what the rates are of, at the level of the table."""

    method: str
    fold: str
    seed: int
    scores: ScoreSet
    threshold: Threshold
    rates: tuple[float, ...]  # in the order of the table of measures


@dataclass(frozen=True, slots=True)
class Cell:
    """One measure of one method; fractions 0..1.

    Attributes:
        mean: over the folds of the mean over the seeds.
        deviation: sample deviation over the seeds; None with fewer than two.
        interval: 95 %, from the bootstrap; None without one.
        best: no method has a better mean.
        difference: 95 % interval of this mean less the best one, drawn together; None without a
            bootstrap, for the (first) best itself and for measures that have no best.

    """

    mean: float
    deviation: float | None
    interval: tuple[float, float] | None
    best: bool = False
    difference: tuple[float, float] | None = None

    @property
    def like_the_best(self) -> bool:
        """Whether zero is in the interval of the difference."""
        return self.difference is not None and self.difference[0] <= 0 <= self.difference[1]


@dataclass(frozen=True, slots=True, eq=False)
class Standings:
    """The table of one protocol.

    Attributes:
        cells: method -> measure of ``MEASURES`` -> cell.
        judged: every training on every fold.
        unit: what the bootstrap drew, as in ``metrics.bootstrap_intervals``.
        units: how many there are in all folds together.
        replicates: how many draws there were; 0 for none.
        undefined: draws that left a fold without a class; they are in no interval.

    """

    cells: dict[str, dict[str, Cell]]
    judged: tuple[Judged, ...]
    unit: str
    units: int
    replicates: int
    undefined: int


def judge(contest: Contest, replicates: int = 1000, seed: int = 0) -> Standings:
    """Judge every method at the thresholds of its own dev, on the common faces.

    A draw takes people (else videos) of all folds with replacement, and the same ones for every
    method, so that differences between methods are paired.

    Args:
        contest: one protocol.
        replicates: how many draws; 0 for no intervals.
        seed: of the draws.

    Raises:
        InputError: a split lacks a class.

    """
    judged = {
        (f.name, m): [_judge(contest, f, m, e) for e in f.entrants[m]]
        for f in contest.folds
        for m in contest.methods
    }
    unit, people, count = _people(contest, judged)
    drawn = _replicates(judged, people, count, replicates, seed) if count > 1 and replicates else {}
    cells: dict[str, dict[str, Cell]] = {m: {} for m in contest.methods}
    for at, measure in enumerate(MEASURES.values()):
        means = {m: _mean(contest, judged, m, at) for m in contest.methods}
        of_measure = {m: v[:, at] for m, v in drawn.items()}
        deviations = {m: _deviation(contest, judged, m, at) for m in contest.methods}
        for m, cell in _cells(measure, means, deviations, of_measure).items():
            cells[m][measure.name] = cell
    undefined = np.isnan(next(iter(drawn.values()))).any(axis=1).sum() if drawn else 0
    every = tuple(j for group in judged.values() for j in group)
    return Standings(cells, every, unit, count, replicates if drawn else 0, int(undefined))


def level_scores(contest: Contest, scores: ScoreSet) -> ScoreSet:
    """Scores as the table counts them: recordings or faces, species of the protocol."""
    return grouped(by_video(scores) if contest.by_video else scores, contest.terms.species)


def _judge(contest: Contest, fold: ContestFold, method: str, entrant: Entrant) -> Judged:
    trained = entrant.trained
    dev = None if trained.dev is None else level_scores(contest, trained.dev)
    threshold = trained.terms.rule.on(dev)
    scores = level_scores(contest, entrant.test)
    values = tuple(measured(scores, threshold).values())
    return Judged(method, fold.name, trained.seed, scores, threshold, values)


Groups = Mapping[tuple[str, str], list[Judged]]


def _mean(contest: Contest, judged: Groups, method: str, at: int) -> float:
    folds = [judged[f.name, method] for f in contest.folds]
    return statistics.fmean(statistics.fmean(j.rates[at] for j in group) for group in folds)


def _deviation(contest: Contest, judged: Groups, method: str, at: int) -> float | None:
    """Over the seeds that have every fold: of the means over the folds."""
    by_seed: dict[int, list[float]] = {}
    for fold in contest.folds:
        for j in judged[fold.name, method]:
            by_seed.setdefault(j.seed, []).append(j.rates[at])
    means = [statistics.fmean(v) for v in by_seed.values() if len(v) == len(contest.folds)]
    return statistics.stdev(means) if len(means) > 1 else None


def _people(contest: Contest, judged: Groups) -> tuple[str, dict[str, NDArray[np.int32]], int]:
    """What is drawn, fold -> the number of each row's unit, and how many units there are."""
    sets = {f.name: judged[f.name, contest.methods[0]][0].scores for f in contest.folds}
    unit, columns = "attempt", {f: s.videos for f, s in sets.items()}
    if any(any(s.subjects.names) for s in sets.values()):
        unit, columns = "subject", {f: s.subjects for f, s in sets.items()}
    elif any(any(s.videos.names) for s in sets.values()):
        unit = "video"
    named = [_named(fold, column) for fold, column in columns.items()]
    together = named[0]
    for other in named[1:]:
        together = together.joined(other)
    parts = np.split(together.codes, np.cumsum([len(column) for column in named])[:-1])
    return unit, dict(zip(columns, parts, strict=True)), len(together.names)


def _named(fold: str, column: Categories) -> Categories:
    """Rows without a name are units of their own, in this fold alone."""
    alone = np.flatnonzero(column.codes == column.code(""))
    if not len(alone):
        return column
    codes = column.codes.copy()
    codes[alone] = len(column.names) + np.arange(len(alone))
    own = Names.of(f"{fold}\n{row}" for row in alone)
    return Categories.coded(codes, Names.concatenated([column.names, own]))


def _replicates(
    judged: Groups,
    people: Mapping[str, NDArray[np.int32]],
    units: int,
    replicates: int,
    seed: int,
) -> dict[str, NDArray[np.float64]]:
    """Method -> (R, M): of each draw the mean over the folds of the mean over the seeds."""
    parts: dict[str, list[NDArray[np.float64]]] = {}
    for (fold, method), group in judged.items():
        of_seeds = []
        for j in group:
            batch = max(1, ELEMENTS // (len(j.scores) + units))
            drawn = draws(seed, units, replicates, batch)
            of_seeds.append(replicate_rates(j.scores, j.threshold, people[fold], units, drawn))
        parts.setdefault(method, []).append(np.mean(of_seeds, axis=0))
    return {method: np.mean(folds, axis=0) for method, folds in parts.items()}


def _cells(
    measure: Measure,
    means: Mapping[str, float],
    deviations: Mapping[str, float | None],
    drawn: Mapping[str, NDArray[np.float64]],
) -> dict[str, Cell]:
    top = measure.best(list(means.values()))
    leaders = [m for m, v in means.items() if v == top] if measure.ranked else []
    cells = {}
    for method, mean in means.items():
        difference = None
        if leaders and method != leaders[0] and drawn:
            difference = _interval(drawn[method] - drawn[leaders[0]])
        interval = _interval(drawn[method]) if drawn else None
        cells[method] = Cell(mean, deviations[method], interval, method in leaders, difference)
    return cells


def _interval(values: NDArray[np.float64]) -> tuple[float, float] | None:
    defined = values[~np.isnan(values)]
    if not len(defined):
        return None
    low, high = np.percentile(defined, [TAIL, 100 - TAIL])
    return float(low), float(high)
