"""SiW (Spoof in the Wild): ``Train|Test/live|spoof/SSS/SSS-Sensor-Type-Medium-Session.mov``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product

from spoofcue.data.recording import Published, Recording
from spoofcue.datasets.definition import Dataset, Grammar, Named, recording
from spoofcue.datasets.tree import Tree

NAME = "siw"
_TEST = """
001 002 004 005 008 009 010 012 013 015 018 019 020 021 023 024 025 026 027 029 031 036 037 039
043 044 048 049 050 052 053 057 059 061 064 065 066 067 071 073 075 079 082 083 084 085 087 088
090 094 095 097 102 106 108 109 110 114 116 118 122 124 125 126 130 132 137 138 139 141 142 153
154 158 161
"""
TEST_IDS = frozenset(_TEST.split())
TRAIN_IDS = frozenset(f"{n:03d}" for n in range(1, 166)) - TEST_IDS
IDS = {"Train": TRAIN_IDS, "Test": TEST_IDS}
TOLERANCE = 10
# The official page writes underscores and .mp4; the files have hyphens and .mov, some .m.mov.
VIDEO = re.compile(
    r"(Train|Test)/(live|spoof)/(\d{3})/(?P<stem>(\d{3})[-_]([12])[-_]([123])[-_](\d)[-_]([12]))"
    r"(?P<m>\.m)?\.(?:mov|mp4)",
    re.IGNORECASE,
)
MEDIA = {"1": "12", "2": "12", "3": "1234"}


def grammar(tree: Tree) -> Grammar:
    """The folder gives the split; the official lists of identities say who belongs there."""

    def read(path: str) -> Named | None:
        match = VIDEO.fullmatch(path)
        if match is None:
            return None
        folder, kind, subject, _, again, sensor, type_, medium, session, _ = match.groups()
        folder, kind = folder.capitalize(), kind.lower()
        if subject != again or (kind == "live") != (type_ == "1") or medium not in MEDIA[type_]:
            return None
        pai = {"1": None, "2": f"print-{medium}", "3": f"replay-{medium}"}[type_]
        entry = recording(
            tree,
            path,
            dataset=NAME,
            subject=subject,
            split=folder.lower(),
            pai=pai,
            session=session,
            device=sensor,
            variant=medium if pai is None else None,
        )
        name = f"{folder}/{kind}/{subject}/{subject}-{sensor}-{type_}-{medium}-{session}.mov"
        base = path[: match.end("stem")]
        there, stem = base.rsplit("/", 1)
        spellings = (base, *(f"{there}/{stem.replace(*s)}" for s in (("_", "-"), ("-", "_"))))
        boxes = (f"{b}{end}" for b in spellings for end in (".face", ".m.face"))
        return Named(name, entry, tuple(dict.fromkeys(boxes)))

    def belongs(named: Named) -> bool:
        folder, _, subject, _ = named.canonical.split("/")
        return subject in IDS[folder]

    return Grammar(
        read=read,
        suffixes=(".mov", ".mp4"),
        home=re.compile(r"(Train|Test)/(live|spoof)/", re.IGNORECASE),
        box_files=re.compile(r"(Train|Test)/(live|spoof)/.*\.face$", re.IGNORECASE),
        belongs=belongs,
        missing=_missing,
    )


def _missing(present: Mapping[str, Recording]) -> list[str]:
    """Folders of people; live videos only where more are absent than in the official set.

    Each person should have 8 live videos; the official set lacks 7 of those, which ones is not
    published. How many attacks a person has varies.
    """
    there = {name.rsplit("/", 1)[0] for name in present}
    every = {
        f"{folder}/{kind}/{subject}"
        for folder, ids in IDS.items()
        for kind in ("live", "spoof")
        for subject in ids
    }
    missing = [f"{folder}/" for folder in every - there]
    for folder, ids in IDS.items():
        live = {
            f"{folder}/live/{subject}/{subject}-{sensor}-1-{medium}-{session}.mov"
            for subject in ids
            for sensor, medium, session in product("12", "12", "12")
        }
        absent = [n for n in live - present.keys() if n.rsplit("/", 1)[0] in there]
        if len(absent) > TOLERANCE:
            missing += absent
    return sorted(missing)


DATASET = Dataset(
    name=NAME,
    title="SiW",
    licence="Michigan State University, SiW database release agreement",
    licence_url="http://cvlab.cse.msu.edu/siw-spoof-in-the-wild-database.html",
    layout="Train/live/003/003-1-1-1-1.mov with 003-1-1-1-1.face, Train/spoof/, Test/live/, ...",
    subjects=165,
    published={"train": Published.of(714, 1702), "test": Published.of(599, 1454)},
    tolerance=TOLERANCE,
    boxes="face corners in every frame, called poor",
    box_format="siw-corners",
    grammar=grammar,
)
