"""What a dataset is to spoofcue: its facts, and a grammar that reads the names of its files."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from spoofcue.data.recording import Published, Recording
from spoofcue.datasets.places import NOTHING
from spoofcue.datasets.tree import Tree
from spoofcue.faces.box_files import BoxFormat
from spoofcue.labels import ATTACK, LIVE


@dataclass(frozen=True, slots=True)
class Named:
    """One recording as its name tells it.

    Attributes:
        canonical: its official path; two files with one are two copies of one recording.
        recording: without boxes; its file is set by the scan.
        boxes: official paths where its box file may lie, the likeliest first.

    """

    canonical: str
    recording: Recording
    boxes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grammar:
    """How the names in one tree are read.

    All patterns and functions here are given official paths: whatever folders an archive was
    unpacked into are gone from them, see :mod:`spoofcue.datasets.places`.

    Attributes:
        read: path -> recording, None if it is not the name of one.
        suffixes: of its recordings as they are given out, the likeliest first.
        home: where recordings lie: media there that ``read`` does not know are misnamed, media
            elsewhere are no part of the set.
        known: other media that belong to the distribution and are not used.
        not_below: folders that no official path can begin in.
        box_files: names of box files, to tell those that have no recording.
        belongs: whether a well-named recording is part of the set.
        missing: recordings found by canonical path -> what the set has besides.
        published: split (or ``all``) -> counts, where they depend on the tree.
        notes: warnings about the tree.

    """

    read: Callable[[str], Named | None]
    suffixes: tuple[str, ...]
    home: re.Pattern[str]
    missing: Callable[[Mapping[str, Recording]], list[str]]
    belongs: Callable[[Named], bool] = lambda _: True
    known: re.Pattern[str] = NOTHING
    not_below: re.Pattern[str] = NOTHING
    box_files: re.Pattern[str] = NOTHING
    published: Mapping[str, Published] | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """A published dataset.

    Attributes:
        name: as the user types it, and as it stands in the manifest.
        title: as its authors write it.
        licence: who gives it, under what.
        licence_url: the page, None if we know of none for certain.
        layout: what its folder looks like, for people.
        subjects: published number of identities, None if unknown.
        published: split, or ``all`` -> published counts of recordings.
        tolerance: by which a count may differ from the published one unremarked.
        lists: folder of its own protocol lists, below its root; empty if it has none.
        boxes: what boxes it ships, in words; empty if none.
        box_format: of those boxes.
        margin: about its own boxes, see :func:`spoofcue.faces.box.expand_box`.
        detector: dlib, or none where the pictures are tight crops already.
        grammar: reads a tree.

    >>> from spoofcue.datasets import DATASETS
    >>> oulu = DATASETS["oulu-npu"]
    >>> oulu.subjects, oulu.published["test"].live, oulu.published["test"].attack
    (55, 360, 1440)

    """

    name: str
    title: str
    licence: str
    layout: str
    subjects: int | None
    published: Mapping[str, Published]
    grammar: Callable[[Tree], Grammar]
    licence_url: str | None = None
    tolerance: int = 0
    lists: str = ""
    boxes: str = ""
    box_format: BoxFormat | None = None
    margin: float = 0.2
    detector: Literal["dlib", "none"] = "dlib"


def recording(
    tree: Tree,
    path: str,
    *,
    dataset: str,
    subject: str,
    split: str,
    pai: str | None,
    session: str | None = None,
    device: str | None = None,
    variant: str | None = None,
) -> Recording:
    """A recording of a dataset: an attack exactly where ``pai`` is given.

    Its subject is ``dataset/subject``, so that datasets can be joined.
    """
    return Recording(
        path=tree.root / path,
        media=path,
        subject=f"{dataset}/{subject}",
        label=LIVE if pai is None else ATTACK,
        pai=pai,
        session=session,
        device=device,
        split=split,
        dataset=dataset,
        variant=variant,
    )


def whole(expected: frozenset[str]) -> Callable[[Mapping[str, Recording]], list[str]]:
    """For :attr:`Grammar.missing` of a set whose every file is known."""
    return lambda present: sorted(expected - present.keys())
