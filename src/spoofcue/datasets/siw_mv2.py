"""SiW-Mv2: fourteen types of attack, known by the beginning of a file's name."""

from __future__ import annotations

import re

from spoofcue.data.recording import Published
from spoofcue.datasets.definition import Dataset, Grammar, Named, recording
from spoofcue.datasets.siw_m import PERSON_NOTE, split_by_number
from spoofcue.datasets.tree import Tree

# beginning of a name -> PAI
PREFIXES = {
    "Live": None,
    "Makeup_Co": "makeup-cosmetic",
    "Makeup_Im": "makeup-impersonation",
    "Makeup_Ob": "makeup-obfuscation",
    "Mask_Half": "mask-half",
    "Mask_Mann": "mask-mannequin",
    "Mask_Paper": "mask-paper",
    "Mask_Silicone": "mask-silicone",
    "Mask_Trans": "mask-transparent",
    "Paper": "print-paper",
    "Partial_Eye": "partial-eye",
    "Partial_Funnyeye": "partial-funnyeye",
    "Partial_Mouth": "partial-mouth",
    "Partial_Paperglass": "partial-paperglasses",
    "Replay": "replay-video",
}
BY_NAME = re.compile(
    rf"(?:.*/)?(?P<stem>(?P<kind>{'|'.join(PREFIXES)})_\d+)\.(?:mov|mp4)", re.IGNORECASE
)
LISTS = {
    "train": ("trainlist_live.txt", "trainlist_all.txt"),
    "test": ("testlist_live.txt", "testlist_all.txt"),
}


def grammar(tree: Tree) -> Grammar:
    """Names give class and type; the lists, if they are there, give the split."""
    types = {prefix.lower(): pai for prefix, pai in PREFIXES.items()}
    split_of, notes = _listed(tree)

    def read(path: str) -> Named | None:
        match = BY_NAME.fullmatch(path)
        if match is None:
            return None
        stem = match["stem"]
        entry = recording(
            tree,
            path,
            dataset="siw-mv2",
            subject=stem,
            split=split_of.get(stem, "train") if split_of else split_by_number(stem),
            pai=types[match["kind"].lower()],
        )
        return Named(stem, entry)

    return Grammar(
        read=read,
        suffixes=(".mov", ".mp4"),
        home=re.compile(r""),
        missing=lambda present: sorted(split_of.keys() - present.keys()),
        notes=(*notes, PERSON_NOTE),
    )


def _listed(tree: Tree) -> tuple[dict[str, str], list[str]]:
    """Name -> split; a name in lists of both (about ten are) is in test, so never trained on."""
    listed: dict[str, str] = {}
    for split, names in LISTS.items():
        for path in filter(None, map(tree.find, names)):
            for line in (tree.text(path) or "").split():
                listed[line.rsplit(".", 1)[0]] = split
    if listed:
        return listed, []
    return {}, [
        f"{', '.join(LISTS['train'] + LISTS['test'])} are not there: a fifth of the videos, by the "
        "number in the name, is put into test"
    ]


DATASET = Dataset(
    name="siw-mv2",
    title="SiW-Mv2",
    licence="Michigan State University, data release agreement",
    licence_url="https://github.com/CHELSEA234/Multi-domain-learning-FAS",
    layout="Live/Live_1.mov, Spoof/Makeup_Cosmetic/Makeup_Co_1.mov, ... and trainlist_all.txt etc.",
    subjects=493,
    published={"all": Published.of(785, 915)},
    grammar=grammar,
)
