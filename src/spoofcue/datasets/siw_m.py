"""SiW-M and SiW-Mv2: thirteen and fourteen types of attack, known by folder or file name."""

from __future__ import annotations

import hashlib
import re

from spoofcue.data.recording import Published
from spoofcue.datasets.definition import Dataset, Grammar, Named, recording
from spoofcue.datasets.tree import Tree

# folder of SiW-M -> PAI
FOLDERS = {
    "Paper": "print-paper",
    "Replay": "replay-video",
    "Partial/FunnyeyeGlasses": "partial-funnyeye",
    "Partial/PaperCut": "partial-paper",
    "Partial/PaperGlasses": "partial-paperglasses",
    "Makeup/Cosmetic": "makeup-cosmetic",
    "Makeup/Impersonation": "makeup-impersonation",
    "Makeup/Obfuscation": "makeup-obfuscation",
    "Mask/HalfMask": "mask-half",
    "Mask/MannequinHead": "mask-mannequin",
    "Mask/PaperMask": "mask-paper",
    "Mask/SiliconeMask": "mask-silicone",
    "Mask/TransparentMask": "mask-transparent",
}
# beginning of a name in SiW-Mv2 -> PAI
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
IN_FOLDER = re.compile(
    rf"(?:Spoof/)?(?P<kind>Live/Train|Live/Test|{'|'.join(FOLDERS)})/(?P<stem>[^/]+)\.(?:mov|mp4)",
    re.IGNORECASE,
)
BY_NAME = re.compile(
    rf"(?:.*/)?(?P<stem>(?P<kind>{'|'.join(PREFIXES)})_\d+)\.(?:mov|mp4)", re.IGNORECASE
)
LISTS = {
    "train": ("trainlist_live.txt", "trainlist_all.txt"),
    "test": ("testlist_live.txt", "testlist_all.txt"),
}
ATTACKS_NOTE = (
    "attacks have no official split: a fifth of them, by the number in the name, is put into test; "
    "the leave-one-type-out protocol takes whole types by their PAI"
)
PERSON_NOTE = "the names tell no person: each video counts as a person of its own"


def split_by_number(stem: str) -> str:
    """``test`` for numbers that five divides, else ``train``; unnumbered names by their hash.

    A file's split does not depend on which other files are there.
    """
    digits = re.findall(r"\d+", stem)
    number = int(digits[-1]) if digits else int(hashlib.sha256(stem.encode()).hexdigest(), 16)
    return "test" if number % 5 == 0 else "train"


def grammar(tree: Tree) -> Grammar:
    """SiW-M: folders give class and type, and the split of live videos."""
    types = {folder.lower(): pai for folder, pai in FOLDERS.items()}

    def read(path: str) -> Named | None:
        match = IN_FOLDER.fullmatch(path)
        if match is None:
            return None
        kind, stem = match["kind"].lower(), match["stem"]
        live = kind.startswith("live/")
        entry = recording(
            tree,
            path,
            dataset="siw-m",
            subject=f"{kind}/{stem}",
            split=kind.removeprefix("live/") if live else split_by_number(stem),
            pai=None if live else types[kind],
        )
        return Named(f"{kind}/{stem}", entry)

    return Grammar(
        read=read,
        suffixes=(".mov", ".mp4"),
        # Mask/Paper/1.mov is no print, whatever its last folder is called
        not_below=re.compile(r"(.*/)?(Live|Partial|Makeup|Mask|Paper|Replay)/.*", re.IGNORECASE),
        home=re.compile(r"(Spoof/)?(Live|Paper|Replay|Partial|Makeup|Mask)/", re.IGNORECASE),
        missing=lambda _: [],
        notes=(ATTACKS_NOTE, PERSON_NOTE),
    )


def grammar_v2(tree: Tree) -> Grammar:
    """SiW-Mv2: names give class and type; the lists, if they are there, give the split."""
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
    name="siw-m",
    title="SiW-M",
    licence="Michigan State University; no longer given out, SiW-Mv2 follows it",
    layout="Live/Train/, Live/Test/, Paper/, Replay/, Partial/PaperCut/, Makeup/Cosmetic/, Mask/",
    subjects=493,
    published={"all": Published.of(660, 968)},
    grammar=grammar,
)
DATASET_V2 = Dataset(
    name="siw-mv2",
    title="SiW-Mv2",
    licence="Michigan State University, data release agreement",
    licence_url="https://github.com/CHELSEA234/Multi-domain-learning-FAS",
    layout="Live/Live_1.mov, Spoof/Makeup_Cosmetic/Makeup_Co_1.mov, ... and trainlist_all.txt etc.",
    subjects=493,
    published={"all": Published.of(785, 915)},
    grammar=grammar_v2,
)
