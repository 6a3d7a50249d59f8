"""What the tutorials print, in one piece and without a terminal's codes.

A ``%%bash`` cell sends its output in pieces of a hundred bytes; myst-nb puts a line's end after
each, which breaks tables, and no lexer of its knows italics.
"""

from __future__ import annotations

import re
from typing import Any

from myst_nb.core import render
from sphinx.application import Sphinx

CODE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def joined(outputs: list[Any]) -> list[Any]:
    """The outputs of a cell, its streams one each, standard output first."""
    streams: dict[str, Any] = {}
    others = []
    for output in outputs:
        if output["output_type"] != "stream":
            others.append(output)
        elif output["name"] in streams:
            streams[output["name"]]["text"] += output["text"]
        else:
            streams[output["name"]] = output
    for output in streams.values():
        output["text"] = CODE.sub("", output["text"])
    return [streams[name] for name in ("stdout", "stderr") if name in streams] + others


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx calls it."""
    render.coalesce_streams = joined
    return {"parallel_read_safe": True}
