"""``spoofcue fetch``: files that are not part of the package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Download optional files, checked by SHA-256.")


@app.callback()
def _group() -> None:
    """Download optional files, checked by SHA-256."""


@app.command()
def portraits(
    to: Annotated[
        Path | None,
        typer.Option(help="Folder to write. Default: in $SPOOFCUE_CACHE, or ~/.cache/spoofcue."),
    ] = None,
) -> None:
    """Download 200 portraits of people who do not exist (CC0), for `benchmark openpad`."""
    from spoofcue.cli.console import progress_bar, say
    from spoofcue.experiments.identities import fetch_portraits

    with progress_bar("downloading", 200) as progress:
        folder = fetch_portraits(to, progress=progress)
    say(folder)
