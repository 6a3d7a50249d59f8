"""A prepared folder whose crops are files, copied to one whose crops lie in shards.

The manifest is the same but for the column ``crop``, so whatever is trained or judged is too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoofcue.data.manifest import MANIFEST_NAME, manifest_files, scan_manifest
from spoofcue.data.prepared_folder import PreparedFolder
from spoofcue.errors import InputError
from spoofcue.media.crops import (
    Suffix,
    as_bmp,
    crop_bytes,
    new_shard,
    read_crop,
    shard_name,
)
from spoofcue.processes import as_done
from spoofcue.records.owner import LOCK, SETTINGS, owned
from spoofcue.whole_files import whole, whole_folder

if TYPE_CHECKING:
    import polars as pl

SHARD_ROWS = 1000
# what other loaders of the shards are told of a face; the manifest alone counts here
TOLD = ("label", "pai", "split", "subject", "video", "frame", "dataset")
_SUFFIXES: dict[str, Suffix] = {".png": "png", ".jpg": "jpg", ".jpeg": "jpg", ".bmp": "bmp"}
_BLOCK = 1 << 24
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Packed:
    """What a packing wrote.

    Attributes:
        faces: crops in all shards.
        shards: files.
        bytes: of all shards.

    """

    faces: int
    shards: int
    bytes: int


@dataclass(frozen=True, slots=True)
class _Shard:
    """Rows of one file of the manifest: ``count`` from ``start`` on."""

    number: int
    manifest: Path
    start: int
    count: int


def pack(
    data: Path,
    out: Path,
    *,
    shard_rows: int = SHARD_ROWS,
    uncompressed: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Packed:
    """Copy ``data`` to ``out``, with the crops in shards.

    A shard is there whole or not at all, and the manifest comes last; what was killed goes on with
    the same call. The encoded pictures are copied as they are, unless ``uncompressed``.

    Args:
        data: a prepared folder, or one that was joined or is of a fold.
        out: new, or begun by the same call.
        shard_rows: rows of the manifest whose crops are in one shard.
        uncompressed: store pixels without compression (BMP), the same ones.
        workers: processes; None takes all cores.
        progress: called with (shards done, all).

    Raises:
        InputError: ``data`` is no prepared folder, or ``out`` holds something else or was begun
            from other rows.
        MediaError: a crop is gone.

    """
    prepared = PreparedFolder(data)
    scan_manifest(data)  # refuses what is no manifest
    record = prepared.record_if_any()
    _refuse_what_is_there(out)
    tables = manifest_files(data)
    begun = {
        "DIR": str(data.resolve()),
        "its rows": _digest(tables),
        "--shard-rows": shard_rows,
        "--uncompressed": uncompressed,
    }
    with owned(out, "prepare pack", begun):
        (out / "crops").mkdir(exist_ok=True)
        shards = list(_shards(tables, shard_rows))
        missing = [s for s in shards if not _file(out, s).is_file()]
        done = len(shards) - len(missing)
        for _ in as_done(partial(_write_shard, data, out, uncompressed), missing, workers):
            done += 1
            if progress:
                progress(done, len(shards))
        target = PreparedFolder(out)
        if record is not None:
            target.write_record(record)
        faces = _write_tables(tables, shards, uncompressed, target.manifest_file)
        sizes = [_file(out, s).stat().st_size for s in shards]
    return Packed(faces, len(shards), sum(sizes))


def _refuse_what_is_there(out: Path) -> None:
    if (out / SETTINGS).is_file() or not out.exists():
        return
    if not out.is_dir() or any(path.name != LOCK for path in out.iterdir()):
        raise InputError(f"{out} holds something that was not packed; give an empty --out.")


def _digest(tables: list[Path]) -> str:
    digest = hashlib.sha256()
    for table in tables:
        with table.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()[:32]


def _shards(tables: list[Path], rows: int) -> Iterator[_Shard]:
    """No shard has rows of two tables, so that each table can be written by itself."""
    import polars as pl

    number = 0
    for table in tables:
        count = int(pl.scan_parquet(table).select(pl.len()).collect().item())
        for start in range(0, count, rows):
            yield _Shard(number, table, start, min(rows, count - start))
            number += 1


def _file(out: Path, shard: _Shard) -> Path:
    return out / "crops" / shard_name(shard.number)


def _write_shard(data: Path, out: Path, uncompressed: bool, shard: _Shard) -> None:
    import polars as pl
    from polars import selectors

    wanted = selectors.by_name(*TOLD, "crop", require_all=False)
    rows = pl.scan_parquet(shard.manifest).select(wanted)
    with new_shard(_file(out, shard)) as writer:
        for row in rows.slice(shard.start, shard.count).collect().iter_rows(named=True):
            if row["crop"] is not None:
                crop = data / row["crop"]
                if uncompressed:
                    writer.add(as_bmp(read_crop(crop)), "bmp", told(row))
                else:
                    writer.add(crop_bytes(crop), _suffix(crop), told(row))


def told(row: Mapping[str, Any]) -> dict[str, Any]:
    """What lies beside a crop in its shard.

    Args:
        row: of a manifest.

    >>> told({"label": 0, "pai": None, "split": "dev", "crop": "a.png"})
    {'label': 0, 'split': 'dev'}

    """
    return {name: row[name] for name in TOLD if row.get(name) is not None}


def _suffix(crop: Path) -> Suffix:
    suffix = _SUFFIXES.get(crop.suffix.lower())
    if suffix is None:
        raise InputError(f"{crop}: PNG, JPEG and BMP are packed; give --uncompressed.")
    return suffix


def _write_tables(
    tables: list[Path], shards: list[_Shard], uncompressed: bool, manifest: Path
) -> int:
    """Write the manifest in the form that it had, a file or several; returns the crops."""
    if len(tables) == 1 and tables[0].name == MANIFEST_NAME:
        with whole(manifest) as part:
            return _write_table(tables[0], shards, uncompressed, part)
    faces = 0
    with whole_folder(manifest) as folder:
        for table in tables:
            of_table = [shard for shard in shards if shard.manifest == table]
            faces += _write_table(table, of_table, uncompressed, folder / table.name)
    return faces


def _write_table(table: Path, shards: list[_Shard], uncompressed: bool, out: Path) -> int:
    import polars as pl

    rows = pl.read_parquet(table)
    parts = [
        _in_shard(rows["crop"].slice(s.start, s.count), s.number, uncompressed) for s in shards
    ]
    if parts:
        rows = rows.with_columns(crop=pl.concat(parts))
    rows.write_parquet(out)
    return rows.height - rows["crop"].null_count()


def _in_shard(crops: pl.Series, number: int, uncompressed: bool) -> pl.Series:
    """The names of a shard's rows: its crops are numbered, and other rows have none."""
    import polars as pl

    crop = pl.col("crop")
    numbers = crop.is_not_null().cum_sum().sub(1).cast(pl.String).str.zfill(6)
    suffix = crop.str.extract(r"(\.[^.]*)$").str.to_lowercase().replace(_SUFFIXES)
    suffix = pl.when(crop.is_not_null()).then(pl.lit("bmp")) if uncompressed else suffix
    name = pl.concat_str(pl.lit(f"crops/{shard_name(number)}/"), numbers, pl.lit("."), suffix)
    return crops.to_frame().select(crop=name)["crop"]
