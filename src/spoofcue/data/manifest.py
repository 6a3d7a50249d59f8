"""The one manifest (Parquet) that every command reads and writes: a row is one face attempt.

An attempt that gave no face keeps its row, with ``status`` other than ``ok`` and no ``crop``: a
toolkit that drops such rows hides errors (ISO/IEC 30107-3 non-response).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spoofcue.errors import InputError
from spoofcue.labels import ATTACK, LIVE, canonical
from spoofcue.whole_files import recover_folder, whole

if TYPE_CHECKING:
    import polars as pl

SPLITS = ("train", "dev", "test")
EARLY = "early"
MANIFEST_NAME = "manifest.parquet"

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
    import polars as pl

    unknown = sorted(set(rows.columns) - set(COLUMNS))
    required = {"media", "subject", "label", "split", "status"}
    missing = sorted(required - set(rows.columns))
    if unknown or missing:
        raise InputError(
            f"{source}: unknown columns {unknown}, missing columns {missing}; "
            f"a manifest has {list(COLUMNS)}"
        )
    kinds = schema()
    try:
        rows = rows.select(
            [
                (pl.col(n) if n in rows.columns else pl.lit(None)).cast(k).alias(n)
                for n, k in kinds.items()
            ]
        )
    except pl.exceptions.PolarsError as error:
        raise InputError(f"{source}: a column has the wrong type: {error}") from error
    _refuse(rows.filter(~_one_of("label", (LIVE, ATTACK))), source, "label must be 0 or 1")
    _refuse(rows.filter(~_one_of("split", SPLITS)), source, f"split must be one of {SPLITS}")
    _refuse(rows.filter(pl.col("sample") != EARLY), source, f"sample must be {EARLY} or empty")
    _refuse(
        rows.filter((pl.col("label") == ATTACK) & pl.col("pai").is_null()),
        source,
        "an attack needs its PAI species in `pai`",
    )
    _refuse(
        rows.filter((pl.col("label") == LIVE) & pl.col("pai").is_not_null()),
        source,
        "a live row must have no `pai`",
    )
    for column in ("media", "subject", "status"):
        _refuse(rows.filter(pl.col(column).is_null()), source, f"`{column}` must not be empty")
    _refuse(
        rows.filter((pl.col("status") == "ok") != pl.col("crop").is_not_null()),
        source,
        "a row has a crop exactly when its status is ok",
    )
    refuse_shared_subjects(rows, source)
    return rows


def evenly_spread(rows: pl.DataFrame) -> pl.DataFrame:
    """Without the early frames, which are for protocols alone that train on the first ones."""
    return rows.filter(rows["sample"].is_null())


def refuse_shared_subjects(rows: pl.DataFrame, source: str) -> None:
    """Raise InputError when a subject is in more than one split: its test result would be false.

    Names that differ in case, blanks or forms of a character alone are one person's.
    """
    splits: dict[str, set[str]] = {}
    names: dict[str, set[str]] = {}
    for subject, split in rows.select("subject", "split").unique().iter_rows():
        person = canonical(subject)
        splits.setdefault(person, set()).add(split)
        names.setdefault(person, set()).add(subject)
    shared = sorted(person for person, of in splits.items() if len(of) > 1)
    if shared:
        named = ", ".join(
            f"{' or '.join(sorted(names[p]))} in {'+'.join(sorted(splits[p]))}" for p in shared[:5]
        )
        raise InputError(
            f"{source}: {len(shared)} subject(s) are in more than one split ({named}"
            f"{', …' if len(shared) > 5 else ''}); the detector would be tested on people it was "
            "trained on. Put each subject in one split."
        )


def _one_of(column: str, allowed: tuple[object, ...]) -> pl.Expr:
    import polars as pl

    return pl.col(column).is_in(list(allowed)).fill_null(False)


def _refuse(bad: pl.DataFrame, source: str, rule: str) -> None:
    if bad.height:
        shown = ", ".join(str(m) for m in bad["media"].head(3))
        raise InputError(f"{source}: {rule}; broken by {bad.height} row(s), e.g. {shown}")


def write_manifest(rows: pl.DataFrame, folder: Path) -> Path:
    """Validate ``rows`` and write ``folder/manifest.parquet`` whole or not at all."""
    path = folder / MANIFEST_NAME
    checked = validate(rows, str(path))
    with whole(path) as part:
        checked.write_parquet(part)
    return path


def read_manifest(folder: Path) -> pl.DataFrame:
    """Read and validate the manifest of a prepared folder (or the Parquet file itself).

    Raises:
        InputError: no manifest there, not Parquet, or a rule of :func:`validate` is broken.

    """
    import polars as pl

    path = folder if folder.suffix == ".parquet" else folder / MANIFEST_NAME
    recover_folder(path.parent)
    if not folder.exists():
        raise InputError(f"there is no folder {folder}; it does not exist.")
    if not path.is_file():
        raise InputError(
            f"{folder} holds no {MANIFEST_NAME}; make one with "
            "`spoofcue prepare folder ROOT --out DIR` and give DIR here."
        )
    try:
        rows = pl.read_parquet(path)
    # of a damaged file Polars' reader may fail an assertion, which is no Exception in Python
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise InputError(
            f"{path} is not a readable Parquet file ({error}). Prepare the data again."
        ) from error
    return validate(rows, str(path))
