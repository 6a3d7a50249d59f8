"""The sheet of several runs as a figure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spoofcue.figures.canvas import (
    WIDTH_IN,
    canvas,
    colour_bar,
    label,
    number,
    place,
    save,
    show,
    shown,
)
from spoofcue.figures.variants import DETAIL, Scale, VariantSheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LABEL_IN, GAP_IN, BETWEEN_IN, BAR_IN, TEXT_IN = 0.72, 0.03, 0.1, 0.72, 0.16
LEAST_IN, LINE_IN, RIGHT_IN = 0.55, 0.12, 0.16


def draw_sheet(sheet: VariantSheet, scale: Scale, out: Path, name: str) -> dict[str, str]:
    """Write ``name``.png and .svg; kind -> file name."""
    runs = len(sheet.titles)
    pairs = runs + sum(sheet.own_input)
    room = WIDTH_IN - LABEL_IN - (pairs - 1) * BETWEEN_IN - pairs * GAP_IN
    room -= BAR_IN if scale == "common" else RIGHT_IN
    # Many runs make a wide figure rather than one that nobody can read.
    side = min(max(room / (2 * pairs), LEAST_IN), 1.1)
    pair = 2 * side + GAP_IN + BETWEEN_IN
    lines = max(len(t) for t in sheet.titles)
    head = 0.1 + lines * LINE_IN + 0.15
    row_height = side + TEXT_IN
    bar_below = 0.46 if scale == "own" else 0.0
    width = LABEL_IN + pairs * pair - BETWEEN_IN + (BAR_IN if scale == "common" else RIGHT_IN)
    height = head + len(sheet.kinds) * row_height + bar_below
    with canvas(width, height) as figure:
        left = LABEL_IN
        for run in range(runs):
            if sheet.own_input[run]:
                what = "face" if run == 0 else "face as this run sees it"
                _heads(figure, left, side, [what], head)
                _faces(figure, sheet, run, left, side, head)
                left += pair
            _heads(figure, left, side, sheet.titles[run], head)
            heat = _maps(figure, sheet, run, left, side, head)
            if scale == "own":
                at = head + len(sheet.kinds) * row_height + 0.04
                axes = place(figure, left, at, 2 * side + GAP_IN, 0.08)
                colour_bar(figure, heat, axes, sheet.scales[run], "mean |C|", flat=True)
            left += pair
        for row, kind in enumerate(sheet.kinds):
            if row == 0 or kind != sheet.kinds[row - 1]:
                y = head + row * row_height + side / 2
                label(figure, LABEL_IN - 0.07, y, shown(kind), "right", bold=True)
        if scale == "common":
            bar = min(len(sheet.kinds) * row_height - TEXT_IN, 2.6)
            axes = place(figure, left - BETWEEN_IN + 0.1, head, 0.09, bar)
            colour_bar(figure, heat, axes, sheet.scales[0], "cue magnitude, mean |C|")
        return save(figure, out, name)


def _heads(figure: Figure, left: float, side: float, lines: list[str], head: float) -> None:
    middle = left + side + GAP_IN / 2
    for k, line in enumerate(lines):
        at = head - 0.19 - (len(lines) - 1 - k) * LINE_IN
        label(figure, middle, at, line, "center", size=7, bold=True)
    label(figure, left + side / 2, head - 0.07, "whole", "center", size=6)
    label(figure, left + 1.5 * side + GAP_IN, head - 0.07, "detail", "center", size=6)


def _faces(
    figure: Figure, sheet: VariantSheet, run: int, left: float, side: float, head: float
) -> None:
    for row, evidence in enumerate(sheet.evidence):
        top = head + row * (side + TEXT_IN)
        axes = place(figure, left, top, side, side)
        face = evidence[run].face
        show(axes, face)
        _frame(axes, *face.shape[:2])
        show(place(figure, left + side + GAP_IN, top, side, side), DETAIL.of(face))


def _maps(
    figure: Figure, sheet: VariantSheet, run: int, left: float, side: float, head: float
) -> object:
    heat: object = None
    for row, evidence in enumerate(sheet.evidence):
        top = head + row * (side + TEXT_IN)
        magnitude, brightest = evidence[run].magnitude, sheet.scales[run]
        axes = place(figure, left, top, side, side)
        heat = show(axes, magnitude, brightest)
        _frame(axes, *magnitude.shape)
        show(place(figure, left + side + GAP_IN, top, side, side), DETAIL.of(magnitude), brightest)
        told = f"score {number(sheet.scores[row][run])}"
        label(figure, left, top + side + 0.06, told, "left", size=6)
    return heat


def _frame(axes: object, height: int, width: int) -> None:
    from matplotlib.axes import Axes
    from matplotlib.patches import Rectangle

    assert isinstance(axes, Axes)
    corner = DETAIL.left * width - 0.5, DETAIL.top * height - 0.5
    size = (DETAIL.right - DETAIL.left) * width, (DETAIL.bottom - DETAIL.top) * height
    axes.add_patch(Rectangle(corner, *size, fill=False, ec="white", lw=0.7))
