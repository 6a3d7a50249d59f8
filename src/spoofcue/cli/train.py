"""``spoofcue train``: fit a method on a prepared folder."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from spoofcue.methods.registry import method_names


def _help_settings(wanted: bool) -> None:
    if not wanted:
        return
    from rich.table import Table

    from spoofcue.cli.console import show
    from spoofcue.config import preset_names
    from spoofcue.methods.settings import describe_settings

    table = Table(title=f"--set key=value; presets: {', '.join(preset_names())}")
    for name in ("key", "default", "meaning"):
        table.add_column(name)
    for row in describe_settings():
        table.add_row(*row)
    show(table)
    raise typer.Exit


def train(
    data: Annotated[
        Path, typer.Option(help="Prepared folder to train on, as `spoofcue prepare` writes it.")
    ],
    out: Annotated[Path, typer.Option(help="Run folder to write.")],
    method: Annotated[
        str | None,
        typer.Option(
            help=f"Method to train: {', '.join(method_names())}. Default: that of the "
            "settings, lgsc."
        ),
    ] = None,
    preset: Annotated[
        str,
        typer.Option(
            help="Named set of settings to begin with: paper, official-code, small, lite or "
            "lite-unet."
        ),
    ] = "paper",
    config: Annotated[
        Path | None,
        typer.Option(help="YAML file with settings that replace those of --preset. Default: none."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Change one setting, as training.epochs=5; may be repeated and wins over --preset "
            "and --config. --help-settings lists all of them.",
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            help="Continue the training in --out from its last checkpoint, after it was killed or "
            "its training.minutes were used up (--set training.minutes=N: N minutes in all)."
        ),
    ] = False,
    help_settings: Annotated[
        bool,
        typer.Option(
            "--help-settings",
            callback=_help_settings,
            is_eager=True,
            help="List every setting with its default and meaning, and stop.",
        ),
    ] = False,
) -> None:
    """Train LGSC (sections 3 and 4.1) or a compared method; choose the epoch on dev."""
    from spoofcue.cli.console import progress_bar, remark, say
    from spoofcue.methods.method import LearnedMethod
    from spoofcue.methods.registry import method_of_name
    from spoofcue.report.training_words import training_words
    from spoofcue.training.any_method import settings_of, train_run
    from spoofcue.training.place import ElsewhereError, place_of

    settings = settings_of(out, method, preset, config, set_, resume=resume)
    # a training by gradient has a bar of its own
    by_gradient = isinstance(method_of_name(settings.method), LearnedMethod)
    bar = nullcontext() if by_gradient else progress_bar("describing faces", 1)
    with bar as progress:
        try:
            record = train_run(data, out, settings, resume=resume, progress=progress)
        except ElsewhereError:
            raise typer.Exit(2) from None  # of several processes one tells it
    place = place_of()
    if place is not None and not place.first:
        return
    best = record.training.best
    judged = "no dev"
    if best and best.dev_acer is not None:
        judged = f"dev ACER {100 * best.dev_acer:.2f} % at threshold {best.threshold:.4f}"
    done = f"fitted {settings.method}"
    if best and best.epoch is not None:
        done = f"kept epoch {best.epoch + 1}"
    say(f"{done}: {judged}")
    say(training_words(record.training))
    remark(f"next: spoofcue evaluate {out}")
