"""What is named on the command line, as one list in a fixed order."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from spoofcue.batch.sources import Item, absolute, carried_columns, items_of
from spoofcue.errors import InputError


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("live/ann/2.jpg", "live/ann/10.jpg", "attack/mask/ben/a.mp4", "live/ann/n.txt"):
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    (tmp_path / "set" / "again.jpg").symlink_to("live/ann/2.jpg")
    return tmp_path


def names(items: list[Item], root: Path) -> list[str]:
    return [os.path.relpath(item.path, root) for item in items]


def test_folders_files_and_patterns_come_in_their_order(tree: Path) -> None:
    given = [str(tree / "set" / "live"), str(tree / "set/attack/mask/ben/a.mp4")]
    pattern = str(tree / "set" / "**" / "*.jpg")
    items = list(items_of([*given, pattern]))
    assert names(items, tree / "set") == [
        "live/ann/10.jpg", "live/ann/2.jpg",  # of the folder
        "attack/mask/ben/a.mp4",
        "again.jpg", "live/ann/10.jpg", "live/ann/2.jpg",  # of the pattern
    ]  # fmt: skip
    assert [item.carried.get("label") for item in items] == [None] * 4 + ["0", "0"]
    assert items == list(items_of([*given, pattern]))


def test_a_folder_names_each_file_once_and_what_it_leaves_out(tree: Path) -> None:
    (tree / "set" / "raw.dng").write_bytes(b"x")
    items = list(items_of([str(tree / "set")]))
    assert names(items, tree / "set") == [
        "attack/mask/ben/a.mp4", "live/ann/10.jpg", "live/ann/2.jpg", "raw.dng",
    ]  # fmt: skip
    assert [item.reason for item in items] == [None, None, None, "unsupported"]
    assert items[0].carried == {"label": "1", "pai": "mask", "subject": "ben", "split": None}


def test_manifests_of_both_kinds_carry_their_columns_as_text(tree: Path) -> None:
    columns = {
        "path": ["set/live/ann/2.jpg", str(tree / "set/attack/mask/ben/a.mp4"), "s3://b/k.jpg"],
        "Label": pa.array([0, 1, None], pa.int8()),
        "light": [0.5, 2.0, float("nan")],
        "taken": [date(2026, 1, 2), None, None],
        "person": pa.array(["ann", "ben", "ben"]).dictionary_encode(),
    }
    parquet.write_table(pa.table(columns), tree / "m.parquet", row_group_size=2)
    (tree / "m.csv").write_text("path;label;note\nset/live/ann/2.jpg;live;\n", encoding="utf-16")
    sources = [str(tree / "m.parquet"), str(tree / "m.csv")]
    assert carried_columns(sources) == ["label", "light", "taken", "person", "note"]
    first = str(tree / "set/live/ann/2.jpg")
    assert list(items_of(sources)) == [
        Item(first, carried={"label": "0", "light": "0.5", "taken": "2026-01-02", "person": "ann"}),
        Item(
            str(tree / "set/attack/mask/ben/a.mp4"),
            carried={"label": "1", "light": "2", "taken": None, "person": "ben"},
        ),
        Item(
            "s3://b/k.jpg", carried={"label": None, "light": None, "taken": None, "person": "ben"}
        ),
        Item(first, carried={"label": "live", "note": None}),
    ]


def test_what_is_no_manifest_or_not_there_is_said(tree: Path) -> None:
    nested = {"path": ["a.jpg"], "box": [[1, 2]]}
    parquet.write_table(pa.table(nested), tree / "nested.parquet")
    (tree / "broken.parquet").write_bytes(b"PAR1")
    (tree / "names.csv").write_text("file,label\na.jpg,0\n")
    (tree / "gap.csv").write_text("path,label\n,0\n")
    (tree / "empty").mkdir()
    faults = {
        "nested.parquet": "column box holds list",
        "broken.parquet": "broken.parquet",
        "names.csv": "lacks path",
        "gap.csv": "row 2: it has no path",
        "empty": "holds no image or video",
        "gone": "there is no file or folder",
        "gone/*.jpg": "holds no image or video",
    }
    for name, words in faults.items():
        with pytest.raises(InputError, match=words):
            list(items_of([str(tree / name)]))
    with pytest.raises(InputError, match="addresses begin with s3://"):
        list(items_of(["ftp://a/b"]))
    with pytest.raises(InputError, match="a source is empty"):
        absolute("")
