"""Progress bars, tables and JSON on the terminal; results on stdout, the rest on stderr."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console

from spoofcue.plain_lines import plain_lines, plain_progress, progress_line


def stdout() -> Console:
    """Where results are printed, as wide as the terminal or ``COLUMNS`` is now."""
    return Console()


def stderr() -> Console:
    """Where warnings and progress are printed."""
    return Console(stderr=True)


@contextmanager
def progress_bar(
    title: str, total: int, quiet: bool = False
) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, plain lines now and then where that is no terminal.

    Args:
        title: what is being done.
        total: how much there is, until the function is given another total.
        quiet: show nothing.

    Yields:
        A function that takes (done, all).

    """
    if quiet:
        yield lambda done, all_: None
        return
    if not stderr().is_terminal:
        with plain_progress(title, total) as tell:
            yield tell
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
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=stderr()) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done, all_: bar.update(task, completed=done, total=all_)


@contextmanager
def still_at(title: str) -> Iterator[None]:
    """Plain lines about work of unknown length; nothing on a terminal."""
    if stderr().is_terminal:
        yield
        return
    began = time.monotonic()
    with plain_lines(lambda: progress_line(title, 0, 1, time.monotonic() - began)):
        yield


def print_json(value: Any) -> None:
    """One JSON document on stdout; dataclasses become objects, at any depth."""
    print(json.dumps(value, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)
