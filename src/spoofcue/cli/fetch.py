"""``spoofcue fetch``: files that are not part of the package."""

from __future__ import annotations

from pathlib import Path

import click

from spoofcue.cli.groups import CommandGroup
from spoofcue.cli.options import PATH

app = CommandGroup("fetch", help="Download optional files, checked by SHA-256.")


@app.command()
@click.option(
    "--to", type=PATH, help="Folder to write. Default: in $SPOOFCUE_CACHE, or ~/.cache/spoofcue."
)
def portraits(
    to: Path | None,
) -> None:
    """Download 200 portraits of people who do not exist (CC0), for `benchmark openpad`."""
    from spoofcue.cli.console import progress_bar, say
    from spoofcue.experiments.identities import fetch_portraits

    with progress_bar("downloading", 200) as progress:
        folder = fetch_portraits(to, progress=progress)
    say(folder)
