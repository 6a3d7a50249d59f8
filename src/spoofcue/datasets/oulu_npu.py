"""OULU-NPU: videos ``Phone_Session_User_File.avi`` in a folder a split."""

from __future__ import annotations

import re
from itertools import product

from spoofcue.data.recording import Published
from spoofcue.datasets.definition import Dataset, Grammar, Named, recording, whole
from spoofcue.datasets.tree import Tree

NAME = "oulu-npu"
FOLDERS = {"Train_files": "train", "Dev_files": "dev", "Test_files": "test"}
USERS = {"train": range(1, 21), "dev": range(21, 36), "test": range(36, 56)}
# The digit File: 1 is live.
PAI = {"1": None, "2": "print-1", "3": "print-2", "4": "replay-1", "5": "replay-2"}
VIDEO = re.compile(r"(Train_files|Dev_files|Test_files)/([1-6])_([1-3])_(\d\d)_([1-5])\.avi")


def expected() -> frozenset[str]:
    """All 4950 official paths."""
    return frozenset(
        f"{folder}/{phone}_{session}_{user:02d}_{file}.avi"
        for folder, split in FOLDERS.items()
        for phone, session, user, file in product(range(1, 7), range(1, 4), USERS[split], PAI)
    )


def grammar(tree: Tree) -> Grammar:
    """Names alone say everything; the protocol files are not needed."""
    official = expected()

    def read(path: str) -> Named | None:
        match = VIDEO.fullmatch(path)
        if match is None:
            return None
        folder, phone, session, user, file = match.groups()
        entry = recording(
            tree,
            path,
            dataset=NAME,
            subject=user,
            split=FOLDERS[folder],
            pai=PAI[file],
            session=session,
            device=phone,
        )
        return Named(path, entry, (path.removesuffix(".avi") + ".txt",))

    return Grammar(
        read=read,
        suffixes=(".avi",),
        home=re.compile(r"(Train|Dev|Test)_files/"),
        box_files=re.compile(r"(Train|Dev|Test)_files/.*\.txt$"),
        belongs=lambda named: named.canonical in official,
        missing=whole(official),
    )


DATASET = Dataset(
    name=NAME,
    title="OULU-NPU",
    licence="University of Oulu, end user licence agreement",
    layout="Train_files/1_1_01_1.avi with 1_1_01_1.txt, Dev_files/, Test_files/, Protocols/",
    subjects=55,
    published={
        "train": Published.of(360, 1440),
        "dev": Published.of(270, 1080),
        "test": Published.of(360, 1440),
    },
    lists="Protocols",
    boxes="both eyes in every frame",
    box_format="oulu-eyes",
    grammar=grammar,
)
