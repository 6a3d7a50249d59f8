"""Draw a dev set of people from the train selection, where a dataset has none of its own."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING

from spoofcue.errors import InputError
from spoofcue.protocols.definition import SPLITS, Fold, Selection

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
        matching = rows.filter(_matches(selection))
        # rows that were put together without this column have no early frames
        return matching.filter(_sampled(selection)) if "sample" in rows.columns else matching

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


def _sampled(selection: Selection) -> pl.Expr:
    """Early frames, taken besides the spread ones, would weigh too much in other selections."""
    import polars as pl

    sampled = pl.col("sample").is_null()
    for label in (0, 1):
        if selection.frames_below(label) is not None:
            sampled = sampled | (pl.col("label") == label)
    return sampled


def _matches(selection: Selection) -> pl.Expr:
    import polars as pl

    matches = pl.lit(True)
    live = pl.col("label") == 0
    for key, values in selection.keep.items():
        inside = pl.col(key).is_in(list(values)).fill_null(False)
        matches = matches & (inside | live if key == "pai" else inside)
    for key, values in selection.drop.items():
        outside = ~pl.col(key).is_in(list(values)).fill_null(False)
        matches = matches & (outside | live if key == "pai" else outside)
    if selection.first_frames is not None:
        matches = matches & (pl.col("frame") < selection.first_frames)
    if selection.live is not None:
        matches = matches & (~live | _matches(selection.live))
    if selection.attacks is not None:
        matches = matches & (live | _matches(selection.attacks))
    if selection.listed is not None:
        names = list(selection.listed.names)
        matches = matches & (recording_name().is_in(names) | official_path().is_in(names))
    return matches


def official_path() -> pl.Expr:
    """``video`` without the dataset's name that joining puts in front; else ``media``."""
    import polars as pl

    return pl.coalesce(pl.col("video").str.strip_prefix(pl.col("dataset") + "/"), "video", "media")


def recording_name() -> pl.Expr:
    """``media`` without folder and suffix, as protocol files write it."""
    import polars as pl

    return pl.col("media").str.replace(r"^.*/", "").str.replace(r"\.[^.]*$", "")


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
