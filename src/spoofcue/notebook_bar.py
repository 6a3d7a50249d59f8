"""A progress bar in a notebook: one line of HTML that is replaced while the work goes on.

By IPython's own display, which every notebook has: the bars of rich and tqdm ask there for a
package of widgets, and a terminal's control codes are shown as letters.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from html import escape
from importlib import import_module
from typing import Any

LEAST_SECONDS = 0.2  # between two updates: each is a message to the browser
STYLE = "font:13px/1.5 system-ui,sans-serif;font-variant-numeric:tabular-nums"


def in_notebook() -> bool:
    """Whether this is the kernel of a notebook, as Jupyter's or Colab's; nothing is imported."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


def run_by_notebook() -> bool:
    """Whether a notebook's kernel has started this process, as a cell with ``!spoofcue`` does.

    What it gives for a terminal shows colours, and obeys nothing that moves the cursor.
    """
    inline = "matplotlib_inline" in os.environ.get("MPLBACKEND", "")  # as every kernel sets it
    return inline or "JPY_PARENT_PID" in os.environ


class NotebookBar:
    """A bar below the cell, from its first showing on.

    Args:
        clock: seconds that only grow.

    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._last = clock, 0.0
        self._shown: Any = None

    def show(self, text: str, done: float, total: float, *, at_once: bool = False) -> None:
        """Show how far the work is; what comes too soon after the last one is left out.

        Args:
            text: beside the bar.
            done: so much of it.
            total: of so much; 0 where nobody knows.
            at_once: show it in any case.

        """
        now = self._clock()
        wanted = at_once or self._shown is None or (total and done >= total)
        if not wanted and now - self._last < LEAST_SECONDS:
            return
        self._last = now
        data = {"text/html": bar_html(text, done, total), "text/plain": text}
        if self._shown is None:
            display = import_module("IPython.display").display
            self._shown = display(data, raw=True, display_id=True)
        else:
            self._shown.update(data, raw=True)


def bar_html(text: str, done: float, total: float) -> str:
    """One line: the bar, then the text.

    >>> bar_html("cropping: 1 of 4", 1, 4)
    '<div style="..."><progress max="4" value="1" ...></progress> cropping: 1 of 4</div>'

    """
    value = f' max="{total:g}" value="{min(done, total):g}"' if total else ""
    bar = f'<progress{value} aria-label="progress" style="width:220px"></progress>'
    return f'<div style="{STYLE}">{bar} {escape(text)}</div>'
