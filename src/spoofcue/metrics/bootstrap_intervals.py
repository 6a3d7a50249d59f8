"""Bootstrap intervals over people or recordings: frames of one person are no independent trials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.metrics.curves import Sweep, need_both_classes, sweep
from spoofcue.metrics.measures import MEASURES, measured_draws
from spoofcue.metrics.rates import RatesAtThreshold
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import Threshold, fixed_threshold

ELEMENTS = 1 << 20  # of a batch of replicates; bounds the memory


@dataclass(frozen=True, slots=True)
class BootstrapIntervals:
    """Percentile intervals of a cluster bootstrap; the threshold stays as it is.

    Attributes:
        unit: what was drawn: ``subject``, ``video``, or ``attempt`` where neither is known.
        clusters: how many of them there are.
        replicates: how many sets were drawn.
        undefined: replicates without one of the classes; they are in no interval.
        seed, confidence: as given.
        intervals: measure of :data:`spoofcue.metrics.measures.MEASURES` -> (low, high), fractions.

    """

    unit: str
    clusters: int
    replicates: int
    undefined: int
    seed: int
    confidence: float
    intervals: dict[str, tuple[float, float]]


def bootstrap(
    scores: ScoreSet,
    threshold: Threshold | float,
    *,
    replicates: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> BootstrapIntervals:
    """Draw whole people (else recordings) with replacement and judge each such set.

    Rows without a subject (or video) where others have one are clusters of their own. A species
    that a replicate lacks is left out of its maximum. Takes O(replicates · N) time and O(N)
    memory.

    Args:
        scores: of both classes; ``subjects`` say who belongs together, else ``videos``.
        threshold: in units of the score; it is the same for every draw.
        replicates: how many sets are drawn, 1 or more.
        seed: of the draws.
        confidence: of the intervals, between 0 and 1.

    Raises:
        InputError: fewer than two clusters or one replicate, a confidence outside 0..1, a class
            is missing, or no replicate has both classes.

    >>> scores = ScoreSet.of(
    ...     [0.1, 0.9, 0.2, 0.8, 0.7, 0.3], [0, 1, 0, 1, 0, 1], subject=[*"aabbcc"]
    ... )
    >>> result = bootstrap(scores, 0.5, replicates=500)
    >>> result.unit, result.clusters, result.intervals["bpcer"]
    ('subject', 3, (0.0, 1.0))

    """
    threshold = threshold if isinstance(threshold, Threshold) else fixed_threshold(threshold)
    if not 0 < confidence < 1:
        raise InputError(f"confidence {confidence}: give a part between 0 and 1, 0.95 is usual.")
    if replicates < 1:
        raise InputError(f"{replicates} bootstrap replicates: ask for 1 or more, 1000 is usual.")
    need_both_classes(scores)
    unit, cluster = clusters_of(scores)
    count = int(cluster.max()) + 1
    if count < 2:
        raise InputError(f"a bootstrap needs two {unit}s or more; there is one.")
    batch = max(1, ELEMENTS // (len(scores) + count))
    batches = draws(seed, count, replicates, batch)
    values = replicate_rates(scores, threshold, cluster, count, batches)
    defined = values[~np.isnan(values).any(axis=1)]
    if not len(defined):
        raise InputError("no bootstrap replicate has both live faces and attacks.")
    tail = 50 * (1 - confidence)
    low, high = np.percentile(defined, [tail, 100 - tail], axis=0)
    return BootstrapIntervals(
        unit=unit,
        clusters=count,
        replicates=replicates,
        undefined=replicates - len(defined),
        seed=seed,
        confidence=confidence,
        intervals={m: (float(low[i]), float(high[i])) for i, m in enumerate(MEASURES)},
    )


def replicate_rates(
    scores: ScoreSet,
    threshold: Threshold,
    cluster: NDArray[np.integer],
    clusters: int,
    batches: Iterable[NDArray[np.int64]],
) -> NDArray[np.float64]:
    """The rates of every replicate; given the same draws, those of two methods are paired.

    Args:
        scores: both classes.
        threshold: the same for every draw.
        cluster: (N,) the number of each row's cluster, 0..C - 1; some may have no row here.
        clusters: C.
        batches: of shape (B, C), how often each cluster is drawn, as :func:`draws` gives it.

    Returns:
        (sum of B, M) in the order of the table of measures; NaN where a class is absent.

    """
    s = sweep(scores)
    live, attack = (_in_order(scores, label, cluster) for label in (0, 1))
    table = error_table(scores, threshold, cluster, clusters)
    return np.concatenate(
        [
            measured_draws(_rates(*table, drawn), _sweeps(s, live, attack, drawn))
            for drawn in batches
        ]
    )


def clusters_of(scores: ScoreSet) -> tuple[str, NDArray[np.intp]]:
    """What is drawn, and (N,) the number of each row's cluster, 0..C - 1."""
    unit, column = "attempt", scores.videos
    if any(scores.subjects.names):
        unit, column = "subject", scores.subjects
    elif any(scores.videos.names):
        unit = "video"
    return unit, np.unique(column.units(), return_inverse=True)[1]


def draw(rng: np.random.Generator, clusters: int, replicates: int) -> NDArray[np.int64]:
    """(replicates, clusters) how often each cluster is drawn; rows sum to ``clusters``."""
    picked = rng.integers(clusters, size=(replicates, clusters))
    picked += clusters * np.arange(replicates)[:, None]
    counts = np.bincount(picked.ravel(), minlength=replicates * clusters)
    return counts.reshape(replicates, clusters)


def draws(seed: int, clusters: int, replicates: int, batch: int) -> Iterator[NDArray[np.int64]]:
    """All draws of a seed, ``batch`` at a time; they are the same whatever the batch."""
    rng = np.random.default_rng(seed)
    for start in range(0, replicates, batch):
        yield draw(rng, clusters, min(batch, replicates - start))


def _in_order(scores: ScoreSet, label: int, cluster: NDArray[np.integer]) -> NDArray[np.integer]:
    """Clusters of the rows of a class, by rising score."""
    rows = np.flatnonzero(scores.label == label)
    return cluster[rows[np.argsort(scores.score[rows])]]


def error_table(
    scores: ScoreSet, threshold: Threshold, cluster: NDArray[np.integer], clusters: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(C, 1 + S) errors and attempts of each cluster: of live faces, then of each species."""
    called_attack = scores.score > threshold.value
    wrong = np.where(scores.label == 1, ~called_attack, called_attack)
    names = scores.pais.names  # sorted, so that "", the live rows, comes first
    cell = cluster.astype(np.intp) * len(names) + scores.pais.codes
    shape, size = (clusters, len(names)), clusters * len(names)
    errors = np.bincount(cell[wrong], minlength=size).reshape(shape)
    total = np.bincount(cell, minlength=size).reshape(shape)
    return errors.astype(np.float64), total.astype(np.float64)


def _rates(
    errors: NDArray[np.float64], total: NDArray[np.float64], drawn: NDArray[np.int64]
) -> RatesAtThreshold:
    """(B, ...) the rates of each replicate; NaN where a class or a species is absent."""
    wrong, attempts = drawn @ errors, drawn @ total
    with np.errstate(invalid="ignore"):
        rate = wrong / attempts
        far = wrong[:, 1:].sum(1) / attempts[:, 1:].sum(1)
    return RatesAtThreshold(apcer=rate[:, 1:], far=far, bpcer=rate[:, 0])


def _sweeps(
    s: Sweep, live: NDArray[np.integer], attack: NDArray[np.integer], drawn: NDArray[np.int64]
) -> Sweep:
    """(B, K + 1) counts of each replicate: the sweep's, with each row as often as drawn."""
    passed = _counts(drawn[:, attack])[:, s.passed]
    lives = _counts(drawn[:, live])
    return Sweep(s.value, passed, lives[:, -1:] - lives[:, s.refused[0] - s.refused])


def _counts(weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """(B, N) weights by rising score -> (B, N + 1) how many rows the lowest k stand for."""
    counts = np.zeros((weights.shape[0], weights.shape[1] + 1), np.int64)
    np.cumsum(weights, axis=1, out=counts[:, 1:])
    return counts
