"""What a training takes of a manifest: of its rows those with a crop, of its columns a few."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spoofcue.metrics.columns import Categories
from spoofcue.streamed import collected

if TYPE_CHECKING:
    import polars as pl

COLUMNS = ("crop", "crop_h", "crop_w", "label", "pai", "subject", "video")


def crops_of(rows: pl.LazyFrame, split: str, source: Path) -> pl.DataFrame:
    """The rows of a split that have a crop, by :data:`COLUMNS`, in the order of the manifest.

    Args:
        rows: of a manifest.
        split: train, dev or test.
        source: the prepared folder, for messages.

    """
    import polars as pl

    chosen = rows.filter((pl.col("status") == "ok") & (pl.col("split") == split))
    return collected(chosen.select(COLUMNS), str(source))


def names_in(column: pl.Series) -> Categories:
    """A column of text, encoded; nothing becomes an empty name."""
    text = column.fill_null("")
    codes = text.rank("dense").to_numpy().astype("int32") - 1
    return Categories.coded(codes, text.unique().sort())
