"""``spoofcue serve-key``: an API key for the service, shown once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spoofcue.cli.console import remark, say


def serve_key(
    name: Annotated[
        str, typer.Argument(help="Who gets the key; letters, digits, dots, dashes, underscores.")
    ],
    keys: Annotated[
        Path,
        typer.Option(help="File of the service's keys, one a line; made if it is not there."),
    ] = Path("spoofcue-keys.jsonl"),
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="What the key may do: check, metrics or fit; may be repeated. Default: check."
        ),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(help="Checks per second that it may ask for. Default: the service's --rate."),
    ] = None,
    burst: Annotated[
        int | None,
        typer.Option(help="Checks that may come at once within it. Default: the service's."),
    ] = None,
) -> None:
    """Make an API key and print it once; the file holds its hash alone.

    To take a key back, delete its line; a service that runs sees it within a second.
    """
    from spoofcue.serving.keys import new_key

    key = new_key(keys, name, tuple(scope or ["check"]), rate=rate, burst=burst)
    say(key)
    remark(f"added to {keys}; the key is shown this once.")
