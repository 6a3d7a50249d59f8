"""``spoofcue model import`` and ``combine``: models of others as packages, and several as one."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spoofcue.cli.options import PATH

if TYPE_CHECKING:
    from spoofcue.package.read import Package


@click.command("import")
@click.argument(
    "models",
    type=PATH,
    nargs=-1,
    help="ONNX files, one for each expert of the recipe, in its order.",
)
@click.option(
    "--recipe",
    help="What the model looks at and what its output says: a name of --list, or a YAML "
    "file of yours (NAME.yaml). Default: none; only --list does without.",
)
@click.option(
    "--out",
    type=PATH,
    help="Package to write: a folder or NAME.spoofcue. Default: none; only --list does without.",
)
@click.option(
    "--set",
    "set_",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a key of the recipe, as detector=yunet, of every expert, as "
    "output.index=1, or of one, as minifasnet-v2.weight=0.3; may be repeated.",
)
@click.option(
    "--list", "list_", is_flag=True, help="List the recipes that come with spoofcue, and end."
)
def import_model(
    models: tuple[Path, ...],
    recipe: str | None,
    out: Path | None,
    set_: tuple[str, ...],
    list_: bool,
) -> None:
    """Make a package of ONNX models that others trained, by a recipe.

    The graph is run on made pictures, and refused where it takes or gives something else than the
    recipe says. The score is the model's own probability of an attack, and so is the threshold, one
    half; `spoofcue model calibrate` sets another.
    """
    from spoofcue.cli.console import say, still_at
    from spoofcue.errors import InputError
    from spoofcue.export.recipe import built_in, load_recipe

    if list_:
        for known in built_in():
            say(f"{known.name}: {known.recipe.title}")
        return
    if not models or recipe is None or out is None:
        raise InputError("give FILE.onnx, --recipe NAME and --out NAME.spoofcue, or --list.")
    from spoofcue.export.model_import import import_models

    named = load_recipe(recipe, list(set_))
    words = ["spoofcue", "model", "import", *(p.name for p in models)]
    words += ["--recipe", Path(recipe).name, *(w for s in set_ for w in ("--set", s))]
    with still_at("importing"):
        package = import_models(models, named, out, shlex.join(words))
    _print_made(package)


@click.command()
@click.argument(
    "packages",
    type=PATH,
    nargs=-1,
    required=True,
    help="Package folders or .spoofcue files, two or more.",
)
@click.option(
    "--out", type=PATH, required=True, help="Package to write: a folder or NAME.spoofcue."
)
@click.option(
    "--set",
    "set_",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a key: name, missing (rejected or without), detector, min_face_px, "
    "threshold, or one of an expert, as cue.weight=0.5 or cue.calibration.slope=15; may be "
    "repeated.",
)
def combine(
    packages: tuple[Path, ...],
    out: Path,
    set_: tuple[str, ...],
) -> None:
    """Put the experts of several packages into one, whose score is of their sum.

    An expert whose evidence is a magnitude needs a calibration to log-odds: --set
    cue.calibration.slope=15 --set cue.calibration.offset=-1.75. Set the threshold afterwards
    (`spoofcue model calibrate`).
    """
    from spoofcue.export.combine import combine_packages
    from spoofcue.package.read import read_package

    words = ["spoofcue", "model", "combine", *(p.name for p in packages)]
    words += [w for s in set_ for w in ("--set", s)]
    read = [read_package(path) for path in packages]
    _print_made(combine_packages(read, out, set_, shlex.join(words)))


def _print_made(package: Package) -> None:
    from spoofcue.cli.console import say

    spec = package.spec
    size = sum(file.size for file in spec.files.values())
    say(f"{package.path}: {package.id}, {spec.weights}, {size / 1e6:.1f} MB")
    for expert in spec.experts:
        say(f"{expert.name}: looks at {expert.crop}")
    say(f"threshold {spec.threshold.value:g} ({spec.threshold.source})")
