from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from helpers.tiny_run import BrightModel, make_run, prepare
from spoofcue.data.manifest import read_manifest
from spoofcue.figures.evidence import Evidence
from spoofcue.figures.run import read_figure_run
from spoofcue.figures.where import Region, align, average, face_regions, mean_faces


def evidence(values: np.ndarray) -> Evidence:
    return Evidence(np.repeat(values[..., None] * 10, 3, axis=2).astype(np.uint8), values)


def test_the_mean_equals_one_made_by_hand_where_crops_reach_and_where_not() -> None:
    a = evidence(np.array([[1.0, 2.0], [3.0, 4.0]], np.float32))
    b = evidence(np.array([[5.0, 6.0], [7.0, 8.0]], np.float32))
    whole = Region(0, 0, 1, 1)
    to_the_right = Region(0.5, 0, 1.5, 1)  # b's right column, then nothing
    mean = average([align(a, whole, 2), align(b, to_the_right, 2)])
    assert mean.faces == 2
    np.testing.assert_allclose(mean.magnitude, [[(1 + 6) / 2, 2], [(3 + 8) / 2, 4]])
    np.testing.assert_array_equal(mean.face[..., 0], [[35, 20], [55, 40]])
    nowhere = average([align(a, Region(1, 0, 2, 1), 2)])
    assert np.isnan(nowhere.magnitude).all()


def test_a_region_is_brought_to_the_common_raster() -> None:
    small = align(evidence(np.full((10, 10), 3.0, np.float32)), Region(0.2, 0.2, 0.7, 0.7), 64)
    large = align(evidence(np.full((90, 90), 5.0, np.float32)), Region(0, 0, 1, 1), 64)
    np.testing.assert_allclose(average([small, large]).magnitude, np.full((64, 64), 4.0), rtol=1e-6)


def test_regions_are_the_box_with_the_same_margin_wherever_the_crop_was_cut(tmp_path: Path) -> None:
    rows = read_manifest(prepare(tmp_path / "p", people=1, takes=1))
    # The crop is the frame of 40 px; box 20 x 24 at (5, 6): side 24 * 1.4 about (15, 18).
    for region in face_regions(rows).values():
        assert region.left * 40 == pytest.approx(15 - 16.8)
        assert region.bottom * 40 == pytest.approx(18 + 16.8)
    # A crop of the same box with 5 % margin from a large frame: centre is the crop's own.
    cut = rows.with_columns(
        pl.lit(400).cast(pl.Int32).alias("frame_w"), pl.lit(400).cast(pl.Int32).alias("frame_h"),
        pl.lit(100).cast(pl.Int32).alias("box_x"), pl.lit(100).cast(pl.Int32).alias("box_y"),
        pl.lit(40).cast(pl.Int32).alias("box_w"), pl.lit(40).cast(pl.Int32).alias("box_h"),
        pl.lit(44).cast(pl.Int32).alias("crop_w"), pl.lit(44).cast(pl.Int32).alias("crop_h"),
    )  # fmt: skip
    for region in face_regions(cut).values():
        assert (region.left + region.right) / 2 == pytest.approx(0.5)
        assert (region.right - region.left) * 44 == pytest.approx(40 * 1.4)
    assert face_regions(cut.with_columns(pl.lit(41).cast(pl.Int32).alias("crop_w"))) == {}


def test_every_kind_has_its_mean(tmp_path: Path) -> None:
    data = prepare(tmp_path / "p")
    run = read_figure_run(make_run(tmp_path / "run", data))
    means = mean_faces(run, BrightModel(), data)
    assert {k: m.faces for k, m in means.items()} == {"live": 6, "print-a": 6, "replay-a": 6}
    for mean in means.values():
        there = ~np.isnan(mean.magnitude)
        bright = mean.face.mean(axis=2) / 255
        np.testing.assert_allclose(mean.magnitude[there], bright[there], atol=0.01)
