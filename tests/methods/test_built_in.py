"""What every method that comes with spoofcue has, and what docs/reference/methods.md says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from spoofcue.methods.classical import Classical
from spoofcue.methods.learned import Learned
from spoofcue.methods.method import LearnedMethod
from spoofcue.methods.registry import method_names, method_of_name
from spoofcue.methods.settings import load_settings

DOCS = (Path(__file__).parents[2] / "docs/reference/methods.md").read_text(encoding="utf-8")


def test_the_table_of_the_docs_is_that_of_the_methods() -> None:
    lines = DOCS[DOCS.index("| name |") :].split("\n\n")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert rows[0] == ["name", "seen in training", "score", "map"]
    told = {row[0].strip("`"): row[1:] for row in rows[2:]}
    entries = (method_of_name(name) for name in method_names())
    assert told == {m.name: [m.seen, m.score, m.evidence] for m in entries}


@pytest.mark.parametrize("method", method_names()[1:])
def test_each_has_a_section_in_the_docs(method: str) -> None:
    assert f"\n### {method}\n" in DOCS.replace("`", "")


@pytest.mark.parametrize("method", method_names())
def test_each_is_built_as_its_entry_says(method: str) -> None:
    entry = method_of_name(method)
    assert entry.name == method
    settings = load_settings("small", None, ["model.width=8", "model.weights=none"], method)
    kind = Learned if isinstance(entry, LearnedMethod) else Classical
    assert isinstance(entry.build(settings), kind)  # type: ignore[attr-defined]
