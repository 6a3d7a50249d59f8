"""Samples to rows of the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class SpeedRow:
    """One model in one runtime at one batch size.

    Attributes:
        model, runtime, precision, batch, side: what ran.
        images_per_s: from the median.
        ms_image: median time of a call over the batch size.
        best_ms_image: likewise of the fastest call.
        times_eager: how many times as fast as plain PyTorch in fp32, by medians.
        of_peak: GFLOP/s over the matrix peak of the precision, by the median; None: no peak.
        peak_mib: of the process.
        added_mib: of that, since its imports.

    """

    model: str
    side: int
    batch: int
    runtime: str
    precision: str
    images_per_s: float
    ms_image: float
    best_ms_image: float
    times_eager: float
    of_peak: float | None
    peak_mib: float
    added_mib: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What a call costs: of one image in GFLOP, and the peak of its precision in GFLOP/s."""

    gflop: float
    peak: float | None


def speed_row(
    named: tuple[str, int, int, str, str],
    ms: Sequence[float],
    eager_ms: Sequence[float],
    cost: Cost,
    peak_mib: float,
    imported_mib: float,
) -> SpeedRow:
    """Times of calls, in ms, to a row.

    Args:
        named: model, side, batch, runtime, precision.
        ms: of calls of this cell.
        eager_ms: of calls of the baseline on the same batch.
        cost: of an image.
        peak_mib: memory.
        imported_mib: memory after the imports.

    """
    model, side, batch, runtime, precision = named
    middle = float(np.median(ms))
    rate = 1000 * batch / middle
    return SpeedRow(
        model=model,
        side=side,
        batch=batch,
        runtime=runtime,
        precision=precision,
        images_per_s=rate,
        ms_image=middle / batch,
        best_ms_image=min(ms) / batch,
        times_eager=float(np.median(eager_ms)) / middle,
        of_peak=None if cost.peak is None else rate * cost.gflop / cost.peak,
        peak_mib=peak_mib,
        added_mib=peak_mib - imported_mib,
    )


@dataclass(frozen=True, slots=True)
class PredictRow:
    """A picture through `Detector.predict`; medians in ms.

    ``over_bare`` is total over the network alone on the same crop; ``full_*`` is of the search for
    all faces.
    """

    model: str
    runtime: str
    precision: str
    input_px: str
    decode: float
    detect: float
    crop: float
    network: float
    rest: float
    total: float
    bare: float
    over_bare: float
    full_detect: float
    full_total: float


def predict_row(named: tuple[str, str, str], samples: Sequence[dict[str, float]]) -> PredictRow:
    """Samples of the worker to a row; the ratio is of medians."""
    middle = {key: float(np.median([s[key] for s in samples])) for key in samples[0]}
    height, width = int(middle.pop("input_height")), int(middle.pop("input_width"))
    ratio = middle["total"] / middle["bare"]
    return PredictRow(*named, input_px=f"{width}x{height}", over_bare=ratio, **middle)


@dataclass(frozen=True, slots=True)
class ParityRow:
    """Scores beside those of the reference; ``rank`` is Spearman's correlation."""

    model: str
    runtime: str
    precision: str
    reference: str
    random: bool
    n: int
    largest: float
    mean: float
    mean_score: float
    rank: float | None


def parity_row(
    named: tuple[str, str, str],
    scores: Sequence[float],
    reference: Sequence[float],
    reference_name: str,
    random: bool,
) -> ParityRow:
    """Differences of scores of the same crops."""
    ours, theirs = np.asarray(scores, np.float64), np.asarray(reference, np.float64)
    apart = np.abs(ours - theirs)
    return ParityRow(
        *named,
        reference=reference_name,
        random=random,
        n=len(ours),
        largest=float(apart.max()),
        mean=float(apart.mean()),
        mean_score=float(theirs.mean()),
        rank=spearman(ours, theirs),
    )


def spearman(a: NDArray[np.float64], b: NDArray[np.float64]) -> float | None:
    """Correlation of ranks, equal values sharing theirs; None where one of them is constant."""
    x, y = _ranks(a), _ranks(b)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    return float(np.corrcoef(x, y)[0, 1])


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - (count - 1) / 2)[place], np.float64)


@dataclass(frozen=True, slots=True)
class SearchRow:
    """The fast search for the largest face beside the full one, on frames of one size of face.

    Attributes:
        face_px: about the width of the box in a frame of 640 x 480.
        n: frames.
        full_found, fast_found: in how many each finds a face.
        settled: in how many the small picture was enough.
        mean_iou, least_iou: of the largest boxes, where both found one.
        full_ms, fast_ms: medians.

    """

    face_px: int
    n: int
    full_found: int
    fast_found: int
    settled: int
    mean_iou: float | None
    least_iou: float | None
    full_ms: float
    fast_ms: float
