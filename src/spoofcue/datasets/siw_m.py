"""SiW-M: thirteen types of attack, known by folder."""

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
IN_FOLDER = re.compile(
    rf"(?:Spoof/)?(?P<kind>Live/Train|Live/Test|{'|'.join(FOLDERS)})/(?P<stem>[^/]+)\.(?:mov|mp4)",
    re.IGNORECASE,
)
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
    """Folders give class and type, and the split of live videos."""
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


DATASET = Dataset(
    name="siw-m",
    title="SiW-M",
    licence="Michigan State University; no longer given out, SiW-Mv2 follows it",
    layout="Live/Train/, Live/Test/, Paper/, Replay/, Partial/PaperCut/, Makeup/Cosmetic/, Mask/",
    subjects=493,
    published={"all": Published.of(660, 968)},
    grammar=grammar,
)
