"""Every command and option says in whole sentences what it does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from spoofcue.cli.main import app


def commands(command: Any, *path: str) -> Iterator[tuple[str, Any]]:
    yield " ".join(path), command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, *path, name)


ALL = dict(commands(typer.main.get_command(app), "spoofcue"))
# typer's own help; and a bare `--help`, which no command needs to explain
TYPERS = {"help", "install_completion", "show_completion"}
PARAMETERS = [
    pytest.param(parameter, id=f"{path} {parameter.opts[0]}")
    for path, command in ALL.items()
    for parameter in command.params
    if parameter.name not in TYPERS
]


def test_the_walk_reaches_commands_within_commands() -> None:
    assert {"spoofcue predict", "spoofcue model push", "spoofcue prepare oulu-npu"} <= ALL.keys()
    assert len(PARAMETERS) > 150


@pytest.mark.parametrize("path", ALL)
def test_a_command_says_what_it_does(path: str) -> None:
    first = (ALL[path].help or "").split("\n\n")[0]
    assert first[:1].isupper()
    assert first.endswith(".")


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_an_option_says_what_it_does(parameter: Any) -> None:
    text = parameter.help or ""
    assert text.endswith(".")
    assert text[0].isupper() or text.startswith(".onnx")
    assert not text.startswith("Of ")  # half a sentence: of what, the reader has to guess
    assert not re.search(r"\[[a-z@#/]", text)  # rich takes it for markup and leaves it out


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_an_option_that_may_be_left_out_says_what_then_holds(parameter: Any) -> None:
    shown = parameter.default is not None  # --help prints it
    several = parameter.multiple or parameter.nargs != 1
    alternative = any(word in parameter.help for word in ("Default", "nstead", "With --gallery"))
    assert parameter.required or shown or several or alternative
