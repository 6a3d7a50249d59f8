"""Every command and option says in whole sentences what it does, and its function takes that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_type_hints

import click
import pytest

from spoofcue.cli.main import app
from spoofcue.cli.options import NumberRange


def commands(command: Any, *path: str) -> Iterator[tuple[str, Any]]:
    yield " ".join(path), command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, *path, name)


ALL = dict(commands(app, "spoofcue"))
PARAMETERS = [
    pytest.param(parameter, id=f"{path} {parameter.opts[0]}")
    for path, command in ALL.items()
    for parameter in command.params
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


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_an_option_that_may_be_left_out_says_what_then_holds(parameter: Any) -> None:
    context = click.Context(app, show_default=True)
    told = parameter.get_help_extra(context) if isinstance(parameter, click.Option) else {}
    shown = "default" in told or parameter.get_default(context) is False
    several = parameter.multiple or parameter.nargs != 1
    alternative = any(word in parameter.help for word in ("Default", "nstead", "With --gallery"))
    assert parameter.required or shown or several or alternative


@pytest.mark.parametrize("width", [60, 80])
def test_help_fits_the_terminal_and_nothing_is_cut(width: int) -> None:
    for path, command in ALL.items():
        context = click.Context(command, info_name=path, terminal_width=width)
        shown = command.get_help(context)
        assert max(map(len, shown.splitlines())) <= width, path
        for inner in getattr(command, "commands", {}).values():
            assert "".join(inner.short_help.split()) in "".join(shown.split())


def test_commands_are_listed_in_the_order_of_the_work() -> None:
    listed = ALL["spoofcue"].list_commands(click.Context(app))
    work = ["prepare", "train", "evaluate", "report", "predict"]
    assert sorted(work, key=listed.index) == work


def hint_of(parameter: click.Parameter) -> Any:
    """What click gives for it to the command's function."""
    kind: Any
    if isinstance(parameter.type, click.Choice):
        kind = Literal[tuple(parameter.type.choices)]  # type: ignore[misc]
    else:
        numbers = {click.IntRange: int, NumberRange: float, click.Path: Path}
        plain = {"text": str, "integer": int, "float": float, "boolean": bool}
        kind = numbers.get(type(parameter.type)) or plain[parameter.type.name]
    if parameter.nargs == -1 or getattr(parameter, "multiple", False):
        return tuple[kind, ...]
    given = parameter.get_default(click.Context(app))
    is_left_out = given is None or not isinstance(given, (str, int, float, Path))
    bare_flag = getattr(parameter, "is_flag", False) and not parameter.secondary_opts
    return kind | None if is_left_out and not parameter.required and not bare_flag else kind


def test_functions_are_annotated_with_what_they_are_called_with() -> None:
    """The type checker cannot see it: a decorator says one, the function another."""
    wrong = []
    for path, command in ALL.items():
        if command.callback is None:
            continue
        hints = get_type_hints(command.callback)
        taken = {p.name: hint_of(p) for p in command.params if p.expose_value}
        is_open = "options" in hints  # as of serve, whose settings are checked as one
        for name, kind in taken.items():
            if hints.get(name, kind if is_open else None) != kind:
                wrong.append(f"{path} {name}: {hints.get(name)}, but {kind} comes")
    assert wrong == []


@pytest.mark.parametrize("value", ["nan", "-nan"])
def test_no_range_takes_what_is_no_number(value: str) -> None:
    with pytest.raises(click.BadParameter, match="no number"):
        NumberRange(min=0).convert(value, None, None)
    kinds = {type(p.values[0].type) for p in PARAMETERS}  # type: ignore[attr-defined]
    assert click.FloatRange not in kinds
