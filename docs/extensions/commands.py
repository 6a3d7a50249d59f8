"""The directive ``command``: what ``spoofcue NAME --help`` says, as a section of a page.

Made from the program's own commands when the site is built. A command that no page shows is a
warning, so that no new one is forgotten.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import click
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from spoofcue.cli.main import app as program

LOG = logging.getLogger(__name__)


def children(command: Any) -> dict[str, Any]:
    """Name -> command, of a group; nothing of a plain command."""
    return getattr(command, "commands", {})


def found(words: list[str]) -> Any | None:
    """The command that these words name."""
    command: Any = program
    for word in words:
        command = children(command).get(word)
        if command is None:
            return None
    return command


def leaves(command: Any, words: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command that does something, as it is typed."""
    below = children(command)
    for name, child in below.items():
        yield from leaves(child, (*words, name))
    if not below or getattr(command, "invoke_without_command", False):
        yield " ".join(words)


def prose(text: str) -> list[nodes.Node]:
    """Plain text; code is what stands between backticks, an option or a variable."""
    marked = re.sub(r"(?<![\w`-])(--[a-z][\w-]*|\$[A-Z_]+)(?![`\w])", r"`\1`", text.strip())
    parts = re.split(r"`([^`]+)`", re.sub(r"\s+", " ", marked))
    return [
        nodes.literal("", part) if at % 2 else nodes.Text(part)
        for at, part in enumerate(parts)
        if part
    ]


def paragraphs(text: str) -> list[nodes.paragraph]:
    """A paragraph for each that is parted by an empty line."""
    return [nodes.paragraph("", "", *prose(part)) for part in text.split("\n\n") if part.strip()]


def default_of(parameter: click.Parameter) -> str | None:
    """The default as it would be typed, where there is one to tell."""
    default = parameter.to_info_dict()["default"]
    if default is None or default is False or default == ():
        return None
    if default is True:
        return next((opt for opt in parameter.opts if opt.startswith("--")), None)
    return str(default)


def placeholder(argument: click.Argument) -> str:
    """What stands for an argument in a usage line."""
    name = argument.metavar or argument.name.upper()
    return name if argument.nargs == 1 or name.endswith("...") else f"{name}..."


def kind_of(parameter: click.Parameter) -> str:
    """The values that it takes, in words."""
    if isinstance(parameter, click.Option) and parameter.metavar:
        return parameter.metavar.strip("[]")
    kind = parameter.type
    word = {"float": "number"}.get(name := kind.name.removesuffix(" range"), name)
    if isinstance(kind, click.Choice):
        word = "|".join(kind.choices)
    low, high = getattr(kind, "min", None), getattr(kind, "max", None)
    if low is not None and high is not None:
        word += f" {low} to {high}"
    elif low is not None:
        word += f" ≥ {low}"
    return word + (", may be repeated" if parameter.multiple else "")


class Command(SphinxDirective):
    """``command`` with the words of a command; all below a group follow it."""

    has_content = False
    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """A section for the command, with its usage, arguments and options."""
        words = shlex.split(self.arguments[0])
        command = found(words)
        if command is None:
            raise self.error(f"spoofcue {' '.join(words)}: there is no such command")
        return [self._section(command, words)]

    def _section(self, command: Any, words: list[str]) -> nodes.section:
        name = " ".join(["spoofcue", *words])
        section = nodes.section(
            "", nodes.title(name, name), names=[nodes.fully_normalize_name(name)]
        )
        self.state.document.note_implicit_target(section, section)
        section.extend(paragraphs(command.help or ""))
        below = children(command)
        if not below or getattr(command, "invoke_without_command", False):
            section.extend(self._called(command, name))
            shown: dict[str, set[str]] = self.env.__dict__.setdefault("spoofcue_commands", {})
            shown.setdefault(self.env.docname, set()).add(" ".join(words))
        for child in below:
            section.append(self._section(below[child], [*words, child]))
        return section

    def _called(self, command: Any, name: str) -> list[nodes.Node]:
        given = command.params
        places = [placeholder(p) for p in given if isinstance(p, click.Argument)]
        usage = " ".join([name, "[OPTIONS]", *places])
        entries = nodes.definition_list(classes=["options"])
        entries.extend(self._entry(parameter) for parameter in given)
        shown = nodes.literal_block(usage, usage, language="console")
        return [shown, entries] if given else [shown]

    def _entry(self, parameter: click.Parameter) -> nodes.definition_list_item:
        names = " / ".join([*parameter.opts, *parameter.secondary_opts])
        if isinstance(parameter, click.Argument):
            names = placeholder(parameter)
        term = nodes.term("", "", nodes.literal("", names))
        kind = "" if getattr(parameter, "is_flag", False) else kind_of(parameter)
        if kind:
            term.extend([nodes.Text(" "), nodes.inline(kind, kind, classes=["value"])])
        told = parameter.help or ""
        said = paragraphs(told)
        default = default_of(parameter)
        if parameter.required:
            said.append(nodes.paragraph("", "Required."))
        elif default is not None and "Default:" not in told:
            text = nodes.Text("Default: ")
            said.append(nodes.paragraph("", "", text, nodes.literal("", default)))
        return nodes.definition_list_item("", term, nodes.definition("", *said))


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """What a page showed that is read again."""
    getattr(env, "spoofcue_commands", {}).pop(docname, None)


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of each command without a place."""
    shown = set().union(*getattr(env, "spoofcue_commands", {"": set()}).values())
    for name in sorted(set(leaves(program)) - shown):
        LOG.warning("no page of docs/reference shows `spoofcue %s`: add a command directive", name)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive and the check."""
    app.add_directive("command", Command)
    app.connect("env-purge-doc", forget)
    app.connect("env-check-consistency", check)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
