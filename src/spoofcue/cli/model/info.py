"""``spoofcue model``: what a network is and costs, and all that is done with packages."""

from __future__ import annotations

from pathlib import Path

import click
from click.exceptions import Exit

from spoofcue.cli.groups import CommandGroup
from spoofcue.cli.model.calibrate import calibrate
from spoofcue.cli.model.card import card
from spoofcue.cli.model.hub import pull, push
from spoofcue.cli.model.importing import combine, import_model
from spoofcue.cli.model.profile import profile
from spoofcue.cli.options import PATH, json_option

app = CommandGroup("model", help="Inspect networks; check, change and share model packages.")


@app.command()
@click.argument(
    "model",
    type=PATH,
    required=False,
    help="Run folder, .ckpt or model package. Default: the network of --preset.",
)
@click.option(
    "--preset",
    default="paper",
    help="Named set of settings whose network is described, without MODEL.",
)
@click.option(
    "--set",
    "set_",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change one setting of the preset, as model.width=32; may be repeated.",
)
@click.option(
    "--size", help="Size of the input, px: HEIGHTxWIDTH or SIDE. Default: that of the settings."
)
@json_option
def info(
    model: Path | None,
    preset: str,
    set_: tuple[str, ...],
    size: str | None,
    as_json: bool,
) -> None:
    """Print parameters, the shapes of the features E1..E5 and D1..D5, and multiply-adds.

    For a model package: check everything in it, then print its facts.
    """
    from spoofcue.package.read import is_package

    if model is not None and is_package(model):
        from spoofcue.cli.model.table import print_package

        print_package(model, as_json)
        return
    from spoofcue.cli.console import print_json
    from spoofcue.cue.generator import LGSC
    from spoofcue.cue.score import next_multiple
    from spoofcue.errors import InputError
    from spoofcue.methods.network_cost import summarise
    from spoofcue.methods.settings import load_settings, settings_from

    if model is not None:
        from spoofcue.methods.checkpoint import best_checkpoint, read_checkpoint

        path = best_checkpoint(model)
        settings = settings_from(read_checkpoint(path)["spoofcue"]["settings"], str(path))
        if settings.method != "lgsc":
            raise InputError(f"{model} is of method {settings.method}; this describes lgsc alone.")
    else:
        settings = load_settings(preset, None, list(set_))
    height, width = _size(size) if size else (next_multiple(settings.input.size),) * 2
    summary = summarise(LGSC(**settings.model.network()), height, width)
    if as_json:
        print_json(summary)
        return
    from rich.table import Table

    from spoofcue.cli.console import say, show

    table = Table(title=f"LGSC at {height} x {width}")
    table.add_column("feature")
    table.add_column("channels x height x width", justify="right")
    for name, shape in summary.features.items():
        table.add_row(name, " x ".join(map(str, shape)))
    show(table)
    say(f"encoder {settings.model.encoder}, decoder {settings.model.decoder}")
    for part, count in summary.parameters.items():
        say(f"parameters, {part}: {count:,}")
    macs = summary.generator_macs
    say(f"multiply-adds, generator: {macs / 1e9:.3f} G an image ({2 * macs / 1e9:.3f} GFLOP)")
    say(f"multiply-adds, classifier: {summary.classifier_macs / 1e9:.3f} G (training only)")


@app.command()
@click.argument("package", type=PATH, help="Package folder or .spoofcue file.")
def verify(
    package: Path,
) -> None:
    """Check all of a model package: schema, files, sizes, hashes and contents.

    Exit status: 0 if the package is sound, 1 if it is refused; stderr says why.
    """
    from spoofcue.cli.console import remark, say
    from spoofcue.errors import PackageError
    from spoofcue.package.read import read_package

    try:
        read = read_package(package)
    except PackageError as error:
        remark(f"refused ({error.reason}): {error}")
        raise Exit(1) from None
    say(f"{package}: sound; {read.id}, {read.spec.weights}")


for _added in (calibrate, card, profile, import_model, combine, push, pull):
    app.add_command(_added)


def _size(text: str) -> tuple[int, int]:
    from spoofcue.errors import InputError

    try:
        numbers = [int(part) for part in text.lower().split("x")]
        height, width = numbers if len(numbers) == 2 else (numbers[0], numbers[0])
    except ValueError:
        raise InputError(f"--size {text!r}: write 224 or 224x192") from None
    return height, width
