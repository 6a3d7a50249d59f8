"""``spoofcue serve-key``: an API key for the service, shown once."""

from __future__ import annotations

from pathlib import Path

import click

from spoofcue.cli.console import remark, say
from spoofcue.cli.options import PATH


@click.command()
@click.argument("name", help="Who gets the key; letters, digits, dots, dashes, underscores.")
@click.option(
    "--keys",
    type=PATH,
    default=Path("spoofcue-keys.jsonl"),
    help="File of the service's keys, one a line; made if it is not there.",
)
@click.option(
    "--scope",
    multiple=True,
    help="What the key may do: check, metrics or fit; may be repeated. Default: check.",
)
@click.option(
    "--rate",
    type=float,
    help="Checks per second that it may ask for. Default: the service's --rate.",
)
@click.option(
    "--burst", type=int, help="Checks that may come at once within it. Default: the service's."
)
def serve_key(
    name: str,
    keys: Path,
    scope: tuple[str, ...],
    rate: float | None,
    burst: int | None,
) -> None:
    """Make an API key and print it once; the file holds its hash alone.

    To take a key back, delete its line; a service that runs sees it within a second.
    """
    from spoofcue.serving.keys import new_key

    key = new_key(keys, name, tuple(scope or ["check"]), rate=rate, burst=burst)
    say(key)
    remark(f"added to {keys}; the key is shown this once.")
