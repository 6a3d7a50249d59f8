"""A stand-in for the IPython of a notebook, which keeps what it is asked to show."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest


def notebook(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """From now on what a notebook is sent is kept here: ``new`` or ``again``, and the text."""
    sent: list[tuple[str, str]] = []

    def display(data: dict[str, str], **_: Any) -> SimpleNamespace:
        sent.append(("new", data["text/plain"]))
        return SimpleNamespace(update=lambda d, **_: sent.append(("again", d["text/plain"])))

    ipython = ModuleType("IPython")
    ipython.get_ipython = lambda: SimpleNamespace(kernel=object())  # type: ignore[attr-defined]
    displays = ModuleType("IPython.display")
    displays.display = display  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", displays)
    return sent
