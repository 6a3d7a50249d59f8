"""``spoofcue model card``: print or replace the model card of a package."""

from __future__ import annotations

from pathlib import Path

import click

from spoofcue.cli.options import PATH


@click.command()
@click.argument("package", type=PATH, help="Package folder or .spoofcue file.")
@click.option(
    "--with",
    "section",
    type=PATH,
    help="YAML file with intended_use, not_for, training_data, evaluation, limitations, "
    "fairness, licence and source; replaces the package's card. Default: it stays.",
)
@click.option(
    "--evaluation",
    multiple=True,
    help="Add the figures of an evaluation: NAME=FILE, the metrics.json of `spoofcue "
    "evaluate`; may be repeated.",
)
@click.option(
    "--out",
    type=PATH,
    help="Package to write: a folder or NAME.spoofcue. Default: the card is printed.",
)
def card(
    package: Path,
    section: Path | None,
    evaluation: tuple[str, ...],
    out: Path | None,
) -> None:
    """Print a package's model card; with --with or --evaluation, write a copy with a new one."""
    from spoofcue.cli.console import say, write_out
    from spoofcue.errors import InputError
    from spoofcue.package.card import model_card
    from spoofcue.package.read import read_package

    read = read_package(package)
    if section is None and not evaluation:
        if out is not None:
            raise InputError("--out goes with --with or --evaluation; there is nothing to change.")
        write_out(model_card(read.spec))
        return
    if out is None:
        raise InputError("give --out, where the package with the new card is written.")
    from spoofcue.package.card_writing import parse_evaluation, read_card, write_card

    made = write_card(
        read,
        out,
        None if section is None else read_card(section),
        [parse_evaluation(text) for text in evaluation],
    )
    say(f"{out}: {made.id}")
