"""The one manifest (Parquet) that every command reads and writes: a row is one face attempt.

It is one file, or a folder of that name with parts, in order. It may have more rows than fit into
memory: rules are checked as sums over a stream of row groups, and whoever reads takes the columns
and splits that they need.

An attempt that gave no face keeps its row, with ``status`` other than ``ok`` and no ``crop``: a
toolkit that drops such rows hides errors (ISO/IEC 30107-3 non-response).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from spoofcue.data.shared_people import refuse_shared_subjects
from spoofcue.errors import InputError
from spoofcue.labels import ATTACK, LIVE
from spoofcue.streamed import collected, polars_errors
from spoofcue.whole_files import recover_folder, whole

if TYPE_CHECKING:
    import polars as pl

Rows = TypeVar("Rows", "pl.DataFrame", "pl.LazyFrame")

SPLITS = ("train", "dev", "test")
EARLY = "early"
MANIFEST_NAME = "manifest.parquet"
PARTS = "part-*.parquet"
REQUIRED = ("media", "subject", "label", "split", "status")

# column -> (polars type name, what it holds). The order is the order in the file.
COLUMNS: dict[str, tuple[str, str]] = {
    "media": ("String", "source file, relative to the prepared ROOT (absolute if outside it)"),
    "video": ("String", "id of the recording: frames of one video share it; images have their own"),
    "frame": ("Int32", "frame number in the video, from 0; 0 for an image"),
    "time_s": ("Float64", "presentation time of the frame in seconds; 0 for an image"),
    "sample": (
        "String",
        "early: taken besides the evenly spread frames, for protocols that train on the first "
        "ones; null for all others",
    ),
    "dataset": ("String", "name of the dataset, as `spoofcue datasets` lists it; null if none"),
    "subject": ("String", "identity; never in two splits"),
    "label": ("Int8", "0 live (bona fide), 1 attack"),
    "pai": ("String", "presentation attack instrument species; null for live"),
    "session": ("String", "recording session (light, place); null if unknown"),
    "device": ("String", "capture device; null if unknown"),
    "variant": ("String", "a further attribute that the dataset tells apart; null if none"),
    "split": ("String", "train, dev or test"),
    "frame_w": ("Int32", "width of the upright frame, px; null if it was not decoded"),
    "frame_h": ("Int32", "height of the upright frame, px"),
    "box_x": ("Int32", "face box before the margin, left edge in the upright frame, px"),
    "box_y": ("Int32", "face box, top edge, px"),
    "box_w": ("Int32", "face box, width, px; null if no face"),
    "box_h": ("Int32", "face box, height, px"),
    "box_source": (
        "String",
        "given (by the dataset), dlib, yunet or whole (the picture is a face)",
    ),
    "crop": ("String", "face crop, relative to the manifest's folder; null if there is none"),
    "crop_w": ("Int32", "width of the crop, px, at native resolution"),
    "crop_h": ("Int32", "height of the crop, px"),
    "pixels": (
        "String",
        "digest of the frame's size and pixels, equal for equal pictures; null if unknown",
    ),
    "look": (
        "String",
        "difference hash of the frame, 256 bits in hexadecimal; near for copies; null if unknown",
    ),
    "status": ("String", "ok, no_face, face_too_small, unreadable, too_large or no_frames"),
    "reason": ("String", "why there is no crop, in words; null when ok"),
}


def schema() -> dict[str, pl.DataType]:
    """Column names and polars types, in file order."""
    import polars as pl

    return {name: getattr(pl, kind)() for name, (kind, _) in COLUMNS.items()}


def validate(rows: pl.DataFrame, source: str = "manifest") -> pl.DataFrame:
    """Check the rules of a manifest and return it with columns in order and typed.

    Rules: the columns of :data:`COLUMNS` (missing optional ones become null, unknown ones are
    refused); label 0 or 1; ``pai`` given exactly for attacks; a subject in one split only; a
    crop exactly where ``status`` is ``ok``.

    Raises:
        InputError: naming the rule, the offending values and the remedy.

    """
    return collected(_validated(rows.lazy(), source), source)


def _validated(rows: pl.LazyFrame, source: str) -> pl.LazyFrame:
    import polars as pl

    with polars_errors(source):
        found = dict(rows.collect_schema())
    unknown = sorted(set(found) - set(COLUMNS))
    missing = sorted(set(REQUIRED) - set(found))
    if unknown or missing:
        raise InputError(
            f"{source}: unknown columns {unknown}, missing columns {missing}; "
            f"a manifest has {list(COLUMNS)}"
        )
    kinds = schema()
    other = [name for name, kind in found.items() if kind != kinds[name]]
    if other:
        lost = [
            (pl.col(n).cast(kinds[n], strict=False).is_null() & pl.col(n).is_not_null()).any()
            for n in other
        ]
        unfit = collected(rows.select(lost), source).row(0, named=True)
        wrong = [f"{n} is {found[n]}, not {kinds[n]}" for n in other if unfit[n]]
        if wrong:
            raise InputError(f"{source}: a column has the wrong type: {', '.join(wrong)}.")
    typed = rows.select(
        (pl.col(n) if n in found else pl.lit(None)).cast(kind).alias(n) for n, kind in kinds.items()
    )
    _check_rules(typed, source)
    refuse_shared_subjects(typed, source)
    return typed


def _rules() -> Iterator[tuple[pl.Expr, str]]:
    """Which rows break a rule, and the rule."""
    import polars as pl

    attack, live = pl.col("label") == ATTACK, pl.col("label") == LIVE
    yield ~pl.col("label").is_in([LIVE, ATTACK]).fill_null(False), "label must be 0 or 1"
    yield (
        ~pl.col("split").is_in(list(SPLITS)).fill_null(False),
        f"split must be one of {SPLITS}",
    )
    yield (pl.col("sample") != EARLY).fill_null(False), f"sample must be {EARLY} or empty"
    yield attack & pl.col("pai").is_null(), "an attack needs its PAI species in `pai`"
    yield live & pl.col("pai").is_not_null(), "a live row must have no `pai`"
    for column in ("media", "subject", "status"):
        yield pl.col(column).is_null(), f"`{column}` must not be empty"
    yield (
        (pl.col("status") == "ok") != pl.col("crop").is_not_null(),
        "a row has a crop exactly when its status is ok",
    )


def _check_rules(rows: pl.LazyFrame, source: str) -> None:
    """All rules in one pass; a broken one is looked up again for examples."""
    rules = list(_rules())
    counts = collected(
        rows.select(broken.sum().alias(str(at)) for at, (broken, _) in enumerate(rules)), source
    ).row(0)
    for count, (broken, rule) in zip(counts, rules, strict=True):
        if count:
            bad = collected(rows.filter(broken).select("media").head(3), source)
            shown = ", ".join(map(str, bad["media"]))
            raise InputError(f"{source}: {rule}; broken by {count} row(s), e.g. {shown}")


def evenly_spread(rows: Rows) -> Rows:
    """Without the early frames, which are for protocols alone that train on the first ones."""
    import polars as pl

    return rows.filter(pl.col("sample").is_null())


def write_manifest(rows: pl.DataFrame | pl.LazyFrame, folder: Path) -> Path:
    """Validate ``rows`` and write ``folder/manifest.parquet`` whole or not at all.

    Args:
        rows: a query is streamed, and not held.
        folder: the prepared folder.

    """
    import polars as pl

    path = folder / MANIFEST_NAME
    checked = _validated(rows.lazy(), str(path))
    with whole(path) as part:
        if isinstance(rows, pl.LazyFrame):
            with polars_errors(str(path)):
                checked.sink_parquet(part)
        else:
            collected(checked, str(path)).write_parquet(part)
    return path


def manifest_files(folder: Path) -> list[Path]:
    """The Parquet files of a prepared folder's manifest in order; none if there is no manifest.

    Args:
        folder: the prepared folder, or the manifest itself.

    """
    path = folder if folder.suffix == ".parquet" else folder / MANIFEST_NAME
    if path.is_dir():
        return sorted(path.glob(PARTS))
    return [path] if path.is_file() else []


def scan_manifest(folder: Path) -> pl.LazyFrame:
    """The manifest of a prepared folder, checked, for queries over more rows than memory holds.

    Every rule of :func:`validate` is checked here, in one pass over what it looks at. Collect
    queries with :func:`spoofcue.streamed.collected`.

    Args:
        folder: the prepared folder, or the manifest itself.

    Raises:
        InputError: no manifest there, not Parquet, or a rule of :func:`validate` is broken.

    """
    import polars as pl

    path = folder if folder.suffix == ".parquet" else folder / MANIFEST_NAME
    recover_folder(path.parent)
    if not folder.exists():
        raise InputError(f"there is no folder {folder}; it does not exist.")
    files = manifest_files(folder)
    if not files:
        raise InputError(
            f"{folder} holds no {MANIFEST_NAME}; make one with "
            "`spoofcue prepare folder ROOT --out DIR` and give DIR here."
        )
    return _validated(pl.scan_parquet(files, glob=False), str(path))


def read_manifest(
    folder: Path, columns: Sequence[str] | None = None, splits: Sequence[str] | None = None
) -> pl.DataFrame:
    """Read and check the manifest of a prepared folder (or the Parquet file itself).

    Args:
        folder: the prepared folder, or the manifest itself.
        columns: those that are wanted; None: all.
        splits: only rows of these; None: all.

    Raises:
        InputError: no manifest there, not Parquet, or a rule of :func:`validate` is broken.

    """
    import polars as pl

    rows = scan_manifest(folder)
    if splits is not None:
        rows = rows.filter(pl.col("split").is_in(list(splits)))
    return collected(rows if columns is None else rows.select(columns), str(folder))
