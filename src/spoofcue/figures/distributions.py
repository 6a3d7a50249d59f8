"""How the scores of live faces and of each species are distributed, with the threshold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spoofcue.figures.canvas import (
    WIDTH_IN,
    Drawn,
    canvas,
    looks,
    number,
    save,
    shown,
    ten_to,
)
from spoofcue.figures.run import FigureRun
from spoofcue.plain_text import as_label
from spoofcue.report.plots import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW_IN = 0.52
STRIP = 0.2  # of a row's height, below the density
STRIP_POINTS = 400


def draw_scores(run: FigureRun, out: Path) -> Drawn:
    """Write scores.png and .svg; needs no model and no data, so any method has this figure."""
    scores, threshold = run.judged(), run.threshold.value
    groups = {"live": scores.score[scores.label == 0]}
    groups |= {s: scores.score[scores.pais.named(s)] for s in scores.species}
    logarithmic = bool((scores.score >= 0).all() and (scores.score > 0).any())
    errors = {k: int(((v > threshold) if k == "live" else (v <= threshold)).sum())
              for k, v in groups.items()}  # fmt: skip
    files = _draw(groups, errors, threshold, logarithmic, out)
    unit = "recording" if run.level == "video" else "face"
    zeros = int((scores.score == 0).sum()) if logarithmic else 0
    return Drawn(
        "scores",
        "Scores of live faces and of each attack instrument",
        f"Test scores of {run.name}, one a {unit}; higher = more likely an attack. Areas: density "
        f"{'on the logarithmic axis ' if logarithmic else ''}(Gaussian kernel, Scott's width; each "
        "has the same height), short line: median, points: single scores. Dashed: the threshold "
        f"{number(threshold)} ({_source(run.threshold.rule)}). Right: how many there are and how "
        "many were decided wrongly."
        + (f" {zeros} scores of exactly 0 are drawn at the left edge." if zeros else ""),
        False,
        files,
        {
            "threshold": threshold,
            "counts": {k: len(v) for k, v in groups.items()},
            "errors": errors,
        },
    )


def density(values: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gaussian kernel density of (N,) values at (M,) places, Scott's width; (M,) >= 0."""
    deviation = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    # Equal values have no width; a narrow peak shows them.
    width = max(deviation * len(values) ** -0.2, float(np.ptp(at)) / 200)
    z = (at[:, None] - values[None, :]) / width
    density: NDArray[np.float64] = np.exp(-0.5 * z**2).sum(axis=1) / (
        len(values) * width * np.sqrt(2 * np.pi)
    )
    return density


def _source(rule: str) -> str:
    return {"eer": "equal error rate on dev", "min-hter": "least HTER on dev"}.get(
        rule, "fixed beforehand"
    )


def _draw(
    groups: dict[str, NDArray[np.float64]],
    errors: dict[str, int],
    threshold: float,
    logarithmic: bool,
    out: Path,
) -> dict[str, str]:
    everything = np.concatenate(list(groups.values()))
    floor = float(everything[everything > 0].min()) if logarithmic else -np.inf

    def on_axis(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.log10(np.maximum(values, floor)) if logarithmic else values

    ends = on_axis(np.array([everything.min(), everything.max()]))
    margin = max(0.14 * float(np.ptp(ends)), 0.02 if logarithmic else 1e-6)
    low, high = ends[0] - margin, ends[1] + margin
    at = np.linspace(low, high, 400)
    colours = looks(list(groups))
    with canvas(WIDTH_IN, 0.84 + ROW_IN * len(groups)) as figure:
        axes = figure.subplots()
        width, height = figure.get_size_inches()
        figure.subplots_adjust(
            left=1.0 / width, right=1 - 1.45 / width, bottom=0.42 / height, top=1 - 0.36 / height
        )
        for row, (name, values) in enumerate(groups.items()):
            _ridge(axes, len(groups) - 1 - row, on_axis(values), at, colours[name][0])
            wrong = "refused" if name == "live" else "passed"
            share = 100 * errors[name] / len(values)
            axes.text(
                1.02, len(groups) - 1 - row + 0.3,
                f"n = {len(values)}\n{errors[name]} {wrong} ({share:.1f} %)",
                transform=axes.get_yaxis_transform(), va="center", color=INK, linespacing=1.35,
            )  # fmt: skip
        names = [as_label(shown(n, 14)) for n in groups]
        axes.set_yticks([len(groups) - 1 - i + 0.3 for i in range(len(groups))], names)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set(xlim=(low, high), ylim=(-STRIP - 0.12, len(groups) - 0.05))
        _decision(axes, on_axis(np.array([threshold]))[0], threshold)
        if logarithmic:
            _decades(axes, low, high)
        axes.set_xlabel("spoof score (higher = more likely an attack)")
        return save(figure, out, "scores")


def _ridge(
    axes: Axes, base: int, values: NDArray[np.float64], at: NDArray[np.float64], colour: str
) -> None:
    height = density(values, at)
    height *= 0.68 / height.max()
    axes.fill_between(at, base, base + height, color=colour, alpha=0.35, lw=0)
    axes.plot(at, base + height, color=colour, lw=0.9)
    middle = float(np.median(values))
    axes.plot([middle] * 2, [base, base + np.interp(middle, at, height)], color=colour, lw=1.4)
    points = values
    if len(values) > STRIP_POINTS:
        points = np.sort(values)[np.linspace(0, len(values) - 1, STRIP_POINTS).round().astype(int)]
    # A fixed low-discrepancy sequence spreads the points evenly, and the same each time.
    jitter = (np.arange(len(points)) * 0.618034) % 1
    axes.scatter(points, base - 0.05 - STRIP * 0.75 * jitter, s=2.2, color=colour, alpha=0.6, lw=0)


def _decision(axes: Axes, at: float, threshold: float) -> None:
    axes.axvline(at, color=INK, lw=0.9, ls=(0, (4, 3)))
    low, high = axes.get_xlim()
    if not low <= at <= high:
        axes.set_xlim(min(low, at), max(high, at))
        low, high = axes.get_xlim()
    pad = 0.008 * (high - low)
    top = axes.get_ylim()[1]
    for x, align, text in ((at - pad, "right", "called live"), (at + pad, "left", "called attack")):
        # Beside a border of the plot there may be no room for one of the two.
        if 0.12 < (x - low) / (high - low) < 0.88:
            axes.text(x, top + 0.03, text, ha=align, va="bottom", fontsize=6.5, color="#666666")
    axes.text(
        at, top + 0.28, f"threshold {number(threshold)}", ha="center", va="bottom", fontsize=6.5,
        color=INK,
    )  # fmt: skip


def _decades(axes: Axes, low: float, high: float) -> None:
    """Ticks of a logarithmic axis, as the values are logarithms already."""
    decades = range(int(np.floor(low)), int(np.ceil(high)) + 1)
    marks = (1,) if high - low > 2.5 else (1, 2, 5)
    ticks = [d + np.log10(m) for d in decades for m in marks]
    values = [m * 10.0**d for d in decades for m in marks]
    ticked = [(t, v) for t, v in zip(ticks, values, strict=True) if low <= t <= high]
    axes.set_xticks([t for t, _ in ticked], [_power(v) for _, v in ticked])
    minor = [d + np.log10(m) for d in decades for m in range(1, 10)]
    axes.set_xticks([t for t in minor if low <= t <= high], minor=True)


def _power(value: float) -> str:
    """1, 2 or 5 times a power of ten in full: 2×10⁻⁴, and 0.05 where that is short."""
    power = int(np.floor(np.log10(value) + 1e-9))
    digit = round(value / 10**power)
    return f"{value:g}" if -2 <= power <= 2 else f"{digit}×{ten_to(power)}"
