"""The command ``spoofcue``: parse, call the library once, print."""

from __future__ import annotations

import sys

import typer

from spoofcue.cli import (
    compare,
    convert_scores,
    datasets,
    evaluate,
    export,
    fetch,
    figures,
    predict,
    prepare,
    protocols,
    report,
    simulate,
    train,
)
from spoofcue.cli.benchmark import command as benchmark
from spoofcue.cli.benchmark.ablate import ablate
from spoofcue.cli.model import info as model
from spoofcue.errors import ProblemsError, SpoofCueError

# package -> the extra that brings it; any other package is train's
EXTRAS = {
    "matplotlib": "report",
    "jinja2": "report",
    "sklearn": "methods",
    "skimage": "methods",
    "openvino": "openvino",
    "yaml": "simulate",
}

app = typer.Typer(
    name="spoofcue",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Face presentation attack detection with spoof cue maps (LGSC). A higher score means more "
    "likely an attack.",
)


def _version(wanted: bool) -> None:
    if wanted:
        from spoofcue.version import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Face presentation attack detection with spoof cue maps (LGSC)."""


app.command(name="simulate")(simulate.simulate)
app.command(name="datasets")(datasets.datasets)
app.add_typer(prepare.app, name="prepare")
app.command(name="train")(train.train)
app.command(name="evaluate")(evaluate.evaluate)
app.command(name="convert-scores")(convert_scores.convert_scores)
app.command(name="figures")(figures.figures)
app.command(name="report")(report.report)
app.command(name="compare")(compare.compare)
app.command(name="predict")(predict.predict)
app.command(name="export")(export.export)
app.command(name="protocols")(protocols.protocols)
app.add_typer(benchmark.app, name="benchmark")
app.command(name="ablate")(ablate)
app.add_typer(model.app, name="model")
app.add_typer(fetch.app, name="fetch")


def main() -> None:
    """Run; an error of ours becomes one line on stderr: status 1 if data were faulty, else 2."""
    try:
        app()
    except SpoofCueError as error:
        print(f"spoofcue: {error}", file=sys.stderr)
        sys.exit(1 if isinstance(error, ProblemsError) else 2)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        extra = EXTRAS.get(package, "train")
        print(
            f"spoofcue: this command needs {package}: pip install 'spoofcue[{extra}]'",
            file=sys.stderr,
        )
        sys.exit(2)
