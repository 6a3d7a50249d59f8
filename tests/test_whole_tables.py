"""Nowhere does a table of any length become Python objects, a row or a cell each."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "spoofcue"
# what makes a Python object of each entry of a column
OF_COLUMNS = {"list", "tuple", "set", "frozenset", "dict", "sorted", "zip", "map", "Counter"}
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
    "data/manifest.py": "three rows that break a rule",
    "data/prepared_folder.py": "counts by split, class and species",
    "data/recordings.py": "a block at a time",
    "data/same_pictures.py": "pictures that are there twice; a block at a time",
    "data/shared_people.py": "ten people who are in two splits",
    "data/splits.py": "people, not rows",
    "figures/where.py": "at most some hundred faces of a kind, of which means are made",
    "metrics/parquet_scores.py": "the distinct values of a block",
    "protocols/counts.py": "counts by species",
    "protocols/listed.py": "the recordings that a dataset's own lists name",
    "records/run_folder.py": "the epochs of a training",
    "scoring/evaluate_data_set.py": "the distinct endings of a block's names",
    "scoring/evaluate_run.py": "counts by split",
    "streamed.py": "distinct texts of columns that have few",
    "training/callbacks.py": "the epochs of a training",
    "training/classical.py": "faces whose features are held anyway",
    "training/gradient.py": "a few faces that are scored after each epoch",
}


def called(source: str) -> set[str]:
    """Those of the methods that a file calls, and what it makes of columns of Polars."""
    of_polars = "polars" in source
    if not of_polars and not any(name in source for name in INTO_OBJECTS):
        return set()
    found = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr in INTO_OBJECTS:
            found.add(node.func.attr)
        elif isinstance(node.func, ast.Name) and node.func.id in OF_COLUMNS and of_polars:
            found |= {node.func.id for given in node.args if is_column(given)}
    return found


def is_column(node: ast.expr) -> bool:
    """``rows["name"]``, alone or with methods called on it."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
    return (
        isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    )


def test_a_call_is_found() -> None:
    assert called("rows.filter(x).to_dicts()\n[r for r in t.iter_rows(named=True)]") == {
        "to_dicts",
        "iter_rows",
    }
    assert called("array.tolist()") == set()
    columns = 'set(rows["a"].drop_nulls()), list(zip(rows["a"], rows["b"])), len(rows["a"])'
    assert called(f"import polars\n{columns}") == {"set", "zip"}
    assert called(columns) == set()


def test_only_tables_that_are_known_to_be_small_become_python_objects() -> None:
    found = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if called(path.read_text(encoding="utf-8"))
    }
    assert found == set(ALLOWED)
