"""A prepared folder that no published protocol is for: its own splits are the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoofcue.errors import InputError
from spoofcue.protocols.definition import Fold, Protocol, ProtocolSet, Selection

if TYPE_CHECKING:
    import polars as pl

NAME = "folder"
HOLD_OUT = 0.2


def own_splits(rows: pl.DataFrame) -> ProtocolSet:
    """The protocol ``own``: train, dev and test as the manifest has them, one fold.

    Without a dev split a fifth of the train people becomes dev.

    Raises:
        InputError: there is no train or no test split.

    """
    found = set(rows["split"])
    if missing := sorted({"train", "test"} - found):
        raise InputError(
            f"the prepared folder has no {' and no '.join(missing)} split; prepare it with splits."
        )
    selections = {s: Selection({"split": (s,)}) for s in ("train", "dev", "test")}
    has_dev = "dev" in found
    fold = Fold(
        "own",
        selections["train"],
        selections["dev"] if has_dev else None,
        selections["test"],
        0.0 if has_dev else HOLD_OUT,
    )
    protocol = Protocol("own", "its own splits", "", "acer", (fold,))
    return ProtocolSet(NAME, "a prepared folder", "", {"own": protocol})
