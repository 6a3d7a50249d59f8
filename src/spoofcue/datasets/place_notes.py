"""Notes on files whose place or suffix differs from the official distribution."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from spoofcue.datasets.places import suffix_of

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Place:
    """A recording in a tree.

    Attributes:
        path: where it is, relative to the root.
        official: its name in the set as it is given out.

    """

    path: str
    official: str

    @property
    def deeper(self) -> int:
        """Folders that it lies deeper than in the set."""
        return self.path.count("/") - self.official.count("/")

    @property
    def suffixes(self) -> tuple[str, str] | None:
        """Its suffix and the official one; None if they are equal."""
        pair = suffix_of(self.path), suffix_of(self.official)
        return pair if pair[0] != pair[1] else None


def place_notes(places: Iterable[Place]) -> list[str]:
    """A line for each folder that was read in another place, and for each suffix."""
    places = list(places)
    return _folder_notes([p for p in places if p.deeper]) + _suffix_notes(places)


def _folder_notes(places: list[Place]) -> list[str]:
    where: Counter[tuple[str, str]] = Counter()
    inside: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        folders, official = (p.rpartition("/")[0] for p in (place.path, place.official))
        top = official.partition("/")[0]
        if f"/{folders}".endswith(f"/{official}"):
            where[top, folders[: len(folders) - len(official)] + top] += 1
        else:
            inside[top].append(place)
    lines = [f"{n} recording(s) of {top}/ were read in {at}/" for (top, at), n in where.items()]
    lines += [
        f"{len(moved)} recording(s) of {top}/ were read in a folder inside one of its own name, "
        f"the first is {moved[0].path}"
        for top, moved in inside.items()
    ]
    if len(lines) <= SHOWN:
        return lines
    return [*lines[: SHOWN - 1], f"and so in {len(lines) - SHOWN + 1} more folders"]


def _suffix_notes(places: list[Place]) -> list[str]:
    counts = Counter(filter(None, (place.suffixes for place in places)))
    lines = []
    for (is_, official), number in sorted(counts.items()):
        note = f"{number} recording(s) end in {is_} where the set has {official}; they are read"
        if is_.lower() != official:
            note += " and, if they were encoded again, may have lost traces of the attack"
        lines.append(note)
    return lines
