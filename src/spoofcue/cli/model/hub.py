"""``spoofcue model push`` and ``pull``: packages on a model hub."""

from __future__ import annotations

from pathlib import Path

import click

from spoofcue.cli.options import PATH


@click.command()
@click.argument("package", type=PATH, help="Package folder or .spoofcue file.")
@click.argument("to", help="Repository as hf:owner/name; created if it does not exist.")
@click.option("--private", is_flag=True, help="Make a new repository private.")
@click.option("--revision", help="Branch to write; created if it does not exist. Default: main.")
@click.option("--message", help="Message of the commit. Default: `Add ID`.")
def push(
    package: Path,
    to: str,
    private: bool,
    revision: str | None,
    message: str | None,
) -> None:
    """Check a package and send its files to the Hugging Face hub, in one commit.

    Log in with `hf auth login`, or set HF_TOKEN. HF_ENDPOINT names another hub.
    """
    from dataclasses import replace

    from spoofcue.cli.console import say, still_at
    from spoofcue.errors import InputError
    from spoofcue.package.hub import HubPlace, push_package

    place = HubPlace.of(to)
    if place.revision and revision and place.revision != revision:
        raise InputError(f"{to} and --revision {revision}: name one branch.")
    place = replace(place, revision=revision or place.revision)
    with still_at("sending"):
        done = push_package(package, place, private=private, message=message)
    say(f"{place}: {done.id}, commit {done.commit[:12]}, {done.url}")


@click.command()
@click.argument("source", help="Repository as hf:owner/name or hf:owner/name@revision.")
@click.option(
    "--out", type=PATH, required=True, help="Package to write: a folder or NAME.spoofcue."
)
def pull(
    source: str,
    out: Path,
) -> None:
    """Download a package from the Hugging Face hub, check all of it, and write it to --out.

    Only the package's files are downloaded. Files in the hub's cache are not downloaded again;
    with HF_HUB_OFFLINE=1 no network is used at all.
    """
    from spoofcue.cli.console import say, still_at
    from spoofcue.package.hub import HubPlace, pull_package

    with still_at("downloading"):
        package = pull_package(HubPlace.of(source), out)
    say(f"{out}: sound; {package.id}, {package.spec.weights}")
