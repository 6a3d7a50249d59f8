"""``spoofcue convert-scores``: score files between CSV and bob's columns."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def convert_scores(
    source: Annotated[Path, typer.Argument(help="Score file to read.")],
    target: Annotated[Path, typer.Argument(help="Score file to write.")],
    to: Annotated[str, typer.Option(help="Format to write: csv, bob4 or bob5.")],
    score_format: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="Format of SOURCE: csv, bob4 or bob5. Default: recognised from its first line.",
        ),
    ] = None,
) -> None:
    """Convert a score file; bob's scores are higher for bona fide, so their sign is reversed."""
    from spoofcue.metrics.score_files import as_format, read_scores, write_scores

    kind = as_format(score_format) if score_format else None
    write_scores(read_scores(source, kind), target, as_format(to))
