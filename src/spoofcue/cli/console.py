"""Lines, tables, JSON and progress bars on the terminal; results on stdout, the rest on stderr.

Everything that a command shows goes through here. Text is shown as it is: what looks like rich's
markup or an emoji's name is neither, and what a terminal would obey is made visible.
"""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from rich.console import Console
from rich.table import Table
from rich.text import Text

from spoofcue.notebook_bar import run_by_notebook
from spoofcue.plain_lines import plain_lines, plain_progress, progress_line
from spoofcue.plain_text import visible

if TYPE_CHECKING:
    from rich.progress import ProgressColumn, Task

# what a shell reports of a tool whose reader has gone: 128 and the number of SIGPIPE
READER_GONE = 141


class PlainConsole(Console):
    """Shows strings as they are; styles are given beside them, never in them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """A string, wherever it stands: a line, a cell, a title."""
        return super().render_str(visible(text), **options)

    def on_broken_pipe(self) -> None:
        """Nobody reads on, as after ``| head``: end as other tools do, without a word."""
        self.quiet = True
        leave_quietly()


def stdout() -> Console:
    """Where results are printed, as wide as the terminal or ``COLUMNS`` is now.

    Raises:
        OSError: it is closed.

    """
    if sys.stdout is None:
        raise OSError(errno.EBADF, "it is closed", "standard output")
    return PlainConsole()


def stderr() -> Console:
    """Where warnings and progress are printed."""
    return PlainConsole(stderr=True)


def say(text: object, style: str | None = None) -> None:
    """A result on stdout: one line, however long, so that no path in it is broken."""
    stdout().print(str(text), style=style, soft_wrap=True)


def say_prose(text: str, style: str | None = None) -> None:
    """Sentences about a table, on stdout: broken as wide as the terminal is."""
    stdout().print(text, style=style)


def remark(text: object) -> None:
    """What is no result, on stderr: one line; the work goes on where it cannot be told."""
    with suppress(OSError):
        stderr().print(str(text), soft_wrap=True)


def warn(text: object) -> None:
    """A warning on stderr."""
    stderr().print(Text.assemble(("warning:", "yellow"), " ", visible(text)), soft_wrap=True)


def lines(texts: Iterable[str]) -> Text:
    """A cell of several lines; what stands in a string is always one."""
    return Text("\n".join(map(visible, texts)))


def show(table: Table) -> None:
    """A table on stdout, as wide as the terminal allows."""
    stdout().print(table)


def write_out(text: str) -> None:
    """Text on stdout as it is, for programs and files: JSON, Markdown."""
    file = stdout().file
    try:
        file.write(text)
        file.flush()
    except BrokenPipeError:
        leave_quietly()


def print_json(value: Any) -> None:
    """One JSON document on stdout; dataclasses become objects, at any depth."""
    write_out(json.dumps(value, indent=2, default=_plain) + "\n")


def telling_names(paths: list[str]) -> list[str]:
    """Of each path as much as tells it apart: what lies below the folder that holds them all.

    >>> telling_names(["in/anna/1.jpg", "in/ben/1.jpg"])
    ['anna/1.jpg', 'ben/1.jpg']
    >>> telling_names(["in/1.jpg", "in/2.jpg"])
    ['1.jpg', '2.jpg']

    """
    whole = [Path(os.path.abspath(path)) for path in paths]
    try:
        above = os.path.commonpath([path.parent for path in whole]) if whole else ""
        return [path.relative_to(above).as_posix() for path in whole]
    except ValueError:  # on several drives
        return paths


def leave_quietly() -> NoReturn:
    """End the process because nobody reads its output any more."""
    discard_output()
    raise SystemExit(READER_GONE)


def discard_output() -> None:
    """Point stdout to nowhere, so that the interpreter's last flush does not fail as well."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


@contextmanager
def progress_bar(
    title: str, total: int, quiet: bool = False, *, rate: bool = False
) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, plain lines now and then where that is no terminal.

    Args:
        title: what is being done.
        total: how much there is, until the function is given another total.
        quiet: no bar and no closing line; long work is told of all the same where there is no
            terminal.
        rate: whether to say how many are done in a second.

    Yields:
        A function that takes (done, all).

    """
    if not stderr().is_terminal or run_by_notebook():
        with plain_progress(title, total, closing=not quiet, rate=rate) as tell:
            yield tell
        return
    if quiet:
        yield lambda done, all_: None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        *([_rate_column()] if rate else []),
        TimeElapsedColumn(),
        TextColumn("left", markup=False),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=stderr()) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done, all_: bar.update(task, completed=done, total=all_)


def _rate_column() -> ProgressColumn:
    from rich.progress import ProgressColumn

    class Rate(ProgressColumn):
        """How many are done in a second, lately."""

        def render(self, task: Task) -> Text:
            return Text("" if task.speed is None else f"{task.speed:.3g}/s")

    return Rate()


@contextmanager
def still_at(title: str) -> Iterator[None]:
    """Plain lines about work of unknown length; nothing on a terminal."""
    if stderr().is_terminal and not run_by_notebook():
        yield
        return
    began = time.monotonic()
    with plain_lines(lambda: progress_line(title, 0, 1, time.monotonic() - began)):
        yield


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)
