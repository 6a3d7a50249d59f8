"""Tables as plain text of at most 100 columns, or as Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spoofcue.plain_text import as_markdown, visible

WIDTH = 100
GAP = "  "
LONGEST = 34  # of a name in a column


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table; the first column names the rows.

    Attributes:
        title: above it.
        note: how to read it; empty for none.
        head: of each column.
        rows: as many cells as the head.

    """

    title: str
    note: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def as_text(sheet: Sheet) -> str:
    """Aligned columns; what is too wide goes on below, with the names again."""
    cells = [[_cut(visible(cell)) for cell in row] for row in (sheet.head, *sheet.rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(sheet.head))]
    parts = [textwrap.fill(visible(text), WIDTH) for text in (sheet.title, sheet.note) if text]
    for columns in _blocks(widths):
        lines = [
            GAP.join(
                row[at].ljust(widths[at]) if at == 0 else row[at].rjust(widths[at])
                for at in columns
            ).rstrip()
            for row in cells
        ]
        rule = "-" * max(len(line) for line in lines)
        parts += ["", lines[0], rule, *lines[1:]]
    return "\n".join(parts)


def markdown(sheet: Sheet) -> str:
    """A heading and a table."""
    lines = [[as_markdown(cell) for cell in row] for row in (sheet.head, *sheet.rows)]
    rule = ["---", *["---:"] * (len(sheet.head) - 1)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in (lines[0], rule, *lines[1:]))
    note = f"{sheet.note}\n\n" if sheet.note else ""
    return f"### {sheet.title}\n\n{note}{table}"


def _blocks(widths: Sequence[int]) -> Iterator[list[int]]:
    """Numbers of the columns that fit beside the first."""
    block, used = [0], widths[0]
    for at, width in enumerate(widths[1:], start=1):
        if used + len(GAP) + width > WIDTH and len(block) > 1:
            yield block
            block, used = [0], widths[0]
        block.append(at)
        used += len(GAP) + width
    yield block


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
