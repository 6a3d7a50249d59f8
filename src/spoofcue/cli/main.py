"""The command ``spoofcue``: parse, call the library once, print."""

from __future__ import annotations

import io
import os
import re
import sys
from contextlib import suppress
from itertools import pairwise
from typing import Any, NoReturn

import click
from click.exceptions import Exit

from spoofcue.cli import (
    compare,
    convert_scores,
    datasets,
    doctor,
    evaluate,
    export,
    fetch,
    figures,
    predict,
    prepare,
    protocols,
    report,
    score,
    serve,
    serve_key,
    serve_receipt_key,
    simulate,
    train,
    watch,
)
from spoofcue.cli.benchmark import command as benchmark
from spoofcue.cli.benchmark.ablate import ablate
from spoofcue.cli.console import discard_output, leave_quietly
from spoofcue.cli.groups import CommandGroup
from spoofcue.cli.model import info as model
from spoofcue.errors import InputError, ProblemsError, SpoofCueError, system_error_text
from spoofcue.plain_text import visible
from spoofcue.version import __version__

# package -> the extra that brings it; of other packages, which several bring, that of the command
EXTRAS = {
    "matplotlib": "report",
    "jinja2": "report",
    "sklearn": "methods",
    "skimage": "methods",
    "openvino": "openvino",
    "pyarrow": "batch",
    "ray": "ray",
    "torch": "train",
    **dict.fromkeys(
        (
            *("fastapi", "uvicorn", "python_multipart", "prometheus_client", "pydantic_settings"),
            *("jwt", "cryptography"),
        ),
        "serve",
    ),
}
# command -> the extra with what it needs; any other command's is train
COMMANDS = {
    "simulate": "simulate",
    **dict.fromkeys(("prepare", "datasets", "evaluate", "protocols", "convert-scores"), "data"),
    **dict.fromkeys(("report", "figures", "compare"), "report"),
}


STOPPED = 130  # by Ctrl-C: 128 and the number of SIGINT
# command -> how work goes on that was stopped; what the others do is begun anew
GOES_ON = {
    "watch": "an attempt that went on was told as rejected",
    "train": "what is finished is kept: give the same command with --resume to go on from the "
    "last checkpoint",
    **dict.fromkeys(
        ("prepare", "simulate", "benchmark", "ablate", "score"),
        "what is finished is kept: give the same command again to go on",
    ),
}


class Program(CommandGroup):
    """The whole command: what holds of every call, whichever command it names."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse an empty argument: as a path it would be the working folder, and all of it judged.

        Looked for here, before a path of no letters has become a path of the working folder.
        """
        for before, arg in pairwise(["", *args]):
            if not arg or re.fullmatch("--[^=]+=", arg):
                where = arg or (f"after {before}" if before else "")
                named = f"an argument is empty ({where})" if where else "an argument is empty"
                raise InputError(f"{named}: give a value. Is a variable of the shell not set?")
        try:
            return super().parse_args(ctx, args)
        except BrokenPipeError:  # of --help and --version
            leave_quietly()

    def invoke(self, ctx: click.Context) -> Any:
        """A Ctrl-C and a reader that is gone have a status each, which click would make 1."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Exit(STOPPED) from None
        except BrokenPipeError:
            leave_quietly()


@click.group(
    "spoofcue",
    cls=Program,
    context_settings={"show_default": True, "max_content_width": 100},
    help="Face presentation attack detection with spoof cue maps (LGSC). A higher score means more "
    "likely an attack.",
)
@click.version_option(__version__, message="%(version)s", help="Print the version.")
def app() -> None:
    """All commands hang on this one."""


for _added in (
    simulate.simulate,
    datasets.datasets,
    prepare.app,
    train.train,
    evaluate.evaluate,
    convert_scores.convert_scores,
    figures.figures,
    report.report,
    compare.compare,
    predict.predict,
    score.score,
    serve.serve,
    serve_key.serve_key,
    serve_receipt_key.serve_receipt_key,
    watch.watch,
    doctor.doctor,
    export.export,
    protocols.protocols,
    benchmark.app,
    ablate,
    model.app,
    fetch.app,
):
    app.add_command(_added)


def main() -> None:
    """Run; what goes wrong becomes one line on stderr.

    Status 1 if data were faulty, 2 if the call was wrong or the system refused something, 130
    after a Ctrl-C, 141 if nobody reads the output any more.
    """
    _mend_streams()
    try:
        try:
            app()
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except SystemExit as end:
        if end.code == STOPPED:
            _say_stopped()
        raise
    except KeyboardInterrupt:
        _say_stopped()
        sys.exit(STOPPED)
    except BrokenPipeError:
        leave_quietly()
    except SpoofCueError as error:
        _end(1 if isinstance(error, ProblemsError) else 2, *error.args)
    except ImportError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("", "spoofcue"):
            raise
        extra = EXTRAS.get(package) or COMMANDS.get(_command(), "train")
        _end(2, _import_text(error, package, extra))
    except OSError as error:
        _end(2, system_error_text(error, "the output"))
    except MemoryError:
        _end(2, "out of memory; close other programs, or give fewer --workers.")


def _import_text(error: ImportError, package: str, extra: str) -> str:
    """What is missing: the package, or a part of one that is there."""
    from importlib.util import find_spec

    if find_spec(package) is None:
        return f"this command needs {package}: pip install 'spoofcue[{extra}]'"
    return (
        f"this command cannot use the {package} that is installed ({error}): "
        f"pip install --upgrade {package} 'spoofcue[{extra}]'; or, if that changes nothing, it is "
        f"damaged: pip install --force-reinstall --no-deps {package}"
    )


def _say_stopped() -> None:
    """How to go on, on stderr."""
    how = GOES_ON.get(_command(), "nothing was replaced")
    with suppress(OSError):
        print(f"spoofcue: stopped; {how}.", file=sys.stderr, flush=True)


def _command() -> str:
    """The command that was given; none: the empty word."""
    return next((word for word in sys.argv[1:] if not word.startswith("-")), "")


def _end(status: int, *lines: object) -> NoReturn:
    """Say why on stderr, and end."""
    with suppress(OSError):
        print(f"spoofcue: {chr(10).join(map(visible, lines))}", file=sys.stderr, flush=True)
    discard_output()  # what is still unwritten would fail again
    sys.exit(status)


def _mend_streams() -> None:
    """Any character can be printed, and no file takes the place of a stream that is closed."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this one
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
