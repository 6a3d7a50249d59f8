"""Nobody in two splits, told without holding the names of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoofcue.errors import InputError
from spoofcue.labels import canonical
from spoofcue.streamed import NAMES, collected, hashes_of, told_apart

if TYPE_CHECKING:
    import polars as pl

SHOWN = 5
ASCII = r"^[\x00-\x7f]*$"
# what str.split() of Python parts ASCII text by
BLANKS = r"[\t-\r\x1c-\x1f ]+"


def refuse_shared_subjects(rows: pl.LazyFrame | pl.DataFrame, source: str) -> None:
    """Raise InputError when a subject is in more than one split: its test result would be false.

    Names that differ in case, blanks or forms of a character alone are one person's.

    Args:
        rows: with ``subject`` and ``split``.
        source: the table, for messages.

    """
    import polars as pl

    pairs = rows.lazy().select("subject", "split")
    people = told_apart("person")
    seen = pl.concat(
        [
            collected(
                pairs.filter(_is_ascii())
                .select(_ascii_person(), "split")
                .select(*people, "split")
                .unique(),
                source,
            ),
            _of_other_names(pairs, source).select(*people, "split").unique(),
        ]
    ).unique()
    keys = hashes_of("person")
    shared = seen.group_by(keys).len().filter(pl.col("len") > 1).select(keys)
    if not shared.height:
        return
    named = pl.concat(
        [
            collected(
                pairs.filter(_is_ascii())
                .with_columns(_ascii_person())
                .with_columns(people)
                .join(shared.lazy(), on=keys, how="semi")
                .unique(),
                source,
            ),
            _of_other_names(pairs, source).with_columns(people).join(shared, on=keys, how="semi"),
        ],
        how="diagonal",
    )
    raise InputError(_message(named, shared.height, source))


def _is_ascii() -> pl.Expr:
    import polars as pl

    return pl.col("subject").str.contains(ASCII)


def _ascii_person() -> pl.Expr:
    """:func:`spoofcue.labels.canonical` of names in ASCII."""
    import polars as pl

    return (
        pl.col("subject")
        .str.to_lowercase()
        .str.replace_all(BLANKS, " ")
        .str.strip_chars(" ")
        .alias("person")
    )


def _of_other_names(pairs: pl.LazyFrame, source: str) -> pl.DataFrame:
    """Subject, split and person of the names that are not ASCII alone; each pair once."""
    import polars as pl

    found = collected(pairs.filter(~_is_ascii()).unique(), source)
    people = [
        pl.Series("person", list(map(canonical, found["subject"][at : at + NAMES])), pl.String)
        for at in range(0, found.height, NAMES)
    ]
    person = pl.concat(people) if people else pl.Series("person", [], pl.String)
    return found.with_columns(person)


def _message(named: pl.DataFrame, count: int, source: str) -> str:
    import polars as pl

    first = named.select("person").unique().sort("person").head(SHOWN)
    people = (
        named.join(first, on="person")
        .group_by("person")
        .agg(pl.col("subject").unique().sort(), pl.col("split").unique().sort())
        .sort("person")
    )
    listed = ", ".join(
        f"{' or '.join(subjects)} in {'+'.join(splits)}"
        for subjects, splits in zip(people["subject"], people["split"], strict=True)
    )
    return (
        f"{source}: {count} subject(s) are in more than one split ({listed}"
        f"{', …' if count > SHOWN else ''}); the detector would be tested on people it was "
        "trained on. Put each subject in one split."
    )
