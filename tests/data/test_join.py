from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from spoofcue.data.join import join_prepared
from spoofcue.data.manifest import read_manifest, write_manifest
from spoofcue.data.prepared_folder import CropOptions, PreparedFolder, PreparedRecord
from spoofcue.errors import InputError


def folder(
    root: Path,
    name: str,
    dataset: str | None,
    sources: tuple[str, ...] = ("given", "dlib"),
    **options: object,
) -> Path:
    where = root / name
    (where / "crops").mkdir(parents=True)
    rows = [
        {
            "media": f"{label}.mov", "video": f"{label}.mov", "subject": f"{name}/{split}",
            "label": label, "pai": "print-1" if label else None, "split": split, "status": "ok",
            "crop": f"crops/{split}{label}.png", "dataset": dataset,
            "box_source": sources[label % len(sources)],
        }
        for split in ("train", "test")
        for label in (0, 1)
    ]  # fmt: skip
    for row in rows:
        (where / str(row["crop"])).write_text(f"{name} {row['crop']}")
    write_manifest(pl.DataFrame(rows, schema_overrides={"dataset": pl.String}), where)
    crops = {"margin": 0.2, "min_face_px": 48, "detector": "dlib", "boxes": "given"} | options
    record = PreparedRecord(options=CropOptions(**crops), warnings=[f"w-{name}"])  # type: ignore[arg-type]
    PreparedFolder(where).write_record(record)
    return where


def test_crops_are_found_from_the_joined_folder_and_videos_stay_apart(tmp_path: Path) -> None:
    a, b = folder(tmp_path, "a", "a"), folder(tmp_path / "deep", "b", None)
    out = tmp_path / "results" / "data"
    found = join_prepared({"a": a, "b": b}, out)
    joined = read_manifest(out)
    assert found.collect().equals(joined)
    assert joined["dataset"].to_list() == ["a"] * 4 + ["b"] * 4
    for name, crop in joined.select("dataset", "crop").iter_rows():
        assert (out / crop).read_text().startswith(f"{name} ")
    assert joined["video"].n_unique() == 4
    summary = json.loads((out / "prepare.json").read_text())
    assert summary["options"]["margin"] == 0.2
    assert summary["warnings"] == ["a: w-a", "b: w-b"]


@pytest.mark.parametrize(
    ("key", "one", "other", "option"),
    [
        ("margin", 0.2, 0.5, "--margin"),
        ("min_face_px", 48, 20, "--min-face"),
        ("detector", "dlib", "none", "--detector"),
        ("detector", "dlib", "yunet", "--detector"),
    ],
)
def test_crops_cut_differently_are_not_joined(
    tmp_path: Path, key: str, one: object, other: object, option: str
) -> None:
    folders = {
        name: folder(tmp_path, name, name, **{key: value})
        for name, value in (("a", one), ("b", one), ("c", other))
    }
    told = "; ".join(
        f"{n} in {f}: {v}" for (n, f), v in zip(folders.items(), (one, one, other), strict=True)
    )
    with pytest.raises(InputError) as caught:
        join_prepared(folders, tmp_path / "out")
    assert f"different values of {key} ({told})" in str(caught.value)
    assert f"with the same {option} each" in str(caught.value)
    assert not (tmp_path / "out").exists()
    del folders["c"]
    assert join_prepared(folders, tmp_path / "out").collect().height == 8


def test_whole_pictures_are_not_joined_with_faces_of_the_same_detector(tmp_path: Path) -> None:
    def none(name: str, *sources: str) -> Path:
        return folder(tmp_path, name, name, sources, detector="none")

    crops, whole = none("crops", "given"), none("whole", "whole")
    with pytest.raises(
        InputError, match=rf"whole pictures in whole \({whole}\) and faces in crops"
    ):
        join_prepared({"crops": crops, "whole": whole}, tmp_path / "out")
    part = none("part", "given", "whole")
    with pytest.raises(InputError, match=r"whole pictures in part .* and faces in crops .*, part"):
        join_prepared({"crops": crops, "part": part}, tmp_path / "out")
    assert join_prepared({"part": part}, tmp_path / "one").collect().height == 4
    more = none("more", "whole")
    assert join_prepared({"whole": whole, "more": more}, tmp_path / "two").collect().height == 8


def test_other_boxes_are_joined_and_told(tmp_path: Path) -> None:
    folders = {"a": folder(tmp_path, "a", "a"), "b": folder(tmp_path, "b", "b", boxes="detector")}
    join_prepared(folders, tmp_path / "out")
    warnings = json.loads((tmp_path / "out/prepare.json").read_text())["warnings"]
    told = "--boxes differed: a given, b detector; a dataset's own boxes may lie otherwise"
    assert warnings == ["a: w-a", "b: w-b", told]


def test_a_folder_of_another_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="given as siw and holds a"):
        join_prepared({"siw": folder(tmp_path, "a", "a")}, tmp_path / "out")
    with pytest.raises(InputError, match="no prepared folder"):
        join_prepared({"siw": tmp_path / "nothing"}, tmp_path / "out")
