"""CASIA-MFSD (CASIA-FASD): twelve videos of each person, named by number."""

from __future__ import annotations

import re

from spoofcue.data.recording import Published
from spoofcue.datasets.definition import Dataset, Grammar, Named, recording, whole
from spoofcue.datasets.tree import Tree

NAME = "casia-mfsd"
FOLDERS = {"train_release": "train", "test_release": "test"}
PEOPLE = {"train_release": range(1, 21), "test_release": range(1, 31)}
# file -> (quality as bob.db.casia_fasd calls it, PAI). The paper's wording is often read with low
# and normal the other way round; frame_w and frame_h in the manifest say what each file is.
FILES: dict[str, tuple[str, str | None]] = {
    "1": ("normal", None),
    "2": ("low", None),
    "HR_1": ("high", None),
    "3": ("normal", "print-warped"),
    "4": ("low", "print-warped"),
    "HR_2": ("high", "print-warped"),
    "5": ("normal", "cut-photo"),
    "6": ("low", "cut-photo"),
    "HR_3": ("high", "cut-photo"),
    "7": ("normal", "replay-ipad"),
    "8": ("low", "replay-ipad"),
    "HR_4": ("high", "replay-ipad"),
}
VIDEO = re.compile(r"(train_release|test_release)/(\d{1,2})/([1-8]|HR_[1-4])\.avi")


def expected() -> frozenset[str]:
    """All 600 official paths."""
    return frozenset(
        f"{folder}/{person}/{file}.avi"
        for folder, people in PEOPLE.items()
        for person in people
        for file in FILES
    )


def grammar(tree: Tree) -> Grammar:
    """People are numbered from 1 again in the test folder, so the split is part of who they are."""
    official = expected()

    def read(path: str) -> Named | None:
        match = VIDEO.fullmatch(path)
        if match is None:
            return None
        folder, person, file = match.groups()
        quality, pai = FILES[file]
        split = FOLDERS[folder]
        entry = recording(
            tree,
            path,
            dataset=NAME,
            subject=f"{split}/{person}",
            split=split,
            pai=pai,
            device=quality,
        )
        return Named(path, entry)

    return Grammar(
        read=read,
        suffixes=(".avi",),
        home=re.compile(r"(train|test)_release/"),
        belongs=lambda named: named.canonical in official,
        missing=whole(official),
    )


DATASET = Dataset(
    name=NAME,
    title="CASIA-MFSD",
    licence="Chinese Academy of Sciences, Institute of Automation (CBSR), on request",
    layout="train_release/1/1.avi .. 8.avi, HR_1.avi .. HR_4.avi, and test_release/1 .. 30",
    subjects=50,
    published={"train": Published.of(60, 180), "test": Published.of(90, 270)},
    grammar=grammar,
)
