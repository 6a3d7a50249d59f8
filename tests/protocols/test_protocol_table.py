"""docs/reference/protocols.md lists the protocol files as they are."""

from __future__ import annotations

import runpy
from pathlib import Path

from spoofcue.protocols.reader import set_names

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_has_the_table_of_the_protocol_files() -> None:
    # after a change: python docs/figures/protocol_sets.py
    made = runpy.run_path(str(DOCS / "figures/protocol_sets.py"))
    page = (DOCS / "reference/protocols.md").read_text(encoding="utf-8")
    assert made["page_with"](made["table"](), page) == page
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == set_names()
