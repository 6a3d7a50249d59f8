"""Queries over tables that may not fit into memory: collected by the streaming engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from spoofcue.errors import InputError

if TYPE_CHECKING:
    import polars as pl

NAMES = 1 << 16  # looked at together where a text has to pass through Python


def collected(rows: pl.LazyFrame, source: str) -> pl.DataFrame:
    """What a query gives.

    Args:
        rows: the query; its result, and the groups that it makes on the way, are held.
        source: the table, for messages.

    Raises:
        InputError: the table is damaged.

    """
    with polars_errors(source):
        return rows.collect(engine="streaming")


def distinct(rows: pl.LazyFrame, column: str, source: str = "the manifest") -> set[str]:
    """The texts of a column that has few, each once and without null.

    Raises:
        InputError: the table is damaged.

    """
    return set(collected(rows.select(column).unique().drop_nulls(), source)[column].to_list())


@contextmanager
def polars_errors(source: str) -> Iterator[None]:
    """What Polars raises of a damaged table, as an InputError that names it."""
    import polars as pl

    try:
        yield
    # of a damaged file Polars' reader may fail an assertion, which is no Exception in Python
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise InputError(
            f"{source} is not a readable Parquet file ({error}). Prepare the data again."
        ) from error


def told_apart(column: str, of: pl.Expr | None = None) -> list[pl.Expr]:
    """Two hashes that stand for a text: 16 bytes where ten million names would take a gigabyte.

    Among ten million names the odds that two have the same pair are one in 10^24.

    Args:
        column: of text.
        of: the text itself, where it is more than a column.

    Returns:
        Two expressions, named ``COLUMN 0`` and ``COLUMN 1``.

    """
    import polars as pl

    text = pl.col(column) if of is None else of
    return [text.hash(seed).alias(name) for seed, name in enumerate(hashes_of(column))]


def hashes_of(column: str) -> list[str]:
    """The names of the columns that :func:`told_apart` makes."""
    return [f"{column} 0", f"{column} 1"]
