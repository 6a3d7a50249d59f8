"""``spoofcue model card``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def card(
    package: Annotated[Path, typer.Argument(help="Package folder or .spoofcue file.")],
    section: Annotated[
        Path | None,
        typer.Option(
            "--with",
            help="YAML with intended_use, not_for, training_data, evaluation, limitations, "
            "fairness, licence, source; replaces the package's own section.",
        ),
    ] = None,
    evaluation: Annotated[
        list[str] | None,
        typer.Option(help="NAME=metrics.json of `spoofcue evaluate`, to add; repeatable."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The new package: a folder or NAME.spoofcue.")
    ] = None,
) -> None:
    """Print a package's model card; with --with or --evaluation, write a copy with another one."""
    from spoofcue.errors import InputError
    from spoofcue.package.card import model_card
    from spoofcue.package.read import read_package

    read = read_package(package)
    if section is None and not evaluation:
        if out is not None:
            raise InputError("--out goes with --with or --evaluation; there is nothing to change.")
        typer.echo(model_card(read.spec), nl=False)
        return
    if out is None:
        raise InputError("--out: where shall the package with the new card go?")
    from spoofcue.package.card_writing import parse_evaluation, read_card, write_card

    made = write_card(
        read,
        out,
        None if section is None else read_card(section),
        [parse_evaluation(text) for text in evaluation or []],
    )
    typer.echo(f"{out}: {made.id}")
