"""The averaged cue maps as a figure."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from spoofcue.faces.crop import DEFAULT_MARGIN
from spoofcue.figures.canvas import (
    HEAT,
    WIDTH_IN,
    Drawn,
    canvas,
    colour_bar,
    label,
    number,
    place,
    save,
    show,
    shown,
)
from spoofcue.figures.run import FigureRun
from spoofcue.figures.where import FACES_A_KIND, RASTER_PX, MeanFace

LABEL_IN, GAP_IN, BAR_IN = 0.8, 0.05, 0.72
ROWS = ("mean face", "mean cue\nmagnitude", "both")
PER_LINE = 8


def draw_where(run: FigureRun, means: dict[str, MeanFace], out: Path) -> Drawn:
    """Write where.png and .svg.

    Args:
        run: that the averages are of.
        means: as of :func:`spoofcue.figures.where.mean_faces`.
        out: folder.

    """
    scale = float(np.nanpercentile(np.stack([m.magnitude for m in means.values()]), 99.5))
    scale = max(scale, float(np.finfo(np.float32).tiny))
    files = _draw(means, scale, out)
    return Drawn(
        "where",
        "Where on the face the evidence lies",
        f"Mean cue magnitude over aligned test faces of {run.name}, live and each attack "
        "instrument: "
        f"{', '.join(f'{m.faces} {k}' for k, m in means.items())} faces (at most {FACES_A_KIND} of "
        "a kind, evenly spaced). Each face is cut to the square about its face box with "
        f"{100 * DEFAULT_MARGIN:.0f} % margin on each side and resized to {RASTER_PX} px before "
        "averaging; no landmark is used, so poses blur. One colour scale (colour by the square "
        f"root): black = 0, brightest = {number(scale)}, the 99.5th percentile of these means. "
        "Last row: the map over the mean face in grey, the more opaque the stronger.",
        True,
        files,
        {"scale": scale, "faces": {k: m.faces for k, m in means.items()},
         "mean": {k: float(np.nanmean(m.magnitude)) for k, m in means.items()}},
    )  # fmt: skip


def _draw(means: dict[str, MeanFace], scale: float, out: Path) -> dict[str, str]:
    import matplotlib as mpl

    columns = min(len(means), PER_LINE)
    lines = -(-len(means) // columns)
    side = min((WIDTH_IN - LABEL_IN - BAR_IN - GAP_IN * (columns - 1)) / columns, 1.3)
    names = {k: shown(k, int(side / 0.072)) for k in means}
    above = 0.13 * max(n.count("\n") + 1 for n in names.values())
    head = 0.21 + above
    line_height = head + 3 * (side + GAP_IN)
    width = LABEL_IN + columns * (side + GAP_IN) + BAR_IN
    height = lines * line_height
    with canvas(width, height) as figure:
        heat = None
        for index, (kind, mean) in enumerate(means.items()):
            line, column = divmod(index, columns)
            left, top = LABEL_IN + column * (side + GAP_IN), line * line_height + head
            label(figure, left + side / 2, top - 0.16 - above / 2, names[kind], "center", bold=True)
            label(figure, left + side / 2, top - 0.08, f"n = {mean.faces}", "center", size=6.5)
            tops = [top + k * (side + GAP_IN) for k in range(3)]
            show(place(figure, left, tops[0], side, side), mean.face)
            values = np.nan_to_num(mean.magnitude)
            heat = show(place(figure, left, tops[1], side, side), values, scale)
            grey = np.repeat(mean.face.mean(axis=2, keepdims=True) / 255, 3, axis=2)
            level = np.sqrt(np.clip(values / scale, 0, 1))[..., None]
            warm = mpl.colormaps[HEAT](level[..., 0])[..., :3]
            show(
                place(figure, left, tops[2], side, side),
                grey * 0.85 * (1 - 0.85 * level) + warm * 0.85 * level,
            )
            if column == 0:
                for y, text in zip(tops, ROWS, strict=True):
                    label(figure, LABEL_IN - 0.07, y + side / 2, text, "right")
        bar_left = LABEL_IN + columns * (side + GAP_IN) - GAP_IN + 0.1
        axes = place(figure, bar_left, head, 0.09, 3 * side + 2 * GAP_IN)
        colour_bar(figure, heat, axes, scale, "mean cue magnitude, mean |C|")
        return save(figure, out, "where")
