"""``spoofcue model push`` and ``pull``: packages on a model hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def push(
    package: Annotated[Path, typer.Argument(help="Package folder or .spoofcue file.")],
    to: Annotated[str, typer.Argument(help="hf:owner/name; made if it is not there.")],
    private: Annotated[bool, typer.Option("--private", help="Of a new repository.")] = False,
    revision: Annotated[
        str | None, typer.Option(help="Branch; made if it is not there. Default: main.")
    ] = None,
    message: Annotated[str | None, typer.Option(help="Of the commit.")] = None,
) -> None:
    """Check a package and send its files to the Hugging Face hub, in one commit.

    Log in with `hf auth login`, or set HF_TOKEN. HF_ENDPOINT names another hub.
    """
    from dataclasses import replace

    from spoofcue.errors import InputError
    from spoofcue.package.hub import HubPlace, push_package

    place = HubPlace.of(to)
    if place.revision and revision and place.revision != revision:
        raise InputError(f"{to} and --revision {revision}: name one branch.")
    place = replace(place, revision=revision or place.revision)
    done = push_package(package, place, private=private, message=message)
    typer.echo(f"{place}: {done.id}, commit {done.commit[:12]}, {done.url}")


def pull(
    source: Annotated[str, typer.Argument(help="hf:owner/name or hf:owner/name@revision.")],
    out: Annotated[Path, typer.Option(help="A folder or NAME.spoofcue.")],
) -> None:
    """Download a package from the Hugging Face hub, check it whole, and keep it.

    Only the package's files are downloaded. What is in the hub's cache already is taken from
    there, with HF_HUB_OFFLINE=1 without any network.
    """
    from spoofcue.package.hub import HubPlace, pull_package

    package = pull_package(HubPlace.of(source), out)
    typer.echo(f"{out}: sound; {package.id}, {package.spec.format} {package.spec.precision}")
