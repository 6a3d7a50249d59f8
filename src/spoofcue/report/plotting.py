"""What every figure shares: the house's matplotlib style, colours, and the axes of DET curves."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
