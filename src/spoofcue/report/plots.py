"""Numbers to inline SVG in the style of the house (matplotlib, colour-blind safe palette)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spoofcue.metrics.curves import det_curve
from spoofcue.metrics.intervals import clopper_pearson
from spoofcue.metrics.rates import error_rates
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import Threshold
from spoofcue.plain_text import as_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LIVE, ATTACK, INK, GRID = "#0072B2", "#D55E00", "#333333", "#eeeeee"
# of every figure of ours; text is drawn as paths, so that no font has to be there
STYLE: Any = {
    "font.size": 9,
    "font.family": "DejaVu Sans",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#999999",
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.fonttype": "path",
    "svg.hashsalt": "spoofcue",
}
DET_FLOOR = 1e-3  # where DET curves end: a deviate of 0 is infinite
MOST_LINES = 10  # of species in one plot: with more, none can be followed
LONGEST_LABEL = 24
DET_TICKS = {0.001: "0.1", 0.01: "1", 0.05: "5", 0.2: "20", 0.5: "50", 0.8: "80"}


def drawn(draw: Callable[[Axes], None], width: float = 5.4, height: float = 3.3) -> str:
    """Inline SVG of what ``draw`` puts on the axes; width and height in inches."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(width, height), layout="constrained")
        draw(axes)
        out = io.StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
        plt.close(figure)
    svg = out.getvalue()
    # inside HTML only the element itself is wanted, without the XML head and its addresses
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.S)
    return svg.replace('xmlns:xlink="http://www.w3.org/1999/xlink"', "")


def deviates(rates: ArrayLike) -> NDArray[np.float64]:
    """Rates 0..1 -> normal deviates, in which Gaussian scores give straight DET curves."""
    clipped = np.clip(np.asarray(rates, dtype=np.float64), DET_FLOOR, 1 - DET_FLOOR)
    return np.asarray(np.vectorize(NormalDist().inv_cdf, otypes=[float])(clipped))


def set_det_axes(axes: Axes) -> None:
    """Normal-deviate axes of a DET curve (ISO/IEC 19795-1): APCER across, BPCER up."""
    ticks, names = deviates(list(DET_TICKS)), list(DET_TICKS.values())
    axes.set_xticks(ticks, names)
    axes.set_yticks(ticks, names)
    low, high = NormalDist().inv_cdf(8e-4), NormalDist().inv_cdf(0.9)
    axes.set(xlim=(low, high), ylim=(low, high))
    axes.grid(color=GRID)
    axes.set_xlabel("APCER: attacks passed, %")
    axes.set_ylabel("BPCER: live faces refused, %")


SPECIES = ("#D55E00", "#CC79A7", "#E69F00", "#56B4E9", "#009E73", "#8C564B")


def histogram(scores: ScoreSet, threshold: Threshold) -> str:
    """Score distributions of live faces and of each PAI species, with the threshold."""

    def draw(axes: Axes) -> None:
        floor = max(float(scores.score.min()), 1e-5)
        top = max(float(scores.score.max()), floor * 2)
        bins = np.geomspace(floor, top * 1.001, 41)
        clipped = np.maximum(scores.score, floor)
        for name, colour, chosen in _classes(scores):
            weights = np.full(int(chosen.sum()), 100 / max(int(chosen.sum()), 1))
            axes.hist(
                clipped[chosen],
                bins.tolist(),
                weights=weights,
                color=colour,
                alpha=0.55,
                label=as_label(name),
            )
        if threshold.value > 0:
            axes.axvline(threshold.value, color=INK, lw=1.2, ls="--", label="threshold")
        axes.set_xscale("log")
        axes.set_xlabel("spoof score, higher = more likely an attack")
        axes.set_ylabel("% of its class")
        axes.legend(frameon=False, fontsize=8)

    return drawn(draw)


def roc(scores: ScoreSet, threshold: Threshold) -> str:
    """Attacks caught over live faces refused."""

    def draw(axes: Axes) -> None:
        points = det_curve(scores)
        axes.plot(100 * points[:, 2], 100 * (1 - points[:, 1]), color=LIVE, lw=1.8)
        rates = error_rates(scores, threshold)
        axes.plot(
            100 * rates.bpcer.value, 100 * (1 - rates.far.value), "o", color=ATTACK,
            label="at the threshold", clip_on=False,
        )  # fmt: skip
        axes.plot([0, 100], [0, 100], color="#bbbbbb", lw=0.8, ls=":")
        axes.set(xlim=(-1, 101), ylim=(-1, 101))
        axes.set_xlabel("BPCER: live faces refused, %")
        axes.set_ylabel("attacks caught, %")
        axes.legend(frameon=False, fontsize=8, loc="lower right")

    return drawn(draw, 4.2, 3.6)


def det(scores: ScoreSet, threshold: Threshold, *, pooled: bool = True) -> str:
    """Detection error trade-off on normal-deviate axes (ISO/IEC 19795-1), a line a species.

    The threshold is marked where all attacks are pooled, or else on each line. Of many species
    those with the highest APCER are drawn.
    """
    rates = error_rates(scores, threshold)
    worst = sorted(scores.species, key=lambda name: -rates.apcer_by_pai[name].value)
    drawn_species = sorted(worst[:MOST_LINES])

    def draw(axes: Axes) -> None:
        for index, species in enumerate(drawn_species):
            chosen = (scores.label == 0) | scores.pais.named(species)
            pais = scores.pais.rows(chosen)
            part = ScoreSet.of(scores.score[chosen], scores.label[chosen], pais)
            points = deviates(det_curve(part)[:, 1:])
            colour = SPECIES[index % len(SPECIES)]
            dash = "-" if index < len(SPECIES) else "--"
            x, y = points.T
            axes.plot(x, y, dash, lw=1.6, label=as_label(shorten(species)), color=colour)
            if not pooled:
                x, y = deviates([rates.apcer_by_pai[species].value, rates.bpcer.value])
                axes.plot(x, y, "o", color=colour, ms=7, mec="white", clip_on=False)
        if pooled:
            x, y = deviates([rates.far.value, rates.bpcer.value])
            axes.plot(x, y, "o", color=INK, label="at the threshold, pooled")
        set_det_axes(axes)
        some = len(drawn_species) < len(scores.species)
        title = f"{len(drawn_species)} of {len(scores.species)}, highest APCER" if some else None
        axes.legend(frameon=False, fontsize=8, title=title, title_fontsize=8)

    return drawn(draw, 4.2, 3.6)


def shorten(name: str) -> str:
    """A species as a legend has room for it."""
    return name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1]}…"


def species_bars(scores: ScoreSet, threshold: Threshold) -> str:
    """APCER of each species and BPCER with 95 % Clopper-Pearson intervals."""
    rates = error_rates(scores, threshold)
    rows = [(f"APCER {s}", r, ATTACK) for s, r in rates.apcer_by_pai.items()]
    rows.append(("BPCER", rates.bpcer, LIVE))

    def draw(axes: Axes) -> None:
        for at, (name, rate, colour) in enumerate(reversed(rows)):
            low, high = clopper_pearson(rate.errors, rate.total)
            axes.barh(at, 100 * rate.value, color=colour, alpha=0.75, height=0.55)
            axes.plot([100 * low, 100 * high], [at, at], color=INK, lw=1.3)
            label = f"{name}  ({rate.errors}/{rate.total})"
            axes.text(100 * high + 1, at, as_label(label), va="center", fontsize=8)
        axes.set(xlim=(0, 140), yticks=[], xticks=[0, 20, 40, 60, 80, 100])
        axes.set_xlabel("error rate, % (line: 95 % interval)")

    return drawn(draw, 5.4, 0.7 + 0.42 * len(rows))


def training_curves(history: list[dict[str, Any]]) -> tuple[str, str]:
    """Losses over steps, and dev metrics over steps."""

    def series(name: str) -> tuple[list[int], list[float]]:
        rows = [r for r in history if r.get(name)]
        return [int(r["step"]) for r in rows], [float(r[name]) for r in rows]

    def losses(axes: Axes) -> None:
        # whatever terms the method's loss has; the log's header names them
        header = [n.removeprefix("train/") for n in history[0] if n.startswith("train/")]
        for name, colour in zip(header, (INK, LIVE, "#009E73", ATTACK, *SPECIES), strict=False):
            x, y = series(f"train/{name}")
            axes.plot(x, np.maximum(y, 1e-4), color=colour, lw=1.2, label=as_label(name))
        axes.set_yscale("log")
        axes.set_xlabel("optimiser step")
        axes.set_ylabel("training loss")
        axes.legend(frameon=False, fontsize=8)

    def dev(axes: Axes) -> None:
        for name, colour in (("acer", ATTACK), ("eer", LIVE)):
            x, y = series(f"dev/{name}")
            axes.plot(
                x, 100 * np.array(y), "o-", ms=3, color=colour, lw=1.2, label=as_label(name.upper())
            )
        axes.set_ylim(bottom=0)
        axes.set_xlabel("optimiser step")
        axes.set_ylabel("on dev, %")
        axes.legend(frameon=False, fontsize=8)

    return drawn(losses, 4.2, 2.8), drawn(dev, 4.2, 2.8)


def _classes(scores: ScoreSet) -> list[tuple[str, str, Any]]:
    out: list[tuple[str, str, Any]] = [("live", LIVE, scores.label == 0)]
    for index, species in enumerate(scores.species):
        out.append((species, SPECIES[index % len(SPECIES)], scores.pais.named(species)))
    return out
