"""How many faces, recordings and people the splits of a fold have; rows are streamed, not held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoofcue.protocols.fold import (
    SPLITS,
    Fold,
    need_both_classes,
    parts_of_fold,
    refuse_shared_people,
)
from spoofcue.streamed import collected, hashes_of, told_apart

if TYPE_CHECKING:
    import polars as pl

Counts = dict[str, dict[str, Any]]
PERSON, RECORDING = hashes_of("subject"), hashes_of("video")
SOURCE = "the manifest"


def count_fold(rows: pl.DataFrame | pl.LazyFrame, fold: Fold) -> Counts:
    """Per split: live and attack rows, the videos that they are of, people, and rows of each PAI.

    Args:
        rows: of a manifest, with the splits of the dataset.
        fold: of a protocol.

    Raises:
        InputError: a split lacks a class, or people would be shared.

    """
    import polars as pl

    parts = parts_of_fold(rows.lazy(), fold)
    of_people = {
        split: collected(
            part.select("label", "pai", *told_apart("subject"))
            .group_by("label", "pai", *PERSON)
            .len(),
            SOURCE,
        )
        for split, part in parts.items()
    }
    people = {split: found.select(PERSON).unique() for split, found in of_people.items()}
    refuse_shared_people(people, fold, PERSON, lambda split: _named(parts[split]))
    for split, found in of_people.items():
        need_both_classes(found["label"].unique(), split, fold)
    counts: Counts = {}
    for split in (s for s in SPLITS if s in parts):
        found = of_people[split]
        faces = found.group_by("label").agg(pl.col("len").sum())
        videos = collected(
            parts[split].select("label", *told_apart("video")).unique().group_by("label").len(),
            SOURCE,
        )
        pais = (
            found.filter(pl.col("label") == 1).group_by("pai").agg(pl.col("len").sum()).sort("pai")
        )
        counts[split] = {
            "live": _of(faces, 0),
            "attack": _of(faces, 1),
            "live_videos": _of(videos, 0),
            "attack_videos": _of(videos, 1),
            "people": people[split].height,
            "pai": dict(zip(pais["pai"], pais["len"], strict=True)),
        }
    return counts


def _of(counts: pl.DataFrame, label: int) -> int:
    return int(counts.filter(counts["label"] == label)["len"].item())


def _named(rows: pl.LazyFrame) -> pl.DataFrame:
    return collected(rows.select("subject", *told_apart("subject")).unique(), SOURCE)
