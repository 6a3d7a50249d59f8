"""MSU-MFSD: ``scene01/real|attack/...``; two lists say who is in train and who in test."""

from __future__ import annotations

import re
from itertools import product

from spoofcue.data.recording import Published
from spoofcue.datasets.definition import Dataset, Grammar, Named, recording, whole
from spoofcue.datasets.tree import Tree
from spoofcue.errors import InputError

NAME = "msu-mfsd"
TRAIN = "02 03 05 06 07 08 09 11 12 21 22 34 53 54 55"
TEST = "01 13 14 23 24 26 28 29 30 32 33 35 36 37 39 42 48 49 50 51"
LISTS = {"train": ("train_sub_list.txt", TRAIN), "test": ("test_sub_list.txt", TEST)}
PAI = {"printed_photo": "print-photo", "ipad_video": "replay-ipad", "iphone_video": "replay-iphone"}
SUFFIX = {"android": "mp4", "laptop": "mov"}
VIDEO = re.compile(
    r"scene01/(?:real/real|attack/attack)_client(\d{3})_(android|laptop)_SD_"
    r"(?:(printed_photo|ipad_video|iphone_video)_)?scene01\.(mp4|mov)"
)


def expected(people: list[str]) -> frozenset[str]:
    """The eight official paths of each of these people."""
    names = set()
    for who, (device, suffix) in product(people, SUFFIX.items()):
        end = f"scene01.{suffix}"
        names.add(f"scene01/real/real_client0{who}_{device}_SD_{end}")
        for kind in PAI:
            names.add(f"scene01/attack/attack_client0{who}_{device}_SD_{kind}_{end}")
    return frozenset(names)


def grammar(tree: Tree) -> Grammar:
    """The lists in the tree win over the published ones that we carry."""
    split_of: dict[str, str] = {}
    notes: list[str] = []
    for split, (name, known) in LISTS.items():
        path = tree.find(name)
        text = tree.text(path) if path else None
        if text is None:
            notes.append(f"{name} is not there; the published list is taken")
        split_of |= dict.fromkeys(_people(known if text is None else text, name), split)
    official = expected(list(split_of))

    def read(path: str) -> Named | None:
        match = VIDEO.fullmatch(path)
        if match is None:
            return None
        number, device, kind, suffix = match.groups()
        attack = path.startswith("scene01/attack/")
        if (kind is not None) != attack or suffix != SUFFIX[device]:
            return None
        who = number[1:] if number.startswith("0") else number
        entry = recording(
            tree,
            path,
            dataset=NAME,
            subject=who,
            split=split_of.get(who, "train"),
            pai=PAI[kind] if kind else None,
            session="scene01",
            device=device,
        )
        return Named(path, entry, (path.rsplit(".", 1)[0] + ".face",))

    return Grammar(
        read=read,
        suffixes=(".mp4", ".mov"),
        home=re.compile(r"scene01/"),
        box_files=re.compile(r"scene01/.*\.face$"),
        belongs=lambda named: named.canonical in official,
        missing=whole(official),
        notes=tuple(notes),
    )


def _people(text: str, source: str) -> list[str]:
    try:
        return [f"{int(number):02d}" for number in text.split()]
    except ValueError:
        raise InputError(f"{source} should list one client number a line.") from None


DATASET = Dataset(
    name=NAME,
    title="MSU-MFSD",
    licence="Michigan State University, database release agreement",
    layout=(
        "scene01/real/real_client001_android_SD_scene01.mp4 with its .face, scene01/attack/, "
        "train_sub_list.txt, test_sub_list.txt"
    ),
    subjects=35,
    published={"train": Published.of(30, 90), "test": Published.of(40, 120)},
    boxes="face corners and eyes of some frames",
    box_format="msu-corners-eyes",
    grammar=grammar,
)
