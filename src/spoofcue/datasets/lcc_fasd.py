"""LCC-FASD: images, cropped to the face already, in a folder a split and class."""

from __future__ import annotations

import re

from spoofcue.data.recording import Published
from spoofcue.datasets.definition import Dataset, Grammar, Named, recording
from spoofcue.datasets.tree import Tree

NAME = "lcc-fasd"
FOLDERS = {
    "LCC_FASD_training": "train",
    "LCC_FASD_development": "dev",
    "LCC_FASD_evaluation": "test",
}
IMAGE = re.compile(rf"({'|'.join(FOLDERS)})/(real|spoof)/([^/]+)\.(?:png|jpg|jpeg)", re.IGNORECASE)


def grammar(tree: Tree) -> Grammar:
    """The name of an image says nothing that is documented."""
    split_of = {folder.lower(): split for folder, split in FOLDERS.items()}

    def read(path: str) -> Named | None:
        match = IMAGE.fullmatch(path)
        if match is None:
            return None
        folder, kind, stem = match.groups()
        split = split_of[folder.lower()]
        entry = recording(
            tree,
            path,
            dataset=NAME,
            subject=f"{split}/{kind.lower()}/{stem}",
            split=split,
            pai="attack" if kind.lower() == "spoof" else None,
        )
        return Named(path, entry)

    return Grammar(
        read=read,
        suffixes=(".png", ".jpg", ".jpeg"),
        home=re.compile(r"LCC_FASD_", re.IGNORECASE),
        missing=lambda _: [],
        notes=(
            "the names tell no person and no species: each image counts as a person of its own, "
            "and all attacks as one species",
        ),
    )


DATASET = Dataset(
    name=NAME,
    title="LCC-FASD",
    licence="its authors",
    layout="LCC_FASD_training/real/, LCC_FASD_training/spoof/, LCC_FASD_development/, "
    "LCC_FASD_evaluation/",
    subjects=None,
    published={
        "train": Published.of(1223, 7076),
        "dev": Published.of(405, 2543),
        "test": Published.of(314, 7266),
    },
    detector="none",
    grammar=grammar,
)
