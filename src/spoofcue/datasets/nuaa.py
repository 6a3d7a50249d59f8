"""NUAA: webcam images of people and of their printed photos, in three sessions."""

from __future__ import annotations

import re

from spoofcue.data.recording import Published
from spoofcue.datasets.definition import Dataset, Grammar, Named, recording
from spoofcue.datasets.tree import Tree

NAME = "nuaa"
# Official lists; lines such as 0001\0001_00_00_01_0.jpg, below the folder of the class.
LISTS = {
    ("ClientRaw", "train"): "client_train_raw.txt",
    ("ClientRaw", "test"): "client_test_raw.txt",
    ("ImposterRaw", "train"): "imposter_train_raw.txt",
    ("ImposterRaw", "test"): "imposter_test_raw.txt",
}
IMAGE = re.compile(
    r"(?:.*/)?((ClientRaw|ImposterRaw)/(\d{4})/(\d{4})_(\d\d)_(\d\d)_(\d\d)_\d+)\.jpg",
    re.IGNORECASE,
)
LEAK = (
    "LEAK: the same people are in train and test, so figures on NUAA are far too good and serve as "
    "a smoke test at most; each person is named once a split here (nuaa/train/0001, "
    "nuaa/test/0001) to make the official split possible"
)


def grammar(tree: Tree) -> Grammar:
    """The lists give the split; without them, sessions 1 and 2 train and session 3 tests."""
    listed = _listed(tree)

    def read(path: str) -> Named | None:
        match = IMAGE.fullmatch(path)
        if match is None:
            return None
        name, kind, person, again, glasses, position, session = match.groups()
        if person != again:
            return None
        split = listed.get(name) if listed else ("test" if session == "03" else "train")
        attack = kind.lower() == "imposterraw"
        entry = recording(
            tree,
            path,
            dataset=NAME,
            subject=f"{split}/{person}",
            split=split or "",
            pai="print-photo" if attack else None,
            session=session,
            variant=f"{glasses}-{position}",
        )
        return Named(name, entry)

    return Grammar(
        read=read,
        suffixes=(".jpg",),
        home=re.compile(r"(?:.*/)?(ClientRaw|ImposterRaw)/", re.IGNORECASE),
        known=re.compile(r"(?:.*/)?(Detectedface|NormalizedFace)/", re.IGNORECASE),
        belongs=lambda named: named.recording.split != "",
        missing=lambda present: sorted(f"{name}.jpg" for name in listed.keys() - present.keys()),
        notes=(LEAK,) if listed else (LEAK, "no list is there; the session decides the split"),
    )


def _listed(tree: Tree) -> dict[str, str]:
    listed = {}
    for (folder, split), name in LISTS.items():
        path = tree.find(name)
        for line in (tree.text(path) or "").splitlines() if path else ():
            image = line.strip().replace("\\", "/").removesuffix(".jpg")
            if image:
                listed[f"{folder}/{image.split(f'{folder}/')[-1]}"] = split
    return listed


DATASET = Dataset(
    name=NAME,
    title="NUAA",
    licence="Nanjing University of Aeronautics and Astronautics, on request",
    layout="ClientRaw/0001/0001_00_00_01_0.jpg, ImposterRaw/, client_train_raw.txt etc.",
    subjects=15,
    published={"train": Published.of(1743, 1748), "test": Published.of(3362, 5761)},
    grammar=grammar,
)
