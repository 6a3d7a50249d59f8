"""The figures that `spoofcue figures` left in a run folder."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from spoofcue.errors import InputError
from spoofcue.records.figure_index import (
    FIGURE_INDEX,
    FIGURES_FOLDER,
    FigureEntry,
    FigureIndex,
)

WIDEST_PX = 1720  # twice what the page shows


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure for the page.

    Attributes:
        title: above it.
        caption: below it.
        picture: data URI.
        interactive: name of its interactive twin, None if it has none.

    """

    title: str
    caption: str
    picture: str
    interactive: str | None


def read_figures(run: Path) -> list[Figure]:
    """What ``run``/figures/figures.json lists; empty without that file.

    Raises:
        InputError: the list cannot be used, or names a picture that is not there.

    """
    folder = run / FIGURES_FOLDER
    if not (folder / FIGURE_INDEX).is_file():
        return []
    index = FigureIndex.read(folder / FIGURE_INDEX)
    try:
        return [_figure(entry, folder) for entry in index.figures]
    except (OSError, ValueError) as error:
        raise InputError(f"{folder} is damaged ({error}). {FigureIndex.REMEDY}") from error


def _figure(entry: FigureEntry, folder: Path) -> Figure:
    picture = _photo(folder / entry.png) if entry.photographs else _svg(folder / entry.svg)
    return Figure(entry.title, entry.caption, picture, entry.html)


def _svg(path: Path) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(path.read_bytes()).decode()}"


def _photo(path: Path) -> str:
    """A figure of faces, at the page's size: as PNG it would outweigh all the rest."""
    with Image.open(path) as image:
        small = image.convert("RGB")
        small.thumbnail((WIDEST_PX, 4 * WIDEST_PX))
    data = io.BytesIO()
    small.save(data, "JPEG", quality=88)
    return f"data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode()}"
