"""Draw a dev set of people from the train selection, where a dataset has none of its own."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


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
