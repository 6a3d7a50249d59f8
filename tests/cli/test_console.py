"""What the commands show on stderr, with and without a terminal."""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from rich.console import Console

from spoofcue.cli import console


def used(patch: pytest.MonkeyPatch, terminal: bool, quiet: bool = False) -> str:
    """What a terminal's stderr is sent while a work is done."""
    screen = io.StringIO()
    to = Console(file=screen, force_terminal=terminal, width=100)
    patch.setattr(console, "stderr", lambda: to)
    with console.progress_bar("cropping faces", 1, quiet) as tell:
        tell(1, 2)
        tell(2, 2)
    return screen.getvalue()


def test_a_terminal_gets_a_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "━" in used(monkeypatch, terminal=True)
    assert capsys.readouterr().err == ""


def test_a_log_gets_plain_lines_without_a_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert used(monkeypatch, terminal=False) == ""
    assert capsys.readouterr().err.startswith("cropping faces: 2 of 2 in ")


@pytest.mark.parametrize("terminal", [True, False])
def test_quiet_is_quiet(
    terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert used(monkeypatch, terminal, quiet=True) == ""
    assert capsys.readouterr().err == ""


def test_a_log_hears_while_a_work_without_an_end_in_sight_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = []

    @contextmanager
    def asked_at_once(describe: Callable[[], str | None]) -> Iterator[None]:
        told.append(describe())
        yield

    monkeypatch.setattr(console, "plain_lines", asked_at_once)
    for terminal in (True, False):
        to = Console(file=io.StringIO(), force_terminal=terminal)
        monkeypatch.setattr(console, "stderr", lambda to=to: to)
        with console.still_at("exporting"):
            pass
    assert len(told) == 1
    assert str(told[0]).startswith("exporting: ")


def test_a_width_set_after_the_import_counts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    importlib.reload(console)
    monkeypatch.setenv("COLUMNS", "90")
    console.stdout().print("word " * 30)
    assert 84 <= max(map(len, capsys.readouterr().out.splitlines())) <= 90


@pytest.mark.parametrize("quiet", [True, False])
def test_long_work_is_told_of_without_a_terminal_even_where_it_is_quiet(
    quiet: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = []

    @contextmanager
    def asked_at_once(describe: Callable[[], str | None], every: float) -> Iterator[None]:
        yield
        lines.append(describe())

    monkeypatch.setattr("spoofcue.plain_lines.plain_lines", asked_at_once)
    assert used(monkeypatch, terminal=False, quiet=quiet) == ""
    assert [str(line).startswith("cropping faces: 2 of 2 in ") for line in lines] == [True]
