"""One training and its judgement: a fold takes train, dev and test from a manifest's rows."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from spoofcue.errors import InputError
from spoofcue.protocols.selection import KEYS, Selection, in_its_sample, matching

if TYPE_CHECKING:
    import polars as pl

SPLITS = ("train", "dev", "test")
# of a manifest, all that a selection can look at
COLUMNS = (*KEYS, "label", "media", "video", "sample")
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


def rows_of_fold(rows: pl.DataFrame, fold: Fold) -> pl.DataFrame:
    """The rows that the fold uses; ``split`` is the fold's, whatever the dataset's own was.

    Args:
        rows: of a manifest, with the splits of the dataset.
        fold: of a protocol.

    Raises:
        InputError: a subject would be in two splits, or a split has no live or no attack row.

    """
    import polars as pl

    def chosen(selection: Selection) -> pl.DataFrame:
        matched = rows.filter(matching(selection))
        # rows that were put together without this column have no early frames
        return matched.filter(in_its_sample(selection)) if "sample" in rows.columns else matched

    parts = {"train": chosen(fold.train), "test": chosen(fold.test)}
    if fold.dev is not None:
        parts["dev"] = chosen(fold.dev)
    elif fold.hold_out:
        people = held_out(parts["train"], fold.hold_out)
        parts["dev"] = parts["train"].filter(pl.col("subject").is_in(people))
        parts["train"] = parts["train"].filter(~pl.col("subject").is_in(people))
    _refuse_shared(parts, fold)
    for split, part in parts.items():
        _need_both_classes(part, split, fold)
    return pl.concat(
        [parts[s].with_columns(split=pl.lit(s)) for s in SPLITS if s in parts], how="vertical"
    )


def held_out(rows: pl.DataFrame, share: float) -> list[str]:
    """The people that become dev: the same ones on every machine, at every call.

    Each dataset gives its share, and in it each kind of person (live only, attacks only, both),
    so that both classes are on both sides wherever a kind has two people.

    Args:
        rows: the train selection of a manifest.
        share: of the people of each kind, 0..1; at least one, and never all.

    """
    seen: dict[tuple[str, str], set[int]] = defaultdict(set)
    columns = rows.select("dataset", "subject", "label").unique()
    for dataset, subject, label in columns.iter_rows():
        seen[(dataset or "", subject)].add(label)
    kinds: dict[tuple[str, tuple[int, ...]], list[str]] = defaultdict(list)
    for (dataset, subject), labels in seen.items():
        kinds[(dataset, tuple(sorted(labels)))].append(subject)
    chosen: list[str] = []
    for people in kinds.values():
        # a hash, and not a generator: one more person moves nobody else
        people.sort(key=lambda name: hashlib.sha256(name.encode()).hexdigest())
        count = min(max(1, round(share * len(people))), len(people) - 1)
        chosen += people[:count]
    return sorted(chosen)


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


def _refuse_shared(parts: dict[str, pl.DataFrame], fold: Fold) -> None:
    people = {split: set(part["subject"]) for split, part in parts.items()}
    for first, second in (("train", "dev"), ("train", "test"), ("dev", "test")):
        shared = sorted(people.get(first, set()) & people.get(second, set()))
        if shared:
            raise InputError(
                f"fold {fold.name}: {len(shared)} subject(s) would be in {first} and in {second} "
                f"({', '.join(shared[:5])}); the detector would be judged on people it knows. "
                "Mend the protocol or the manifest's subjects."
            )


def _need_both_classes(part: pl.DataFrame, split: str, fold: Fold) -> None:
    classes = set(part["label"].to_list())
    if classes == {0, 1}:
        return
    lacks = "live and attack" if not classes else "attack" if classes == {0} else "live"
    raise InputError(
        f"fold {fold.name}: its {split} selection {fold.to_dict()[split]} leaves no {lacks} rows "
        "in this set."
    )
