"""What scrolls by itself can be scrolled by keyboard: code, wide tables, displayed equations."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

REGIONS = ("<pre", '<div class="table-wrapper', '<div class="math')


def reachable(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give each region a place in the order of the Tab key."""
    body = context.get("body")
    if isinstance(body, str):
        for start in REGIONS:
            body = body.replace(
                start,
                start.replace("<pre", '<pre tabindex="0"').replace("<div", '<div tabindex="0"'),
            )
        context["body"] = body


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to each page."""
    app.connect("html-page-context", reachable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
