"""DET curves of several methods in one plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spoofcue.compare.contest import Contest
from spoofcue.compare.standings import Judged, Standings
from spoofcue.metrics.curves import det_curve
from spoofcue.metrics.rates import error_rates
from spoofcue.plain_text import as_label
from spoofcue.report.plots import DET_FLOOR, GRID, INK, deviates, drawn, set_det_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's colours, told apart also by dashes and markers where colour is not seen.
COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#8C564B",
    "#7F7F7F",
    "#7B61C9",
)
DASHES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
MOST_THIN = 12  # curves of single trainings of one method, beyond which they hide the mean


def det_curves(contest: Contest, standings: Standings, order: Sequence[str]) -> str:
    """A line a method: the mean BPCER of its folds and seeds at each pooled APCER; inline SVG.

    A method's place in ``order`` gives its colour, on all plots of a page. Thin lines are single
    trainings; the marker is the mean error at the dev thresholds. Text and grid take the page's
    colours, so that it can be dark.
    """

    def draw(axes: Axes) -> None:
        for method in contest.methods:
            index = order.index(method)
            members = [j for j in standings.judged if j.method == method]
            colour = colour_of(index)
            if 1 < len(members) <= MOST_THIN:
                for member in members:
                    x, y = _line([member])
                    axes.plot(x, y, lw=0.7, alpha=0.3, color=colour)
            x, y = _line(members)
            dash = DASHES[index // 2 % len(DASHES)]
            axes.plot(x, y, lw=1.8, color=colour, ls=dash)
            marker = MARKERS[index % len(MARKERS)]
            axes.plot([], [], marker=marker, lw=1.8, color=colour, ls=dash, label=as_label(method))
            axes.plot(*_point(members), marker, color=colour, ms=6, clip_on=False)
        set_det_axes(axes)
        axes.legend(frameon=False, fontsize=8, labelcolor=INK)

    svg = drawn(draw, 4.6, 3.9)
    svg = svg.replace(' xmlns="http://www.w3.org/2000/svg"', "")  # not needed inside HTML
    return svg.replace(INK, "currentColor").replace(GRID, "var(--line)")


def colour_of(index: int) -> str:
    """The colour of the n-th method, on the whole page."""
    return COLOURS[index % len(COLOURS)]


def mean_curve(members: list[Judged], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """(K,) the mean over the members of the BPCER that goes with a pooled APCER of at most ``at``.

    Averaged at equal APCER and not at equal thresholds: those of two networks mean nothing to
    each other.
    """
    curves = []
    for member in members:
        points = det_curve(member.scores)  # by rising threshold: APCER rises
        last = np.searchsorted(points[:, 1], at, side="right") - 1
        curves.append(points[last, 2])
    return np.mean(curves, axis=0)


def _line(members: list[Judged]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    steps = {float(v) for j in members for v in det_curve(j.scores)[:, 1]}
    inside = sorted(v for v in steps if v > DET_FLOOR)
    # Each step twice, just before it and on it, so that it is drawn upright.
    at = np.array([DET_FLOOR, *(v for s in inside for v in (s - 1e-9, s))])
    return deviates(at), deviates(mean_curve(members, at))


def _point(members: list[Judged]) -> tuple[float, float]:
    rates = [error_rates(j.scores, j.threshold) for j in members]
    mean = np.mean([[r.far.value, r.bpcer.value] for r in rates], axis=0)
    x, y = deviates(mean)
    return float(x), float(y)
