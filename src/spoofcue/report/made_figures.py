"""The figures that `spoofcue figures` left in a run folder."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from spoofcue.errors import InputError

FIGURES, INDEX = "figures", "figures.json"
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
        InputError: the list is damaged, or names a file that is not there.

    """
    folder = run / FIGURES
    if not (folder / INDEX).is_file():
        return []
    try:
        entries: list[dict[str, Any]] = json.loads((folder / INDEX).read_text("utf-8"))["figures"]
        return [_figure(entry, folder) for entry in entries]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder} is damaged ({error}); run `spoofcue figures {run}` again."
        ) from error


def _figure(entry: dict[str, Any], folder: Path) -> Figure:
    picture = _photo(folder / entry["png"]) if entry["photographs"] else _svg(folder / entry["svg"])
    return Figure(entry["title"], entry["caption"], picture, entry.get("html"))


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
