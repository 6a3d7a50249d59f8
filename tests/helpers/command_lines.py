"""Command lines held against the options of the program that they call, without running it."""

from __future__ import annotations

import functools
import io
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path

import click
from click.exceptions import Exit, NoArgsIsHelpError

ROOT = Path(__file__).parents[2]
# a command may stand behind these, and behind NAME=value
AROUND = re.compile(
    r"^(?:(?:\w+=\S*|sudo(?: -u \w+)?|srun|exec|then|do|time|torchrun(?: --\S+(?: \d+)?)*)\s+)+"
)


INCOMPLETE = (click.MissingParameter, NoArgsIsHelpError, click.BadOptionUsage)


class Unparsed(AssertionError):
    """A command line that its program would refuse."""


def check_spoofcue(words: Sequence[str], whole: bool = True) -> None:
    """Raise :class:`Unparsed` if ``spoofcue WORDS`` is no call of it.

    Args:
        words: after the program's name.
        whole: all that it needs is there; else arguments may be left out, as sentences do.

    """
    from spoofcue.cli.main import app

    command, left, name = app, list(words), "spoofcue"
    while left and (inner := getattr(command, "commands", {}).get(left[0])):
        command, name, left = inner, f"{name} {left[0]}", left[1:]
    if getattr(command, "commands", {}):
        if left and left[0].isupper() and not whole:
            return  # any of its commands, as in "prepare NAME"
        if left and not left[0].startswith("-"):
            raise Unparsed(f"{name} has no command {left[0]}")
        if not left and not whole:
            return
    try:
        with redirect_stdout(io.StringIO()):
            command.make_context(name, left)
    except Exit:
        return  # --version and --help
    except Exception as error:
        if isinstance(error, INCOMPLETE) and not whole:
            return
        raise Unparsed(f"{name}: {error}") from error


@functools.cache
def help_of(script: Path) -> str:
    done = subprocess.run(
        [sys.executable, str(script), "--help"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Unparsed(f"{script.name} --help ends with {done.returncode}: {done.stderr[-300:]}")
    return done.stdout


def check_words(words: Sequence[str], whole: bool = True) -> None:
    """Hold one command against its program, if that is of this repository."""
    name, *rest = words
    name = Path(name).name
    if name == "spoofcue":
        check_spoofcue(rest, whole)
    elif name == "-m" and rest[:1] == ["spoofcue"]:
        check_spoofcue(rest[1:], whole)
    elif name == "python" and rest[:2] == ["-m", "spoofcue"]:
        check_spoofcue(rest[2:], whole)
    elif name == "python" and rest and (script := ROOT / rest[0]).suffix == ".py":
        if not script.exists():
            raise Unparsed(f"there is no {rest[0]}")
        options = [word.split("=")[0] for word in rest[1:] if word.startswith("--")]
        if options:
            told = re.findall(r"--[\w-]+", help_of(script))
            for option in options:
                if option not in told:
                    raise Unparsed(f"{rest[0]} has no option {option}")
    elif name == "make":
        done = subprocess.run(
            ["make", "-n", *rest], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Unparsed(f"make {' '.join(rest)}: {done.stderr.strip()}")


def commands_of(script: str) -> Iterator[list[str]]:
    """The simple commands of a shell script that are worth a look, as words."""
    lines = re.sub(r"\\\n\s*", " ", script).split("\n")
    for line in lines:
        try:
            lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
            lexer.whitespace_split = True
            words = list(lexer)
        except ValueError:
            continue  # a quotation over several lines, which is no command of ours
        piece: list[str] = []
        for word in [*words, ";"]:
            if re.fullmatch(r"[;&|()]+", word):
                if piece:
                    yield from _bare(piece)
                piece = []
            else:
                piece.append(word)


def _bare(words: list[str]) -> Iterator[list[str]]:
    text = shlex.join(words)
    words = shlex.split(AROUND.sub("", text + " "))
    if words and words[0] != "cat":
        # what a redirection goes to is no argument
        while len(words) > 2 and words[-2] in (">", ">>", "<"):
            words = words[:-2]
        yield words


def check_script(script: str) -> None:
    """Every command of a script that is not run: the shell's grammar, and the options of ours."""
    done = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, check=False)
    if done.returncode:
        raise Unparsed(f"the shell refuses it: {done.stderr.strip()}")
    for words in commands_of(script):
        check_words(words)
