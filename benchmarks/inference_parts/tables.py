"""Rows as a Markdown table, which is readable in a terminal too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# head of a column -> name of the field and how it is written
Columns = Mapping[str, tuple[str, str]]

SPEED: Columns = {
    "model": ("model", ""),
    "px": ("side", "d"),
    "batch": ("batch", "d"),
    "runtime": ("runtime", ""),
    "precision": ("precision", ""),
    "images/s": ("images_per_s", ".1f"),
    "ms/image": ("ms_image", ".2f"),
    "best": ("best_ms_image", ".2f"),
    "x eager": ("times_eager", ".2f"),
    "of peak": ("of_peak", ".0%"),
    "MiB": ("peak_mib", ".0f"),
    "+ MiB": ("added_mib", ".0f"),
}
PREDICT: Columns = {
    "model": ("model", ""),
    "runtime": ("runtime", ""),
    "precision": ("precision", ""),
    "input": ("input_px", ""),
    **{name: (name, ".2f") for name in ("decode", "detect", "crop", "network", "rest", "total")},
    "bare network": ("bare", ".2f"),
    "total / bare": ("over_bare", ".2f"),
    "detect, full": ("full_detect", ".2f"),
    "total, full": ("full_total", ".2f"),
}
SEARCH: Columns = {
    "face px": ("face_px", "d"),
    "n": ("n", "d"),
    "full found": ("full_found", "d"),
    "fast found": ("fast_found", "d"),
    "settled small": ("settled", "d"),
    "IoU mean": ("mean_iou", ".3f"),
    "least": ("least_iou", ".3f"),
    "full ms": ("full_ms", ".1f"),
    "fast ms": ("fast_ms", ".1f"),
}
PARITY: Columns = {
    "model": ("model", ""),
    "runtime": ("runtime", ""),
    "precision": ("precision", ""),
    "beside": ("reference", ""),
    "random weights": ("random", ""),
    "n": ("n", "d"),
    "largest": ("largest", ".2e"),
    "mean": ("mean", ".2e"),
    "mean score": ("mean_score", ".4f"),
    "rank correlation": ("rank", ".4f"),
}


def markdown(columns: Columns, rows: Sequence[Any]) -> str:
    """A padded table; what is None is an em dash."""
    cells = [list(columns)]
    for row in rows:
        values = [(getattr(row, name), form) for name, form in columns.values()]
        cells.append(["—" if v is None else format(_plain(v), form) for v, form in values])
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
    lines = [" | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in cells]
    rule = " | ".join("-" * w for w in widths)
    return "\n".join(f"| {line} |" for line in [lines[0], rule, *lines[1:]])


def _plain(value: Any) -> Any:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
