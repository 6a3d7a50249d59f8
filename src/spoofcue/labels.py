"""What the folders of a file say of it: live or attack, which species, whose face, which split.

The one grammar of folder names, for every command that reads a folder; docs/howto/labels.md
explains it. Only whole names of folders count, never a part of one and never the name of the file:
a label that is not clear is a fault and not a guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LIVE, ATTACK = 0, 1
LIVE_WORDS = ("live", "real", "genuine", "bonafide", "bona-fide", "bona_fide", "bona fide")
ATTACK_WORDS = ("attack", "attacks", "spoof", "spoofs", "fake", "fakes")
SPLIT_WORDS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("dev", "devel", "development", "val", "valid", "validation"), "dev"),
    **dict.fromkeys(("test", "testing", "eval", "evaluation"), "test"),
}
# Below an attack folder these name the species; anywhere else they are ordinary words.
SPECIES_WORDS = (
    *("print", "prints", "printed", "paper", "photo", "photos", "replay", "replays", "replayed"),
    *("display", "screen", "video", "videos", "mask", "masks", "cut", "cutout", "partial"),
    *("makeup", "deepfake", "deepfakes"),
)
# Ordinary words that are nobody's name.
KIND_WORDS = frozenset(
    [
        *SPECIES_WORDS,
        *("client", "clients", "subject", "subjects", "person", "persons", "people", "user"),
        *("users", "image", "images", "picture", "pictures", "frame", "frames", "clip", "clips"),
        *("face", "faces", "data", "dataset", "media"),
    ]
)
# Below a live folder a name with one of these words in it speaks of an attack.
SUSPECT_WORDS = frozenset(
    [
        *ATTACK_WORDS,
        *("print", "prints", "printed", "printout", "replay", "replays", "replayed"),
        *("deepfake", "deepfakes"),
    ]
)
CLASS_NAMES = ("live", "attack")
_PLURALS = ("live faces", "attacks")

REMEDY = (
    f"a folder named {', '.join(LIVE_WORDS)} holds live faces, one named "
    f"{', '.join(ATTACK_WORDS)} attacks, with the species in a folder below it; rename the "
    "folders, or list path,label in a CSV and give it as --labels"
)


def canonical(name: str) -> str:
    """A name without what the eye does not tell apart: case, blanks, forms of one character.

    >>> canonical("  Bona  FIDE ") == canonical("bona fide")
    True

    """
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


_LIVE = frozenset(map(canonical, LIVE_WORDS))
_ATTACK = frozenset(map(canonical, ATTACK_WORDS))


def class_of_word(name: str) -> int | None:
    """0 for a word that means live, 1 for one that means attack, None for any other name.

    >>> class_of_word("Real"), class_of_word("spoof"), class_of_word("client")
    (0, 1, None)

    """
    word = canonical(name)
    return LIVE if word in _LIVE else ATTACK if word in _ATTACK else None


def class_of_label(text: str) -> int | None:
    """The class that a field of a table states: 0, 1 or a class word; None for anything else."""
    word = text.strip()
    return int(word) if word in ("0", "1") else class_of_word(word)


@dataclass(frozen=True, slots=True)
class ClassWord:
    """Which folder of a path decides the class.

    Attributes:
        label: 0 live, 1 attack; None where ``fault`` is set.
        above: the other folders between the root and the deciding one.
        below: the other folders between that and the file.
        fault: why there is no label; empty where there is one.

    """

    label: int | None
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    fault: str = ""


def class_of_folders(folders: Sequence[str], given: int | None = None) -> ClassWord:
    """The class word nearest to the file decides; no other class may have a word on the path.

    Args:
        folders: from the root that the user gave to the file, both left out; what lies above the
            root says nothing.
        given: the class that the user gave for the root itself; None: only the folders tell.

    >>> class_of_folders(["client", "001", "attack", "print"]).label
    1
    >>> class_of_folders(["ann", "live", "attack"]).fault
    'the folders live and attack contradict each other'

    """
    words = [(at, c) for at, name in enumerate(folders) if (c := class_of_word(name)) is not None]
    at, label = words[-1] if words else (-1, given)
    if label is None:
        return ClassWord(None, fault="no folder on its path is a class word")
    for other, kind in words:
        if kind != (label if given is None else given):
            against = f"{folders[at]} contradict each other"
            if given is None:
                return ClassWord(None, fault=f"the folders {folders[other]} and {against}")
            return ClassWord(None, fault=f"the folder {folders[other]} holds {_PLURALS[kind]}")
    suspect = next((name for name in folders[at + 1 :] if speaks_of_attacks(name)), None)
    if label == LIVE and suspect is not None:
        return ClassWord(
            None, fault=f"the folder {suspect} speaks of attacks and lies in a live one"
        )
    above = tuple(name for name in folders[: max(at, 0)] if _is_plain(name))
    return ClassWord(label, above, tuple(name for name in folders[at + 1 :] if _is_plain(name)))


@dataclass(frozen=True, slots=True)
class FolderLabels:
    """What the folders of one path say.

    Attributes:
        label: 0 live, 1 attack; None where ``fault`` is set.
        species: of an attack, in small letters; None if no folder names it.
        subject: whose face; None if no folder names a person.
        split: train, dev or test; None if no folder names one.
        fault: why there is no label; empty where there is one.

    """

    label: int | None
    species: str | None = None
    subject: str | None = None
    split: str | None = None
    fault: str = ""


def labels_of(folders: Sequence[str]) -> FolderLabels:
    """Read the folders of a path, from the root to the file, both left out.

    >>> labels_of(["client", "001", "attack", "print"])
    FolderLabels(label=1, species='print', subject='001', split=None, fault='')

    """
    word = class_of_folders(folders)
    if word.label is None:
        return FolderLabels(None, fault=word.fault)
    splits = {SPLIT_WORDS[canonical(n)]: n for n in folders if canonical(n) in SPLIT_WORDS}
    if len(splits) > 1:
        return FolderLabels(
            None, fault=f"the folders {' and '.join(splits.values())} name two splits"
        )
    person, below = person_of(word.above), word.below
    species: str | None = None
    if word.label == ATTACK:
        species, below = _species_below(word.below, person is not None)
        if species is None and person is None and len(below) > 1:
            both = " and ".join(below[:2])
            return FolderLabels(
                None, fault=f"which of the folders {both} is the species is not clear"
            )
    return FolderLabels(word.label, species, person or person_of(below), next(iter(splits), None))


def person_of(folders: Sequence[str]) -> str | None:
    """The first folder that is no ordinary word, as a person's name; None if there is none."""
    return next((n.strip() for n in folders if canonical(n) not in KIND_WORDS), None)


def speaks_of_attacks(name: str) -> bool:
    """Whether a folder's name has a word of attacks in it, as ``attack_x``, ``PrintAttack2``."""
    parted = re.sub(r"([^\W\d_A-Z])([A-Z])", r"\1 \2", unicodedata.normalize("NFKC", name))
    return not SUSPECT_WORDS.isdisjoint(re.findall(r"[^\W\d_]+", parted.casefold()))


def same_to_the_eye(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Groups of different names that are equal but for case, blanks or forms of a character.

    >>> same_to_the_eye(["print", "PRINT", "replay"])
    [('PRINT', 'print')]

    """
    groups: dict[str, set[str]] = {}
    for name in names:
        groups.setdefault(canonical(name), set()).add(name)
    return sorted(tuple(sorted(group)) for group in groups.values() if len(group) > 1)


def _species_below(below: tuple[str, ...], has_person: bool) -> tuple[str | None, tuple[str, ...]]:
    """The species, and the other folders below an attack folder."""
    at = next((k for k, name in enumerate(below) if _is_species(name)), None)
    if at is None and has_person and below:
        at = 0
    if at is None:
        return None, below
    return canonical(below[at]), below[:at] + below[at + 1 :]


def _is_plain(name: str) -> bool:
    return class_of_word(name) is None and canonical(name) not in SPLIT_WORDS


def _is_species(name: str) -> bool:
    return not set(SPECIES_WORDS).isdisjoint(re.split(r"[^a-z]+", canonical(name)))
