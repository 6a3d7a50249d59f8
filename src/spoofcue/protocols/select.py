"""Apply a fold to a manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoofcue.errors import InputError
from spoofcue.protocols.definition import Fold, Selection

if TYPE_CHECKING:
    import polars as pl

SPLITS = ("train", "dev", "test")


def rows_of_fold(rows: pl.DataFrame, fold: Fold) -> pl.DataFrame:
    """The rows that the fold uses; each stays in the split of its subject.

    Args:
        rows: of a manifest, split by identity.
        fold: of a protocol.

    Raises:
        InputError: a split has no live or no attack row left.

    """
    import polars as pl

    parts = [rows.filter((pl.col("split") == split) & _matches(fold.of(split))) for split in SPLITS]
    chosen = pl.concat(parts)
    for split, part in zip(SPLITS, parts, strict=True):
        classes = set(part["label"].to_list())
        if classes != {0, 1}:
            lacks = "live and attack" if not classes else "attack" if classes == {0} else "live"
            raise InputError(
                f"fold {fold.name}: its {split} selection {fold.of(split).to_dict()} leaves no "
                f"{lacks} rows in this set."
            )
    return chosen


def _matches(selection: Selection) -> pl.Expr:
    import polars as pl

    matches = pl.lit(True)
    for key, values in selection.keep.items():
        inside = pl.col(key).is_in(list(values))
        if key == "pai":
            # a live face was shown by no instrument, and belongs to every selection of them
            inside = inside | pl.col("pai").is_null()
        matches = matches & inside.fill_null(False)
    return matches
