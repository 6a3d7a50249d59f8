"""``spoofcue convert-scores``: score files between CSV and bob's columns."""

from __future__ import annotations

from pathlib import Path

import click

from spoofcue.cli.options import PATH


@click.command()
@click.argument("source", type=PATH, help="Score file to read.")
@click.argument("target", type=PATH, help="Score file to write.")
@click.option("--to", required=True, help="Format to write: csv, bob4 or bob5.")
@click.option(
    "--format",
    "score_format",
    help="Format of SOURCE: csv, bob4 or bob5. Default: recognised from its first line.",
)
def convert_scores(
    source: Path,
    target: Path,
    to: str,
    score_format: str | None,
) -> None:
    """Convert a score file; bob's scores are higher for bona fide, so their sign is reversed."""
    from spoofcue.metrics.score_files import as_format, read_scores, write_scores

    kind = as_format(score_format) if score_format else None
    write_scores(read_scores(source, kind), target, as_format(to))
