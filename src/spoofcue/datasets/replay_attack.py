"""Replay-Attack: ``train|devel|test`` / ``real|attack`` / names that say everything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product

from spoofcue.data.recording import Published, Recording
from spoofcue.datasets.definition import Dataset, Grammar, Named, recording
from spoofcue.datasets.tree import Tree

NAME = "replay-attack"
FOLDERS = {"train": "train", "devel": "dev", "test": "test"}
CLIENTS = {"train": 15, "devel": 15, "test": 20}
LIVE = re.compile(
    r"(train|devel|test)/real/client(\d{3})_session01_webcam_authenticate"
    r"_(adverse|controlled)_([12])\.mov"
)
ATTACK = re.compile(
    r"(train|devel|test)/attack/(fixed|hand)/attack_(print|mobile|highdef)_client(\d{3})_session01"
    r"_(?:highdef|mobile)_(photo|video)_(adverse|controlled)\.mov"
)
# (device that shows, camera of the source, its kind)
SHOWN = (
    ("print", "highdef", "photo"),
    ("mobile", "mobile", "photo"),
    ("mobile", "mobile", "video"),
    ("highdef", "highdef", "photo"),
    ("highdef", "highdef", "video"),
)


def grammar(tree: Tree) -> Grammar:
    """Client numbers do not follow the splits in order: the folder gives the split."""

    def read(path: str) -> Named | None:
        live, attack = LIVE.fullmatch(path), ATTACK.fullmatch(path)
        if live:
            folder, client, light, variant = live.groups()
            pai = None
        elif attack:
            folder, variant, shown, client, kind, light = attack.groups()
            if (shown, kind) == ("print", "video"):
                return None
            pai = f"{shown}-{kind}"
        else:
            return None
        entry = recording(
            tree,
            path,
            dataset=NAME,
            subject=client,
            split=FOLDERS[folder],
            pai=pai,
            session=light,
            device="webcam",
            variant=variant,
        )
        boxes = f"{path.removesuffix('.mov')}.face"
        return Named(path, entry, (f"face-locations/{boxes}", boxes))

    return Grammar(
        read=read,
        suffixes=(".mov",),
        home=re.compile(r"(train|devel|test)/"),
        known=re.compile(r"enroll/"),
        box_files=re.compile(r"(train|devel|test)/(real|attack)/.*\.face$"),
        missing=_missing,
    )


def files_of(folder: str, client: str) -> list[str]:
    """The 24 official paths of a client."""
    lights = ("adverse", "controlled")
    live = [
        f"{folder}/real/client{client}_session01_webcam_authenticate_{light}_{take}.mov"
        for light, take in product(lights, "12")
    ]
    attacks = [
        f"{folder}/attack/{support}/attack_{shown}_client{client}_session01_{camera}_{kind}_"
        f"{light}.mov"
        for support, (shown, camera, kind), light in product(("fixed", "hand"), SHOWN, lights)
    ]
    return live + attacks


def _missing(present: Mapping[str, Recording]) -> list[str]:
    """Files of clients that have others; which clients there should be is not published here."""
    missing = []
    for folder, number in CLIENTS.items():
        inside = {n: r for n, r in present.items() if n.startswith(f"{folder}/")}
        clients = sorted({r.subject.rsplit("/", 1)[1] for r in inside.values()})
        if len(clients) < number:
            missing.append(f"{folder}/: {number - len(clients)} of {number} clients")
        missing += [p for c in clients for p in files_of(folder, c) if p not in inside]
    return missing


DATASET = Dataset(
    name=NAME,
    title="Replay-Attack",
    licence="Idiap Research Institute, end user licence agreement",
    layout=(
        "train/real/client001_session01_webcam_authenticate_adverse_1.mov, train/attack/fixed/, "
        "train/attack/hand/, devel/, test/, face-locations/, enroll/"
    ),
    subjects=50,
    published={
        "train": Published.of(60, 300),
        "dev": Published.of(60, 300),
        "test": Published.of(80, 400),
    },
    boxes="face boxes of some frames",
    box_format="replay-xywh",
    grammar=grammar,
)
