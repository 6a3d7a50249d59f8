"""``spoofcue train``: fit a method on a prepared folder."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import click
from click.exceptions import Exit

from spoofcue.cli.options import PATH
from spoofcue.methods.registry import method_names


def _help_settings(context: click.Context, option: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
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
    raise Exit(0)


@click.command()
@click.option(
    "--data",
    type=PATH,
    required=True,
    help="Prepared folder to train on, as `spoofcue prepare` writes it.",
)
@click.option("--out", type=PATH, required=True, help="Run folder to write.")
@click.option(
    "--method",
    help=f"Method to train: {', '.join(method_names())}. Default: that of the settings, lgsc.",
)
@click.option(
    "--preset",
    default="paper",
    help="Named set of settings to begin with: paper, official-code, small, lite or lite-unet.",
)
@click.option(
    "--config",
    type=PATH,
    help="YAML file with settings that replace those of --preset. Default: none.",
)
@click.option(
    "--set",
    "set_",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change one setting, as training.epochs=5; may be repeated and wins over --preset "
    "and --config. --help-settings lists all of them.",
)
@click.option(
    "--resume/--no-resume",
    default=False,
    help="Continue the training in --out from its last checkpoint, after it was killed or "
    "its training.minutes were used up (--set training.minutes=N: N minutes in all).",
)
@click.option(
    "--help-settings",
    is_flag=True,
    callback=_help_settings,
    expose_value=False,
    is_eager=True,
    help="List every setting with its default and meaning, and stop.",
)
def train(
    data: Path,
    out: Path,
    method: str | None,
    preset: str,
    config: Path | None,
    set_: tuple[str, ...],
    resume: bool,
) -> None:
    """Train LGSC (sections 3 and 4.1) or a compared method; choose the epoch on dev."""
    from spoofcue.cli.console import progress_bar, remark, say
    from spoofcue.methods.method import LearnedMethod
    from spoofcue.methods.registry import method_of_name
    from spoofcue.report.training_words import training_words
    from spoofcue.training.any_method import settings_of, train_run
    from spoofcue.training.place import ElsewhereError, place_of

    settings = settings_of(out, method, preset, config, list(set_), resume=resume)
    # a training by gradient has a bar of its own
    by_gradient = isinstance(method_of_name(settings.method), LearnedMethod)
    bar = nullcontext() if by_gradient else progress_bar("describing faces", 1)
    with bar as progress:
        try:
            record = train_run(data, out, settings, resume=resume, progress=progress)
        except ElsewhereError:
            raise Exit(2) from None  # of several processes one tells it
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
