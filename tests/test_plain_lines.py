"""Lines where there is no terminal; their times come from made clocks, never from a wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from spoofcue import plain_lines as module
from spoofcue.plain_lines import duration_text, plain_lines, plain_progress, progress_line


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.04, "0.0 s"),
        (3.14, "3.1 s"),
        (9.96, "10 s"),
        (99.4, "99 s"),
        (99.6, "1.7 minutes"),
        (300, "5.0 minutes"),
        (5940, "99.0 minutes"),
        (7200, "2.0 hours"),
    ],
)
def test_times_are_told_in_a_fitting_unit(seconds: float, told: str) -> None:
    assert duration_text(seconds) == told


def test_a_line_says_how_far_and_how_long_at_this_pace() -> None:
    # a quarter took 30 s, so three quarters take 90
    assert progress_line("cropping", 10, 40, 30) == "cropping: 10 of 40 in 30 s, about 90 s left"
    assert progress_line("cropping", 0, 40, 30) == "cropping: 30 s so far"
    # 30 of the 32 were there after a second: 2 in 20 s, so 8 more in 80
    line = progress_line("simulating", 32, 40, 21, since=(30, 1))
    assert line == "simulating: 32 of 40 in 21 s, about 80 s left"
    assert progress_line("simulating", 32, 40, 41, (32, 21)) == "simulating: 32 of 40 in 41 s"
    # what comes after the last one, of which nobody can tell how long it takes
    assert progress_line("scoring", 40, 40, 30) == "scoring: 40 of 40 in 30 s, to be finished"


def test_lines_come_while_the_block_is_busy_and_none_after_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked, twice = [], threading.Event()

    def describe() -> str | None:
        asked.append(len(asked))
        if len(asked) == 2:
            return None
        if len(asked) == 3:
            twice.set()
        return f"line {len(asked)}"

    with plain_lines(describe, every=0.001):
        # the block itself makes no call: one long step is told of too
        assert twice.wait(60)
    told = capsys.readouterr().err
    assert told.startswith("line 1\nline 3\n")
    # the teller has ended with the block
    assert not [t for t in threading.enumerate() if t.name.endswith("(tell)")]


def test_the_pace_is_that_of_the_last_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[Callable[[], str | None]] = []

    @contextmanager
    def held(describe: Callable[[], str | None], every: float) -> Iterator[None]:
        asked.append(describe)
        yield

    now = [0.0]
    monkeypatch.setattr(module, "plain_lines", held)
    lines = []
    with plain_progress("simulating", 1, clock=lambda: now[0]) as tell:
        # a run that goes on: 20 are there at once, then one comes every 20 s
        tell(20, 40)
        for n in range(1, 7):
            now[0] = 20.0 * n
            tell(20 + n, 40)
            lines.append(asked[0]())
    assert lines[0] == "simulating: 21 of 40 in 20 s, about 6.3 minutes left"
    assert lines[5] == "simulating: 26 of 40 in 2.0 minutes, about 4.7 minutes left"


def test_a_work_ends_with_what_it_took(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([100.0, 148.0])
    with plain_progress("simulating", 1, every=3600, clock=lambda: next(times)) as tell:
        tell(1, 24)
        tell(24, 24)
    assert capsys.readouterr().err == "simulating: 24 of 24 in 48 s\n"


def test_a_work_that_has_nothing_to_do_or_fails_says_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with plain_progress("simulating", 1, every=3600):
        pass
    work = plain_progress("simulating", 1, every=3600)
    work.__enter__()(1, 2)
    assert work.__exit__(RuntimeError, RuntimeError(), None) is False
    assert capsys.readouterr().err == ""


def test_who_listens_hears_every_line_and_nothing_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert module.has_terminal()
    outer: list[str] = []
    with module.listening(outer.append):
        assert not module.has_terminal()  # a bar would be printed
        module.tell("before")
        inner: list[str] = []
        with module.listening(inner.append):
            thread = threading.Thread(target=module.tell, args=("from a thread",))
            thread.start()
            thread.join()
        with module.listening(None):
            module.tell("to nobody")
        with plain_progress("cropping", 2, clock=iter((0.0, 1.0)).__next__) as advance:
            advance(2, 2)
    assert inner == ["from a thread"]
    assert outer == ["before", "cropping: 2 of 2 in 1.0 s"]
    assert capsys.readouterr().err == ""
    module.tell("to the terminal")
    assert capsys.readouterr().err == "to the terminal\n"
