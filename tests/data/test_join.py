from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from spoofcue.data.join import join_prepared
from spoofcue.data.manifest import read_manifest, write_manifest
from spoofcue.errors import InputError


def folder(root: Path, name: str, dataset: str | None, margin: float = 0.2) -> Path:
    where = root / name
    (where / "crops").mkdir(parents=True)
    rows = [
        {
            "media": f"{label}.mov", "video": f"{label}.mov", "subject": f"{name}/{split}",
            "label": label, "pai": "print-1" if label else None, "split": split, "status": "ok",
            "crop": f"crops/{split}{label}.png", "dataset": dataset,
        }
        for split in ("train", "test")
        for label in (0, 1)
    ]  # fmt: skip
    for row in rows:
        (where / str(row["crop"])).write_text(f"{name} {row['crop']}")
    write_manifest(pl.DataFrame(rows, schema_overrides={"dataset": pl.String}), where)
    options = {"margin": margin, "min_face_px": 48, "detector": name}
    (where / "prepare.json").write_text(json.dumps({"options": options, "warnings": [f"w-{name}"]}))
    return where


def test_crops_are_found_from_the_joined_folder_and_videos_stay_apart(tmp_path: Path) -> None:
    a, b = folder(tmp_path, "a", "a"), folder(tmp_path / "deep", "b", None)
    out = tmp_path / "results" / "data"
    joined = join_prepared({"a": a, "b": b}, out)
    assert read_manifest(out).equals(joined)
    assert joined["dataset"].to_list() == ["a"] * 4 + ["b"] * 4
    for name, crop in joined.select("dataset", "crop").iter_rows():
        assert (out / crop).read_text().startswith(f"{name} ")
    assert joined["video"].n_unique() == 4
    summary = json.loads((out / "prepare.json").read_text())
    assert summary["options"]["margin"] == 0.2
    assert summary["warnings"][:2] == ["a: w-a", "b: w-b"]
    assert "different ways" in summary["warnings"][2]


def test_crops_cut_differently_are_not_joined(tmp_path: Path) -> None:
    folders = {"a": folder(tmp_path, "a", "a"), "b": folder(tmp_path, "b", "b", margin=0.5)}
    with pytest.raises(InputError, match="different values of margin"):
        join_prepared(folders, tmp_path / "out")


def test_a_folder_of_another_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="given as siw and holds a"):
        join_prepared({"siw": folder(tmp_path, "a", "a")}, tmp_path / "out")
    with pytest.raises(InputError, match="no prepared folder"):
        join_prepared({"siw": tmp_path / "nothing"}, tmp_path / "out")
