"""Matplotlib as all our figures use it: one style, PNG and SVG, panels of faces, colour bars."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spoofcue.plain_text import as_label
from spoofcue.report.plots import INK, LIVE, SPECIES, STYLE
from spoofcue.whole_files import whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 300
WIDTH_IN = 7.0  # two columns of a paper
HEAT = "inferno"  # perceptually uniform, black where there is nothing
MARKERS = "os^Dv*PX<>p"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure that was written.

    Attributes:
        name: of its files, without suffix.
        title: a line for headings.
        caption: what it shows and how it was made.
        photographs: whether it holds faces (a page then takes the PNG) or lines only (the SVG).
        files: kind (png, svg, html) -> file name.
        facts: numbers and choices, for programs.

    """

    name: str
    title: str
    caption: str
    photographs: bool
    files: dict[str, str]
    facts: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """As figures.json lists it."""
        head = {"name": self.name, "title": self.title, "caption": self.caption}
        return {**head, "photographs": self.photographs, **self.files, "facts": self.facts}


@contextmanager
def canvas(width: float, height: float) -> Iterator[Figure]:
    """A figure in inches, in our style; closed afterwards."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    small: Any = {
        "font.size": 7.5,
        "axes.linewidth": 0.6,
        "xtick.major.width": 0.6,
        "xtick.minor.width": 0.4,
        "ytick.major.width": 0.6,
        "figure.dpi": DPI,
        "savefig.dpi": DPI,
    }
    with plt.rc_context(STYLE | small):
        figure = plt.figure(figsize=(width, height))
        try:
            yield figure
        finally:
            plt.close(figure)


def save(figure: Figure, folder: Path, name: str) -> dict[str, str]:
    """Write ``name``.png (300 dpi) and ``name``.svg; kind -> file name."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    # Without dates and versions the same run gives the same bytes.
    for kind, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
        target = folder / f"{name}.{kind}"
        with whole(target) as part:
            figure.savefig(part, format=kind, dpi=DPI, facecolor="white", metadata=metadata)
        files[kind] = target.name
    return files


def show(axes: Axes, image: NDArray[Any], scale: float | None = None) -> Any:
    """An image without axes; (h, w) values with ``scale`` as a heat map, (h, w, 3) as it is.

    The colour goes with the square root of the value, as in the gallery: cue maps are sparse, and
    on a linear scale only their few peaks would show.
    """
    from matplotlib.colors import PowerNorm

    axes.set_axis_off()
    if scale is None:
        return axes.imshow(image, interpolation="antialiased")
    norm = PowerNorm(0.5, vmin=0, vmax=scale, clip=True)
    return axes.imshow(image, cmap=HEAT, norm=norm, interpolation="antialiased")


def place(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Axes at a place in inches from the figure's top left corner."""
    w, h = figure.get_size_inches()
    return figure.add_axes((left / w, 1 - (top + height) / h, width / w, height / h))


def shown(kind: str, longest: int = 9) -> str:
    """A kind as text of a figure: at most three lines of at most ``longest`` letters.

    Lines end after ``-``, ``_``, ``/`` and blanks and before capitals (Mask_HalfMask).
    """
    lines = [""]
    for word in re.findall(r"[A-Z]*[^A-Z\-_/ ]*[\-_/ ]?", kind):
        for start in range(0, len(word), longest):
            part = word[start : start + longest]
            if len(lines[-1]) + len(part) > longest:
                lines.append("")
            lines[-1] += part
    if len(lines) > 3:
        lines = [*lines[:2], lines[2][: longest - 1] + "…"]
    return "\n".join(line.rstrip() for line in lines)


def label(
    figure: Figure,
    x: float,
    y: float,
    text: str,
    align: str,
    *,
    size: float = 7.5,
    bold: bool = False,
) -> None:
    """At a place in inches from the top left corner; ``y`` is the middle of the line."""
    w, h = figure.get_size_inches()
    figure.text(
        x / w, 1 - y / h, as_label(text), ha=align, va="center_baseline", linespacing=1.1,
        color=INK, fontsize=size, fontweight="bold" if bold else "normal",
    )  # fmt: skip


def colour_bar(
    figure: Figure, heat: Any, axes: Axes, scale: float, unit: str, *, flat: bool = False
) -> None:
    """A bar, upright or ``flat``, with its unit; its end is labelled with ``scale`` itself."""
    power = 0 if 0.01 <= scale <= 1 else int(np.floor(np.log10(scale)))
    way: Any = "horizontal" if flat else "vertical"
    bar = figure.colorbar(heat, cax=axes, extend="max", extendfrac=0.025, orientation=way)
    # Round numbers about evenly spaced along a bar whose length goes with the square root.
    round_ = [
        0.0,
        *(_rounded(scale * part) for part in ((0.25,) if flat else (0.04, 0.16, 0.36, 0.62))),
    ]
    ticks = [t for t in dict.fromkeys(round_) if t < 0.85 * scale]
    ends = [f"{t / 10**power:g}" for t in ticks]
    bar.set_ticks([*ticks, scale], labels=[*ends, f"{scale / 10**power:.3g}"])
    bar.set_label(f"{unit} (×{ten_to(power)})" if power else unit)
    bar.outline.set_linewidth(0.4)
    axes.minorticks_off()
    axes.tick_params(length=2, pad=2)
    if flat:  # beside other bars: the labels at the ends stay inside
        names = axes.get_xticklabels()
        names[0].set_horizontalalignment("left")
        names[-1].set_horizontalalignment("right")


def number(value: float) -> str:
    """Three digits, with a power of ten where one is needed: 2.07×10⁻⁴."""
    if value == 0 or 0.01 <= abs(value) < 1000:
        return f"{value:.3g}".replace("-", "−")
    power = int(np.floor(np.log10(abs(value))))
    return f"{value / 10**power:.2f}×{ten_to(power)}"


def ten_to(power: int) -> str:
    """10 with the power in raised digits."""
    return "10" + str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def looks(kinds: list[str]) -> dict[str, tuple[str, str]]:
    """Kind -> colour and marker; the same kind looks alike in all figures of a run."""
    species = [k for k in kinds if k != "live"]
    return {
        "live": (LIVE, "o"),
        **{
            k: (SPECIES[i % len(SPECIES)], MARKERS[1 + i % (len(MARKERS) - 1)])
            for i, k in enumerate(species)
        },
    }


def _rounded(value: float) -> float:
    """The nearest of 1, 2, 3, 5 times a power of ten, without the noise of floating point."""
    power = int(np.floor(np.log10(value)))
    return float(f"{min((1, 2, 3, 5, 10), key=lambda k: abs(k - value / 10**power))}e{power}")
