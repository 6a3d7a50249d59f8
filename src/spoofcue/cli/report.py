"""``spoofcue report``: one HTML page about a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    run: Annotated[
        Path,
        typer.Argument(
            help="Run folder that was evaluated, or the evaluation of a package or of a folder of "
            "`spoofcue score`."
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="HTML file to write. Default: RUN/report.html.")
    ] = None,
) -> None:
    """Write one self-contained HTML page about a run."""
    from spoofcue.cli.console import say, still_at
    from spoofcue.report.page import write_report

    with still_at("writing the report"):
        page = write_report(run, out)
    say(page)
