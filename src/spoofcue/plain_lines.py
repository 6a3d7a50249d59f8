"""Lines about a long work: on stderr, or to whoever listens.

Where there is a terminal a progress bar says the same, and another in a notebook.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from spoofcue.notebook_bar import NotebookBar, in_notebook, run_by_notebook
from spoofcue.plain_text import visible

EVERY_SECONDS = 20.0
_listeners: list[Callable[[str], None] | None] = []  # None: nobody, and silence


def tell(line: str) -> None:
    """A line about the work at hand, on stderr unless somebody is :func:`listening`."""
    if _listeners:
        if _listeners[-1] is not None:
            _listeners[-1](line)
    elif sys.stderr is not None:  # print would take stdout instead
        with suppress(OSError):  # the work goes on, told or not
            print(visible(line), file=sys.stderr, flush=True)


@contextmanager
def listening(listener: Callable[[str], None] | None) -> Iterator[None]:
    """Within the block every line goes to ``listener``, of all threads; to nobody if it is None.

    So a program that uses the library has nothing printed that it did not ask for.

    >>> heard = []
    >>> with listening(heard.append):
    ...     tell("epoch 1 of 5")
    >>> heard
    ['epoch 1 of 5']

    """
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.pop()


def has_terminal() -> bool:
    """Whether a progress bar can be shown: stderr is a terminal, and nobody is listening.

    A command that a notebook runs (``!spoofcue``) has one in name, which obeys no control codes.
    """
    named = sys.stderr is not None and sys.stderr.isatty() and not _listeners
    return named and not run_by_notebook()


def has_notebook() -> bool:
    """Whether a bar can be shown in a notebook: there is one, and no function is listening."""
    return in_notebook() and not any(_listeners[-1:])


@contextmanager
def notebook_progress(title: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar for (done, all) in a notebook; None elsewhere, where the caller shows nothing."""
    if not has_notebook():
        yield None
        return
    began, bar, at = time.monotonic(), NotebookBar(), (0, 0)

    def advance(done: int, all_: int) -> None:
        nonlocal at
        at = (done, all_)
        bar.show(progress_line(title, *at, time.monotonic() - began), *at)

    yield advance
    if at[0]:
        took = duration_text(time.monotonic() - began)
        bar.show(f"{title}: {at[0]} of {at[1]} in {took}", *at, at_once=True)


@contextmanager
def plain_lines(describe: Callable[[], str | None], every: float = EVERY_SECONDS) -> Iterator[None]:
    """Print what ``describe`` says every so many seconds, for as long as the block runs.

    A thread of its own asks, so that one long step is told of too.

    Args:
        describe: what is going on now; None prints nothing this time.
        every: seconds between two lines; the first comes after as many.

    """
    ended = threading.Event()

    def tell_now_and_then() -> None:
        while not ended.wait(every):
            line = describe()
            if line is not None:
                tell(line)

    teller = threading.Thread(target=tell_now_and_then, daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()


@contextmanager
def plain_progress(
    title: str,
    total: int,
    every: float = EVERY_SECONDS,
    clock: Callable[[], float] = time.monotonic,
    closing: bool = True,
    rate: bool = False,
) -> Iterator[Callable[[int, int], None]]:
    """What a bar would show, as plain lines and a closing one; yields a function of (done, all).

    Args:
        title: what is done.
        total: how much there is, until the function is told better.
        every: seconds between two lines.
        clock: seconds that only grow.
        closing: whether to say at the end how long it took.
        rate: whether lines say how many are done in a second.

    """
    if has_notebook():
        with notebook_progress(title) as bar:
            yield bar or (lambda done, all_: None)
        return
    began, at = clock(), (0, total)
    lately: deque[tuple[int, float]] = deque(maxlen=4)

    def advance(done: int, all_: int) -> None:
        nonlocal at
        if not lately:
            # what was done before, in a run that goes on, says nothing of the pace
            lately.append((done, 0.0))
        at = (done, all_)

    def line() -> str:
        seconds = clock() - began
        if not lately:
            return progress_line(title, *at, seconds)
        text = progress_line(title, *at, seconds, lately[0], rate=rate)
        lately.append((at[0], seconds))
        return text

    with plain_lines(line, every):
        yield advance
    if closing and at[0]:
        tell(f"{title}: {at[0]} of {at[1]} in {duration_text(clock() - began)}")


def progress_line(
    title: str,
    done: int,
    total: int,
    seconds: float,
    since: tuple[int, float] = (0, 0.0),
    *,
    rate: bool = False,
) -> str:
    """How far a work is, and how long the rest takes at its pace.

    Args:
        title: what is done.
        done: so much of it.
        total: of so much.
        seconds: that it has taken.
        since: (done, seconds) from which on the pace is taken.
        rate: whether to say the pace too.

    """
    if not done:
        return f"{title}: {duration_text(seconds)} so far"
    line = f"{title}: {done} of {total} in {duration_text(seconds)}"
    if done >= total:
        return line + ", to be finished"
    before, at = since
    if done <= before:
        return line
    if rate:
        line += f", {(done - before) / (seconds - at):.3g} a second"
    return f"{line}, about {duration_text((seconds - at) / (done - before) * (total - done))} left"


def duration_text(seconds: float) -> str:
    """Seconds in words: ``3.1 s``, ``48 s``, ``5.0 minutes``, ``2.1 hours``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} minutes" if seconds < 5970 else f"{seconds / 3600:.1f} hours"
