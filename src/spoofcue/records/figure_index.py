"""The figures that `spoofcue figures` drew of a run: figures.json, which the report reads."""

from __future__ import annotations

from typing import Any, ClassVar

from spoofcue.records.stored import Part, Record

FIGURES_FOLDER, FIGURE_INDEX = "figures", "figures.json"


class FigureEntry(Part):
    """A figure, with its files relative to the folder of figures.json.

    Attributes:
        name: of its files, without suffix.
        title: a line for headings.
        caption: what it shows and how it was made.
        photographs: whether it holds faces (a page then takes the PNG) or lines only (the SVG).
        png, svg: its files.
        html: its interactive twin, None if it has none.
        facts: numbers and choices, for programs.

    """

    name: str
    title: str
    caption: str
    photographs: bool
    png: str
    svg: str
    html: str | None = None
    facts: dict[str, Any]

    @property
    def files(self) -> list[str]:
        """Those that there are."""
        return [name for name in (self.png, self.svg, self.html) if name is not None]


class FigureIndex(Record):
    """figures.json.

    Attributes:
        run: name of the run.
        model: that was evaluated, None if its id is not known.
        spoofcue: version that drew.
        figures: in the order of the page.
        skipped: part -> why it was not drawn.

    """

    KIND: ClassVar[str] = "a list of figures, as `spoofcue figures` writes it"
    REMEDY: ClassVar[str] = "Run `spoofcue figures` on the run again."

    run: str
    model: str | None
    spoofcue: str
    figures: list[FigureEntry]
    skipped: dict[str, str]
