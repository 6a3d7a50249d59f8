"""CelebA-Spoof: images in a folder for each person; label files give the type of attack."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spoofcue.data.recording import Published, Recording
from spoofcue.datasets.definition import Dataset, Grammar, Named, recording
from spoofcue.datasets.tree import Tree
from spoofcue.errors import InputError

NAME = "celeba-spoof"
LABELS = {split: f"metas/intra_test/{split}_label.json" for split in ("train", "test")}
PAI = (
    None,
    "print-photo",
    "print-poster",
    "print-a4",
    "mask-face",
    "mask-upper-body",
    "mask-region",
    "replay-pc",
    "replay-pad",
    "replay-phone",
    "mask-3d",
)
ILLUMINATION = (None, "normal", "strong", "back", "dark")
ENVIRONMENT = (None, "indoor", "outdoor")
UNKNOWN = "spoof"
SUFFIXES = (".jpg", ".png")
IMAGE = re.compile(r"Data/(train|test)/([^/]+)/(live|spoof)/(\d+)\.(?:jpg|png)")


@dataclass(frozen=True, slots=True)
class CelebALabel:
    """What the label files say of one image; words, None where they do not apply (live)."""

    is_attack: bool
    pai: str | None
    illumination: str | None
    environment: str | None


def read_labels(path: Path) -> dict[str, CelebALabel]:
    """Labels of a file in ``metas/``: image path, as in ``Data/train/1/live/000001.jpg`` -> label.

    Of the 44 integers of an image, [40] is the type of attack, [41] the illumination, [42] the
    environment and [43] 0 for live and 1 for an attack.

    Raises:
        InputError: the file cannot be read, or an entry is not of that form.

    """
    try:
        entries: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read the labels in {path}: {error}") from error
    if not isinstance(entries, dict):
        raise InputError(f"{path} should hold one object, image path -> 44 integers.")
    labels = {}
    same: dict[CelebALabel, CelebALabel] = {}  # half a million images have a hundred labels
    for name, values in entries.items():
        try:
            type_, light, place, attack = (int(v) for v in values[40:44])
            pai = PAI[type_]
            if attack not in (0, 1) or (attack == 1) != (pai is not None):
                raise ValueError
            label = CelebALabel(attack == 1, pai, ILLUMINATION[light], ENVIRONMENT[place])
            labels[name] = same.setdefault(label, label)
        except (TypeError, ValueError, IndexError):
            raise InputError(
                f"{path}: the labels of {name} are no 44 integers with a type of attack in [40] "
                "and 0 or 1 in [43]."
            ) from None
    return labels


def grammar(tree: Tree) -> Grammar:
    """Folders give split, person and class; the label files, if they are there, the rest."""
    labels: dict[str, CelebALabel] = {}
    notes = []
    for name in LABELS.values():
        file = tree.find(name)
        if file:
            labels |= read_labels(tree.root / file)
        else:
            notes.append(f"{name} is not there; its attacks are of the species {UNKNOWN!r}")

    # of nearly all the name itself is asked for, so that no second text of it is held
    stems = {n.rsplit(".", 1)[0] for n in labels if not n.endswith(SUFFIXES)}

    def is_listed_otherwise(path: str) -> bool:
        stem = path.rsplit(".", 1)[0]
        return stem in stems or any(stem + suffix in labels for suffix in SUFFIXES)

    def read(path: str) -> Named | None:
        match = IMAGE.fullmatch(path)
        if match is None:
            return None
        if path not in labels and is_listed_otherwise(path):
            return None  # the label files list it with its other suffix
        split, person, kind, _ = match.groups()
        label = labels.get(path)
        pai = None if kind == "live" else UNKNOWN
        if label is not None:
            if label.is_attack != (kind == "spoof"):
                return None  # the label and the folder contradict each other
            pai = label.pai
        entry = recording(
            tree,
            path,
            dataset=NAME,
            subject=person,
            split=split,
            pai=pai,
            session=label.illumination if label else None,
            variant=label.environment if label else None,
        )
        return Named(path, entry, (path.rsplit(".", 1)[0] + "_BB.txt",))

    def missing(present: Mapping[str, Recording]) -> list[str]:
        return sorted(name for name in labels if name not in present)

    return Grammar(
        read=read,
        suffixes=SUFFIXES,
        home=re.compile(r"Data/"),
        box_files=re.compile(r"Data/.*_BB\.txt$"),
        missing=missing,
        notes=tuple(notes),
    )


DATASET = Dataset(
    name=NAME,
    title="CelebA-Spoof",
    licence="its authors, non-commercial research agreement",
    licence_url="https://github.com/ZhangYuanhan-AI/CelebA-Spoof",
    layout="Data/train/1/live/000001.jpg with 000001_BB.txt, Data/test/, metas/intra_test/",
    subjects=10177,
    published={
        "train": Published(None, None, 494405),
        "test": Published(None, None, 67170),
    },
    lists="metas",
    boxes="a face box for each image, some empty",
    box_format="celeba-224",
    grammar=grammar,
)
