"""Manifests: tables of files, in Parquet or CSV, whose other columns go along with the results."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spoofcue.errors import InputError
from spoofcue.shards.addresses import is_address, opened, refuse, scheme_of
from spoofcue.shards.places import scratch_file
from spoofcue.texts.tables import open_table

PARQUET, CSV = (".parquet", ".pq"), (".csv", ".tsv")
BATCH = 4096  # rows that are held at a time
# columns of a manifest that `evaluate` and the folders' names know
KNOWN = ("path", "label", "pai", "split", "subject", "person", "video", "recording")


def is_manifest(name: str) -> bool:
    """Whether a file is a table of files, by its suffix."""
    return name.lower().endswith((*PARQUET, *CSV))


def columns_of(source: str) -> list[str]:
    """The columns of a manifest beside ``path``, in small letters, in their order.

    Raises:
        InputError: it cannot be read, has no column ``path``, or one that holds no plain values.

    """
    with _table(source) as (names, _):
        return [name for name in names if name and name != "path"]


def rows_of(source: str) -> Iterator[tuple[str, dict[str, str | None]]]:
    """(path or address of a file, the other columns as text) of each row, in their order.

    Paths that are not absolute lie below the manifest's own folder.

    Args:
        source: path or address of the manifest.

    Raises:
        InputError: see :func:`columns_of`; a row without a path.

    """
    with _table(source) as (names, rows):
        for number, row in rows:
            values = dict(zip(names, row, strict=True))
            name = values.pop("path")
            if not name:
                raise InputError(f"{source}, row {number}: it has no path.")
            values.pop("", None)
            yield _beside(source, name), values


Rows = Iterator[tuple[int, list[str | None]]]


@contextmanager
def _table(source: str) -> Iterator[tuple[list[str], Rows]]:
    if source.lower().endswith(CSV):
        with _local(source) as path, open_table(path, KNOWN) as table:
            yield _checked(source, list(table.names)), _of_text(table.rows)
        return
    with _parquet(source) as file:
        names = [name.strip().lower() for name in file.schema_arrow.names]
        _refuse_nested(source, file.schema_arrow)
        yield _checked(source, names), _of_batches(source, file)


def _of_text(rows: Iterator[tuple[int, list[str]]]) -> Rows:
    for line, fields in rows:
        yield line, [field.strip() or None for field in fields]


def _of_batches(source: str, file: Any) -> Rows:
    number = 0
    try:
        for batch in file.iter_batches(batch_size=BATCH):
            columns = [[_text(value) for value in column.to_pylist()] for column in batch.columns]
            for row in zip(*columns, strict=True):
                number += 1
                yield number, list(row)
    except (OSError, ValueError) as error:
        refuse(source, error)


def _checked(source: str, names: list[str]) -> list[str]:
    if "path" not in names:
        raise InputError(
            f"{source} has the columns {names} and lacks path, which names the file of each row."
        )
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise InputError(f"{source}: two columns are named {', '.join(twice)}.")
    return names


def _refuse_nested(source: str, schema: Any) -> None:
    from pyarrow import types

    for column in schema:
        kind = column.type.value_type if types.is_dictionary(column.type) else column.type
        if types.is_nested(kind) or types.is_binary(kind) or types.is_large_binary(kind):
            raise InputError(
                f"{source}: the column {column.name} holds {column.type}, and only plain values go "
                "along; leave it out, or make it text."
            )


def _text(value: Any) -> str | None:
    """A value as it would stand in a CSV; whole numbers that a gap has made floats stay whole."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    return str(value).strip() or None


def _beside(source: str, name: str) -> str:
    if is_address(name):
        scheme_of(name)
        return name
    if is_address(source):
        if name.startswith("/"):
            raise InputError(
                f"{source}: {name} is a path of one machine; give addresses, or names that are "
                "relative to the manifest."
            )
        return f"{source.rpartition('/')[0]}/{name}"
    return os.path.join(os.path.dirname(os.path.abspath(source)), name)


@contextmanager
def _local(source: str) -> Iterator[Path]:
    """A manifest as a file of this machine."""
    if not is_address(source):
        yield Path(source)
        return
    file_system, name = opened(source)
    with scratch_file() as path:
        try:
            with (
                file_system.open_input_stream(name, compression=None) as file,
                path.open("wb") as out,
            ):
                while block := file.read(1 << 20):
                    out.write(block)
        except OSError as error:
            refuse(source, error)
        yield path


@contextmanager
def _parquet(source: str) -> Iterator[Any]:
    from pyarrow import parquet

    try:
        if is_address(source):
            file_system, name = opened(source)
            with file_system.open_input_file(name) as file:
                yield parquet.ParquetFile(file)
        else:
            with parquet.ParquetFile(source) as made:
                yield made
    except (OSError, ValueError) as error:  # of Arrow; our own words are no such error
        refuse(source, error)
