from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from spoofcue.data.extract import PrepareOptions
from spoofcue.data.folder import scan_folder
from spoofcue.data.manifest import MANIFEST_NAME, read_manifest, validate
from spoofcue.data.prepare import prepare
from spoofcue.data.prepared_folder import PreparedFolder
from spoofcue.data.shared_people import refuse_shared_subjects
from spoofcue.data.splits import with_splits
from spoofcue.errors import InputError
from spoofcue.labels import canonical


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Of six crops of three people."""
    root, out = tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("out") / "prepared"
    for k in range(6):
        place = root / f"p{k // 2}" / ("attack/print" if k % 2 else "live")
        place.mkdir(parents=True)
        noise = np.random.default_rng(k).integers(0, 255, (64, 64, 3)).astype(np.uint8)
        Image.fromarray(noise).save(place / "a.png")
    options = PrepareOptions(detector="none", min_face_px=32)
    prepare(with_splits(scan_folder(root)[0]), root, out, options, workers=1)
    return (out / MANIFEST_NAME).read_bytes()


def test_a_damaged_manifest_is_refused_or_read_and_nothing_else(
    manifest: bytes, tmp_path: Path
) -> None:
    path = tmp_path / MANIFEST_NAME
    rng = np.random.default_rng(0)
    refused = 0
    for at in rng.integers(0, len(manifest), 150):
        changed = bytearray(manifest)
        changed[at : at + 8] = rng.bytes(8)
        path.write_bytes(changed)
        try:
            read_manifest(tmp_path)
        except InputError:
            refused += 1
    assert refused > 50


def test_an_assertion_of_the_reader_that_fails_is_a_damaged_manifest(
    manifest: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / MANIFEST_NAME).write_bytes(manifest)

    def panics(rows: pl.LazyFrame, **_: object) -> pl.DataFrame:
        raise pl.exceptions.PanicException("assertion failed")

    monkeypatch.setattr(pl.LazyFrame, "collect", panics)
    with pytest.raises(InputError, match=r"not a readable Parquet file .*Prepare the data again"):
        read_manifest(tmp_path)


def test_parts_in_a_folder_are_one_manifest(manifest: bytes, tmp_path: Path) -> None:
    (tmp_path / "one.parquet").write_bytes(manifest)
    whole = read_manifest(tmp_path / "one.parquet")
    parts = tmp_path / "parts [1]" / MANIFEST_NAME
    parts.mkdir(parents=True)
    for number, at in enumerate(range(0, whole.height, 4)):
        whole[at : at + 4].write_parquet(parts / f"part-{number:05d}.parquet")
    (parts / "part-00001.parquet.tmp").write_bytes(b"half")
    assert read_manifest(parts.parent).equals(whole)
    assert PreparedFolder(parts.parent).is_prepared
    chosen = read_manifest(parts.parent, ["crop", "label"], ["dev", "test"])
    assert chosen.equals(whole.filter(pl.col("split") != "train").select("crop", "label"))


def test_a_rule_that_one_row_of_the_last_part_breaks_is_named_with_it(
    manifest: bytes, tmp_path: Path
) -> None:
    (tmp_path / "one.parquet").write_bytes(manifest)
    whole = read_manifest(tmp_path / "one.parquet")
    last = pl.arange(pl.len()) == whole.height - 1
    for column, value, why in (
        ("label", 2, "label must be 0 or 1"),
        ("split", "Dev", "split must be one of"),
        ("sample", "late", "sample must be early or empty"),
        ("crop", None, "a row has a crop exactly when its status is ok"),
        ("media", None, "`media` must not be empty"),
    ):
        broken = whole.with_columns(
            pl.when(last).then(pl.lit(value)).otherwise(column).alias(column)
        )
        with pytest.raises(InputError, match=rf"{why}.* broken by 1 row\(s\)"):
            validate(broken)
    with pytest.raises(InputError, match=r"wrong type: label is String, not Int8"):
        validate(whole.with_columns(label=pl.lit("live")))
    as_text = whole.with_columns(pl.col("label", "frame").cast(pl.String))
    assert validate(as_text).equals(whole)  # of other types, but every value is meant


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.text("aA \t\x1dß\u00a0é", min_size=1, max_size=3), st.booleans())))
def test_people_in_two_splits_are_those_that_a_loop_over_their_names_finds(
    pairs: list[tuple[str, bool]],
) -> None:
    splits: dict[str, set[bool]] = {}
    for name, tested in pairs:
        splits.setdefault(canonical(name), set()).add(tested)
    shared = sum(len(of) > 1 for of in splits.values())
    rows = pl.DataFrame(
        {"subject": [n for n, _ in pairs], "split": ["test" if t else "dev" for _, t in pairs]},
        schema={"subject": pl.String, "split": pl.String},
    )
    if not shared:
        refuse_shared_subjects(rows, "these")
        return
    with pytest.raises(InputError, match=rf"these: {shared} subject\(s\) are in more than one"):
        refuse_shared_subjects(rows, "these")
