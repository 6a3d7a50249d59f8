"""Bars in a notebook, before a stand-in for IPython; docs/tutorials runs them in a real kernel."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from helpers.stand_in_notebook import notebook
from spoofcue.cli import console
from spoofcue.notebook_bar import NotebookBar, in_notebook
from spoofcue.plain_lines import listening, plain_progress


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    return notebook(monkeypatch)


def test_one_line_is_replaced_and_not_more_often_than_can_be_seen(
    shown: list[tuple[str, str]],
) -> None:
    times = iter([0.0, 0.1, 0.25, 0.3, 0.35])
    bar = NotebookBar(clock=lambda: next(times))
    for done in range(1, 5):
        bar.show(f"{done} of 4", done, 4)
    bar.show("done in a moment", 4, 4, at_once=True)
    assert shown == [
        ("new", "1 of 4"),
        ("again", "3 of 4"),
        ("again", "4 of 4"),
        ("again", "done in a moment"),
    ]


def test_a_notebook_gets_a_bar_and_no_lines_but_a_listener_keeps_its_own(
    shown: list[tuple[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    with plain_progress("cropping", 2) as advance:
        advance(2, 2)
    assert shown[0] == ("new", "cropping: 2 of 2 in 0.0 s, to be finished")
    assert shown[-1] == ("again", "cropping: 2 of 2 in 0.0 s")
    shown.clear()
    heard: list[str] = []
    with listening(heard.append), plain_progress("cropping", 2) as advance:
        advance(2, 2)
    assert (shown, heard) == ([], ["cropping: 2 of 2 in 0.0 s"])
    assert capsys.readouterr().err == ""


def test_a_terminal_of_ipython_is_no_notebook(
    shown: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert in_notebook()
    monkeypatch.setattr(sys.modules["IPython"], "get_ipython", lambda: SimpleNamespace())
    assert not in_notebook()


def test_a_command_in_a_cell_sends_no_control_codes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # what ipykernel sets for the commands that a cell runs, colours among it
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("JPY_PARENT_PID", "1")
    with console.progress_bar("cropping", 1) as advance:
        advance(1, 1)
    told = capsys.readouterr().err
    assert told.startswith("cropping: 1 of 1 in ")
    assert "\x1b" not in told
