"""What the tests know of each published dataset, stated by hand: one file a dataset in ``known/``.

A file there names its :class:`Known` ``KNOWN``; every test that goes over all datasets reads it.
Nothing that is stated comes from the package, so that a slip in its lists cannot pass for the
truth.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl

import helpers.known
from helpers.clips import FRAMES, video
from spoofcue.data.manifest import schema
from spoofcue.datasets import DATASETS
from spoofcue.datasets.scan import Scan, parse
from spoofcue.datasets.tree import Tree

ROW_OF_ALL = tuple(range(FRAMES))
Row = dict[str, Any]
# subject, split, PAI, session, device, variant
Facts = tuple[str | None, ...]


@dataclass(frozen=True)
class Known:
    """One dataset.

    Attributes:
        name: as the user types it.
        title: as its authors write it.
        people: that its authors count, None if they do not say.
        published: split -> live and attack recordings, or the total alone.
        names: official path -> what it says.
        misnamed: paths among its recordings that follow no rule.
        miniature: writes a small folder of it, with real little videos; every fold of every
            protocol has live faces and attacks in each of its splits.
        examples: path in the miniature -> what it says.
        box_files: recording, its box file, the format; empty if the dataset ships no boxes.
        least_overlap: of the miniature's given boxes with the true faces.
        misplaced: well-named paths in the wrong place.
        whole: the names of all its files, as they are given out.
        wherever: the folders that its files lie in mean nothing.
        every: of a set too large for the slower tests, every so-manieth name.
        rows: of its manifest at full size, one a recording, for the protocols.
        detector: of faces, by default.
        tolerance: by which a count may differ unremarked.

    """

    name: str
    title: str
    people: int | None
    published: dict[str, tuple[int, int] | int]
    names: list[tuple[str, Facts]]
    misnamed: list[str]
    miniature: Callable[[Path], None]
    examples: list[tuple[str, Facts]]
    box_files: list[tuple[str, str, str]] = field(default_factory=list)
    least_overlap: float | None = None
    misplaced: list[str] = field(default_factory=list)
    whole: Callable[[], list[str]] | None = None
    wherever: bool = False
    every: int = 1
    rows: Callable[[], Iterator[Row]] | None = None
    detector: str = "dlib"
    tolerance: int = 0


@cache
def known_datasets() -> dict[str, Known]:
    """By name: every file in ``known/``."""
    facts = [
        import_module(f"helpers.known.{module.name}").KNOWN
        for module in pkgutil.iter_modules(helpers.known.__path__)
    ]
    return {known.name: known for known in facts}


def put(path: Path, content: bytes | str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def clip(path: Path, person: int, kind: str | None) -> None:
    put(path, video(person, kind, path.suffix[1:]))


def make_miniature(name: str, root: Path) -> Path:
    """Write the miniature of a dataset under ``root`` and return ``root``."""
    root.mkdir(parents=True, exist_ok=True)
    known_datasets()[name].miniature(root)
    return root


def full(name: str) -> Scan:
    """A dataset of full size by the names of its files alone."""
    whole = known_datasets()[name].whole
    assert whole is not None
    return parse(DATASETS[name], Tree.listed(whole()))


def manifest(name: str) -> pl.DataFrame:
    """The set's manifest rows at full size, no pixels: one a video, but SiW has frames 10, 100."""
    listed = known_datasets()[name].rows
    assert listed is not None
    rows = [
        {"dataset": name, "frame": 0, "video": r["media"], **r, "label": int(bool(r.get("pai")))}
        for r in listed()
    ]
    for number, row in enumerate(rows):
        row |= {"status": "ok", "crop": f"crops/{number}.png"}
    return pl.DataFrame(rows, schema=schema())


def own_parts(name: str, pais: tuple[str, ...], people: tuple[int, int, int]) -> Iterator[Row]:
    """A set whose only protocol is its own split: every person live and with each attack."""
    first = 0
    for split, count in zip(("train", "dev", "test"), people, strict=True):
        for person, pai in product(range(first, first + count), (None, *pais)):
            yield {
                "media": f"{pai or 'live'}/{person:04d}", "subject": f"{name}/{person:04d}",
                "pai": pai, "split": split,
            }  # fmt: skip
        first += count
