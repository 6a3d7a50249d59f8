"""Nowhere does a table of any length become Python objects, a row or a cell each."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "spoofcue"
INTO_OBJECTS = {
    *("to_dicts", "iter_rows", "to_list", "to_pylist", "to_pydict", "rows_by_key", "DictReader"),
}
# where one of them is called, and why what it makes stays small
ALLOWED = {
    "batch/manifests.py": "a group of rows at a time",
    "batch/plan.py": "a group of the plan",
    "batch/summary.py": "a part at a time",
    "data/assemble.py": "counts by status, class and sample",
    "data/pack.py": "the rows of one shard",
    "data/prepared_folder.py": "counts by split, class and species",
    "data/recordings.py": "a block at a time",
    "data/same_pictures.py": "pictures that are there twice; those that a manifest has no sums of",
    "data/splits.py": "people, not rows",
    "figures/where.py": "the faces of an evaluation that has cue maps, of which means are made",
    "metrics/parquet_scores.py": "the distinct values of a block",
    "protocols/listed.py": "the recordings that a dataset's own lists name",
    "records/run_folder.py": "the epochs of a training",
    "scoring/evaluate_data_set.py": "the distinct endings of a block's names",
    "scoring/evaluate_run.py": "the faces that a model has just scored",
    "training/callbacks.py": "the epochs of a training",
    "training/classical.py": "faces whose features are held anyway",
}


def called(source: str) -> set[str]:
    """Those of the methods that a file calls."""
    if not any(name in source for name in INTO_OBJECTS):
        return set()
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    names = {f.attr for f in calls if isinstance(f, ast.Attribute)}
    return names & INTO_OBJECTS


def test_a_call_is_found() -> None:
    assert called("rows.filter(x).to_dicts()\n[r for r in t.iter_rows(named=True)]") == {
        "to_dicts",
        "iter_rows",
    }
    assert called("array.tolist()") == set()


def test_only_tables_that_are_known_to_be_small_become_python_objects() -> None:
    found = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if called(path.read_text(encoding="utf-8"))
    }
    assert found == set(ALLOWED)
