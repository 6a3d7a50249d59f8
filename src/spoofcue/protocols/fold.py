"""One training and its judgement: a fold takes train, dev and test from a manifest's rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from spoofcue.errors import InputError
from spoofcue.protocols.selection import KEYS, Selection, in_its_sample, matching

if TYPE_CHECKING:
    import polars as pl

SPLITS = ("train", "dev", "test")
# of a manifest, all that a selection can look at
COLUMNS = (*KEYS, "label", "media", "video", "sample")
BLOCK = 1 << 16  # names that pass through Python together
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Fold:
    """One training and its judgement; :func:`spoofcue.protocols.folds` makes them.

    Attributes:
        name: unique in its protocol; the protocol's own where it has one fold.
        train: the rows to train on.
        test: the rows that the result is of.
        dev: None where ``hold_out`` draws it, or where the protocol has no dev at all.
        hold_out: the share of the train selection's people, per dataset, that becomes dev.

    """

    name: str
    train: Selection
    dev: Selection | None
    test: Selection
    hold_out: float = 0.0

    def of(self, split: str) -> Selection | None:
        """The selection of ``train``, ``dev`` (None if it has none of its own) or ``test``."""
        return {"train": self.train, "dev": self.dev, "test": self.test}[split]

    @property
    def has_dev(self) -> bool:
        """Whether an epoch and a threshold can be chosen."""
        return self.dev is not None or self.hold_out > 0

    def to_dict(self) -> dict[str, Any]:
        """The three selections as plain data; a fold without dev has None there."""
        dev: dict[str, Any] | None = self.dev.to_dict() if self.dev else None
        if self.hold_out:
            dev = {"hold_out": self.hold_out}
        return {"train": self.train.to_dict(), "dev": dev, "test": self.test.to_dict()}

    def select(self, rows: Iterable[Row]) -> tuple[list[Row], list[Row], list[Row]]:
        """Your rows as train, dev and test rows, in their order; needs polars.

        Args:
            rows: dictionaries, or objects with attributes such as
                :class:`~spoofcue.datasets.Recording`: one a picture, frame or recording. Each has
                ``label`` (0 live, 1 attack), ``subject`` (the person) and what the fold asks for,
                of ``dataset``, ``split``, ``session``, ``device``, ``pai`` (the instrument; None
                for live), ``variant``, ``frame`` (its number in the video, from 0) and ``media``
                (the file). Whatever else they have is kept. The rows of a prepared folder are
                ``read_manifest(folder).to_dicts()``.

        Returns:
            Three lists of the same objects; dev is empty where the fold has none.

        Raises:
            InputError: a row lacks what the fold asks for, a person would be in two splits, or a
                split has no live or no attack row.

        >>> from spoofcue.protocols import folds
        >>> mine = [
        ...     {"file": f"{who}-{device}-{pai}.jpg", "label": int(pai is not None), "pai": pai,
        ...      "subject": who, "split": split, "device": device, "dataset": "oulu-npu"}
        ...     for who, split in (("ann", "train"), ("bob", "dev"), ("cat", "test"))
        ...     for device in ("1", "2")
        ...     for pai in (None, "print-1")
        ... ]
        >>> fold = folds("oulu-npu", "3")[0]
        >>> fold.name  # the phone that is left out of training
        'phone-1'
        >>> train, dev, test = fold.select(mine)
        >>> [row["file"] for row in train]
        ['ann-2-None.jpg', 'ann-2-print-1.jpg']
        >>> [row["file"] for row in test]
        ['cat-1-None.jpg', 'cat-1-print-1.jpg']

        """
        given = list(rows)
        chosen = rows_of_fold(_as_frame(given, self), self)
        train, dev, test = (
            [given[i] for i in chosen.filter(chosen["split"] == split)["number"]]
            for split in SPLITS
        )
        return train, dev, test


def rows_of_fold(rows: pl.DataFrame | pl.LazyFrame, fold: Fold) -> pl.DataFrame:
    """The rows that the fold uses; ``split`` is the fold's, whatever the dataset's own was.

    Args:
        rows: of a manifest, with the splits of the dataset; a query is not held as a whole.
        fold: of a protocol.

    Raises:
        InputError: a subject would be in two splits, or a split has no live or no attack row.

    """
    import polars as pl

    parts = {split: part.collect() for split, part in parts_of_fold(rows.lazy(), fold).items()}
    people = {split: part.select("subject").unique() for split, part in parts.items()}
    refuse_shared_people(people, fold, ["subject"], people.__getitem__)
    for split, part in parts.items():
        need_both_classes(part["label"].unique(), split, fold)
    return pl.concat(
        [parts[s].with_columns(split=pl.lit(s)) for s in SPLITS if s in parts], how="vertical"
    )


def parts_of_fold(rows: pl.LazyFrame, fold: Fold) -> dict[str, pl.LazyFrame]:
    """Train, test and, where the fold has one, dev, as queries; nothing is checked.

    Args:
        rows: of a manifest, with the splits of the dataset; a frame of any number of rows.
        fold: of a protocol.

    """
    has_sample = "sample" in rows.collect_schema().names()

    def chosen(selection: Selection) -> pl.LazyFrame:
        matched = rows.filter(matching(selection))
        # rows that were put together without this column have no early frames
        return matched.filter(in_its_sample(selection)) if has_sample else matched

    parts = {"train": chosen(fold.train), "test": chosen(fold.test)}
    if fold.dev is not None:
        parts["dev"] = chosen(fold.dev)
    elif fold.hold_out:
        people = held_out(parts["train"], fold.hold_out).to_frame().lazy()
        parts["dev"] = parts["train"].join(people, on="subject", how="semi", maintain_order="left")
        parts["train"] = parts["train"].join(
            people, on="subject", how="anti", maintain_order="left"
        )
    return parts


def held_out(rows: pl.DataFrame | pl.LazyFrame, share: float) -> pl.Series:
    """The people that become dev: the same ones on every machine, at every call.

    Each dataset gives its share, and in it each kind of person (live only, attacks only, both),
    so that both classes are on both sides wherever a kind has two people.

    Args:
        rows: the train selection of a manifest.
        share: of the people of each kind, 0..1; at least one, and never all.

    Returns:
        ``subject``, sorted.

    """
    import polars as pl

    people = (
        rows.lazy()
        .group_by(pl.col("dataset").fill_null(""), "subject")
        .agg(live=(pl.col("label") == 0).any(), attack=(pl.col("label") == 1).any())
        .collect(engine="streaming")
    )
    # a hash, and not a generator: one more person moves nobody else
    people = people.with_columns(drawn=_drawn(people["subject"]))
    kind = "dataset", "live", "attack"
    size = pl.len().over(kind)
    # as Python rounds, half to even
    wanted = (share * size).round(mode="half_to_even").cast(pl.Int64)
    count = pl.min_horizontal(pl.max_horizontal(1, wanted), size.cast(pl.Int64) - 1)
    place = pl.col("drawn").rank("ordinal").over(kind)
    return people.filter(place <= count)["subject"].sort()


def _drawn(names: pl.Series) -> pl.Series:
    """The sum of each name, which decides the order in which people are drawn."""
    import polars as pl

    sums = [
        pl.Series(
            [hashlib.sha256(name.encode()).digest() for name in names[at : at + BLOCK]],
            dtype=pl.Binary,
        )
        for at in range(0, len(names), BLOCK)
    ]
    return pl.concat(sums) if sums else pl.Series([], dtype=pl.Binary)


def _as_frame(rows: list[Row], fold: Fold) -> pl.DataFrame:
    """What a fold looks at, as text, with each row's place in the list as ``number``."""
    import polars as pl

    asked = {"label", "subject"}.union(*(s.keys for s in map(fold.of, SPLITS) if s))
    table: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for number, row in enumerate(rows):
        values = _values(row)
        lacking = sorted(name for name in asked if name not in values)
        if lacking:
            raise InputError(
                f"row {number} has no {', '.join(lacking)}; fold {fold.name} asks "
                f"each row for {', '.join(sorted(asked))}."
            )
        if values["label"] not in (0, 1):
            raise InputError(
                f"row {number} has the label {values['label']!r}; give 0 for live, 1 for attack."
            )
        for name, column in table.items():
            value = values.get(name)
            column.append(None if value is None else _plain(name, value))
    kinds = {**dict.fromkeys(COLUMNS, pl.String()), "label": pl.Int8(), "frame": pl.Int64()}
    return pl.DataFrame(table, schema=kinds).with_columns(number=pl.int_range(len(rows)))


def _values(row: object) -> Mapping[str, Any]:
    if isinstance(row, Mapping):
        return row
    return {name: getattr(row, name) for name in COLUMNS if hasattr(row, name)}


def _plain(name: str, value: Any) -> str | int:
    return int(value) if name in ("label", "frame") else str(value)


def refuse_shared_people(
    people: Mapping[str, pl.DataFrame],
    fold: Fold,
    keys: Sequence[str],
    named: Callable[[str], pl.DataFrame],
) -> None:
    """Raise InputError where a person is in two splits of a fold.

    Args:
        people: split -> its people, each once, by ``keys``.
        fold: for the message.
        keys: the columns that tell people apart.
        named: split -> the same with ``subject`` too; asked only for a message.

    """
    for first, second in (("train", "dev"), ("train", "test"), ("dev", "test")):
        if first not in people or second not in people:
            continue
        shared = people[first].join(people[second], on=list(keys), how="semi")
        if shared.height:
            names = named(first).join(shared, on=list(keys), how="semi")["subject"].unique()
            raise InputError(
                f"fold {fold.name}: {shared.height} subject(s) would be in {first} and in {second} "
                f"({', '.join(names.sort()[:5])}); the detector would be judged on people it "
                "knows. Mend the protocol or the manifest's subjects."
            )


def need_both_classes(labels: Iterable[int], split: str, fold: Fold) -> None:
    """Raise InputError where a split of a fold lacks a class.

    Args:
        labels: those that its rows have.
        split: for the message.
        fold: for the message.

    """
    classes = set(labels)
    if classes == {0, 1}:
        return
    lacks = "live and attack" if not classes else "attack" if classes == {0} else "live"
    raise InputError(
        f"fold {fold.name}: its {split} selection {fold.to_dict()[split]} leaves no {lacks} rows "
        "in this set."
    )
