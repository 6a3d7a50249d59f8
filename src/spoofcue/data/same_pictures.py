"""One picture on both sides of a class or of a split, told from the manifest's sums of its pixels.

The frame is compared and not its file: the same picture may lie in a PNG and in a BMP. Only frames
with a face count: a black one is in many clips.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoofcue.errors import InputError
from spoofcue.labels import CLASS_NAMES
from spoofcue.media.near_pictures import near_pairs
from spoofcue.media.same_files import Made, same_files
from spoofcue.streamed import collected

if TYPE_CHECKING:
    import polars as pl

NEEDED = ("media", "frame", "label", "split", "dataset", "pixels", "look", "crop")
BLOCK = 4096  # rows that are Python objects at a time
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SharedPicture:
    """Two rows of a manifest that show one picture.

    Attributes:
        first, second: the rows; they differ in class or split.

    """

    first: Row
    second: Row

    @property
    def classes(self) -> bool:
        """Whether they differ in class."""
        return bool(self.first["label"] != self.second["label"])

    @property
    def of_one_set(self) -> bool:
        """Whether both are of one published set, whose makers put them there."""
        return self.first["dataset"] is not None and self.first["dataset"] == self.second["dataset"]

    def words(self) -> str:
        """Both, as ``a.png (live, train) and b.png (attack, test)``."""
        return " and ".join(map(_words, (self.first, self.second)))


def _words(row: Row) -> str:
    frame = f", frame {row['frame']}" if row["frame"] else ""
    return f"{row['media']}{frame} ({CLASS_NAMES[row['label']]}, {row['split']})"


def shared_pictures(rows: pl.DataFrame | pl.LazyFrame) -> list[SharedPicture]:
    """Pairs of rows with equal pixels on different sides; one pair a picture.

    Args:
        rows: of a manifest; those without the sum of their pixels take no part.

    """
    import polars as pl

    usable = (
        rows.lazy()
        .with_row_index("row")
        .filter((pl.col("status") == "ok") & pl.col("pixels").is_not_null())
        .with_columns(sum=pl.col("pixels").hash())
    )
    sides = [pl.col(c).min() != pl.col(c).max() for c in ("label", "split")]
    mixed = (
        usable.group_by("sum")
        .agg(mixed=pl.any_horizontal(sides))
        .filter("mixed")
        .collect(engine="streaming")
    )
    repeated = (
        usable.join(mixed.lazy(), on="sum", how="semi")
        .select("row", *NEEDED)
        .collect(engine="streaming")
        .sort("row")
    )
    groups: dict[str, list[Row]] = {}
    for row in repeated.iter_rows(named=True):
        groups.setdefault(row["pixels"], []).append(row)
    return list(_on_two_sides(groups.values()))


def _on_two_sides(groups: Iterable[Sequence[Row]]) -> Iterator[SharedPicture]:
    for group in groups:
        first = group[0]
        others = [r for r in group if r["label"] != first["label"]] or [
            r for r in group if r["split"] != first["split"]
        ]
        if others:
            yield SharedPicture(first, others[0])


def near_pictures(rows: pl.DataFrame | pl.LazyFrame) -> list[str]:
    """Warnings about pictures on different sides that look alike though their pixels differ.

    Args:
        rows: of a manifest; those without a difference hash take no part.

    """
    import polars as pl

    usable = rows.lazy().filter((pl.col("status") == "ok") & pl.col("look").is_not_null())
    known = usable.select("look", "label", "split", sum=pl.col("pixels").hash()).collect(
        engine="streaming"
    )
    found = near_pairs(
        (look for block in known.iter_slices(BLOCK) for look in block["look"]),
        (side for block in known.iter_slices(BLOCK) for side in _sides(block)),
    )
    sums = known["sum"]
    pairs = [(a, b) for a, b in found if sums[a] != sums[b]]
    if not pairs:
        return []
    first, second = (
        usable.slice(at, 1).select(NEEDED).collect().row(0, named=True) for at in pairs[0]
    )
    return [
        f"{len(pairs)} picture(s) look almost the same on two sides of a class or split, e.g. "
        f"{SharedPicture(first, second).words()}: copies of one picture make the error rates too "
        "good."
    ]


def _sides(rows: pl.DataFrame) -> Iterator[tuple[int, str]]:
    return zip(rows["label"], rows["split"], strict=True)


def warn_of_shared(pairs: Sequence[SharedPicture]) -> list[str]:
    """A warning in place of the refusal, where the sides are not the user's to change."""
    if not pairs:
        return []
    return [
        f"{len(pairs)} picture(s) are on two sides of a class or split, pixel for pixel, e.g. "
        f"{pairs[0].words()}: the error rates are too good."
    ]


def refuse_shared_pictures(rows: pl.DataFrame | pl.LazyFrame, source: Path) -> None:
    """Nothing, unless one picture is on both sides of a class or of a split.

    Rows without the sum of their pixels are compared by the bytes of their crops. Pictures that
    one published set has on both sides pass: ``prepare`` has warned of them.

    Args:
        rows: of a manifest, with the splits that are trained and judged on.
        source: the folder of the manifest.

    Raises:
        InputError: there is one; names both.

    """
    import polars as pl

    bare = rows.lazy().filter((pl.col("status") == "ok") & pl.col("pixels").is_null())
    listed = collected(bare.select(NEEDED), str(source))
    crops = same_files(Made(listed["crop"], source.joinpath))
    of_crops = _on_two_sides([[listed.row(i, named=True) for i in group] for group in crops])
    pairs = [p for p in (*shared_pictures(rows), *of_crops) if not p.of_one_set]
    if pairs:
        raise InputError(
            f"{source}: {len(pairs)} picture(s) are on two sides of a class or split, e.g. "
            f"{pairs[0].words()}. The error rates would be false; keep each picture once and "
            "prepare the folder again."
        )
