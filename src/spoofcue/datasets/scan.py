"""A dataset's folder to its recordings, and to what is wrong with the folder."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from spoofcue.data.extract import PrepareOptions
from spoofcue.data.prepare import FILE_SECONDS, PrepareSummary, Progress, prepare
from spoofcue.data.recording import Problem, ProblemKind, Published, Recording
from spoofcue.data.recordings import Recordings
from spoofcue.data.splits import with_splits
from spoofcue.datasets.box_places import TreeBoxes, is_box_file
from spoofcue.datasets.definition import Dataset, Grammar, Named
from spoofcue.datasets.place_notes import Place, place_notes
from spoofcue.datasets.places import kind_of, official_name, suffix_of, tails, unreadable_name
from spoofcue.datasets.tree import Tree
from spoofcue.errors import InputError
from spoofcue.labels import ATTACK, LIVE
from spoofcue.media.kinds import OTHER_MEDIA_SUFFIXES
from spoofcue.shards.engines import Engine

# What lies beside recordings under their names and was never meant to be one.
SIDECARS = frozenset(
    [
        *(".txt", ".csv", ".tsv", ".json", ".xml", ".yaml", ".yml", ".md", ".log", ".ini", ".db"),
        *(".npy", ".npz", ".mat", ".pkl", ".pt", ".h5", ".hdf5", ".pts", ".lst", ".face", ".srt"),
        *(".md5", ".sha1", ".sha256", ".html", ".pdf", ".doc", ".docx", ".py", ".m", ".wav"),
    ]
)
MISPLACED = "well named, but not in this place"
ARCHIVE = re.compile(r".*\.(zip(\.\d+)?|rar|7z|tar|tgz|gz|bz2|xz)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Scan:
    """What a folder holds of a dataset.

    Attributes:
        recordings: sorted by path, with official splits and box files.
        problems: known from names alone: missing, unexpected, misnamed, count.
        published: split, or ``all`` -> published counts that apply to this folder.
        notes: warnings to show and to keep with the data.

    """

    recordings: Recordings
    problems: list[Problem]
    published: dict[str, Published]
    notes: list[str]

    @property
    def missing(self) -> list[str]:
        """Files that the set has and the folder lacks, as far as they can be known."""
        return self._names("missing")

    @property
    def unexpected(self) -> list[str]:
        """Media and box files that are no part of the set; left out."""
        return self._names("unexpected")

    @property
    def misnamed(self) -> list[str]:
        """Media among the recordings whose names follow no rule of the set; left out."""
        return self._names("misnamed")

    def _names(self, kind: ProblemKind) -> list[str]:
        return [p.name for p in self.problems if p.kind == kind]


def scan(dataset: Dataset, root: Path) -> Scan:
    """Read the names of the files under ``root``; no video or image is opened.

    Raises:
        InputError: ``root`` is no folder or holds no recording of the dataset; the message says
            what was expected and what was found.

    """
    tree = Tree.of(root)
    parsed = parse(dataset, tree)
    if not parsed.recordings:
        raise InputError(_wrong_tree(dataset, tree, parsed.problems))
    return parsed


def parse(dataset: Dataset, tree: Tree) -> Scan:
    """:func:`scan` of a tree whose names are known already."""
    grammar = dataset.grammar(tree)
    reader = _Reader(tree, grammar)
    places, boxes, others = _places(tree, grammar)
    by_name: dict[str, Place] = {}
    problems: list[Problem] = []
    for place in places:
        one = reader.named(place)
        if one.canonical in by_name:
            first = by_name[one.canonical].path
            problems.append(Problem("unexpected", place.path, f"the same recording as {first}"))
        elif not grammar.belongs(one):
            problems.append(Problem("unexpected", place.path, MISPLACED))
        else:
            by_name[place.official if one.canonical == place.official else one.canonical] = place
    for path in sorted(set(others)):
        problems += _stray(path, grammar, by_name)
    problems.sort(key=lambda p: p.name)
    missing = grammar.missing(_Present(by_name, reader))
    kept = sorted(by_name.values(), key=lambda place: place.path)
    del places, by_name
    given = TreeBoxes(dataset, tree, boxes)
    recordings = Recordings.of(given.recordings((p, reader.named(p)) for p in kept))
    of_boxes, notes = given.problems()
    problems += [Problem("left_out", path, why) for path, why in sorted(tree.left_out.items())]
    published = dict(grammar.published if grammar.published is not None else dataset.published)
    problems += [Problem("missing", name) for name in missing] + of_boxes
    problems += _count_problems(recordings, published, dataset.tolerance)
    notes = [*grammar.notes, *notes, *place_notes(kept)]
    return Scan(recordings, problems, published, notes)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads a name as often as it is asked: the places alone are held, and no recording of them."""

    tree: Tree
    grammar: Grammar

    def named(self, place: Place) -> Named:
        """What its official name tells, of the file that lies there."""
        one = self.grammar.read(place.official)
        if one is None:
            raise ValueError(f"{place.official} was a name of the set before")
        if place.official == place.path:
            return one
        path = self.tree.root / place.path
        here = replace(one.recording, path=path, media=place.path, video=place.official)
        return replace(one, recording=here)


class _Present(Mapping[str, Recording]):
    """The recordings by their canonical names, each read when it is asked for."""

    def __init__(self, places: Mapping[str, Place], reader: _Reader) -> None:
        self._places, self._reader = places, reader

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __getitem__(self, name: str) -> Recording:
        return self._reader.named(self._places[name]).recording


def _places(tree: Tree, grammar: Grammar) -> tuple[list[Place], list[str], list[str]]:
    """What can be read, of two copies first the one that is nearer to the official.

    Returns:
        These, the box files and the other files.

    """
    places: list[Place] = []
    boxes: list[str] = []
    others: list[str] = []
    for path in tree.paths:
        match = official_name(path, grammar.read, grammar.suffixes, grammar.not_below)
        if match is not None:  # one text where both are the same
            places.append(Place(path, path if match[0] == path else match[0]))
        else:
            (boxes if is_box_file(path, grammar) else others).append(path)
    places.sort(key=lambda place: (place.deeper, place.suffixes is not None, place.path))
    return places, boxes, others


def _stray(path: str, grammar: Grammar, known: Container[str]) -> list[Problem]:
    """Nothing for what belongs to the distribution or has nothing to do with recordings."""
    suffix, ends = suffix_of(path), tails(path)
    media = kind_of(suffix)
    if any(map(grammar.known.match, ends)):
        return []
    if media is None and suffix.lower() in SIDECARS:
        return []
    other = unreadable_name(path, grammar.read, grammar.suffixes, grammar.not_below)
    if other is not None and (media or other[1].canonical not in known):
        official = suffix_of(other[0])
        why = f"{suffix} is no suffix that is read" if suffix else "it has no suffix"
        if media is not None:
            why = f"{suffix} is the suffix of {'an image' if media == 'image' else 'a video'}"
        return [Problem("misnamed", path, f"{why}; the set has {official}")]
    if media is None:
        if suffix.lower() in OTHER_MEDIA_SUFFIXES:
            return [Problem("unexpected", path, f"{suffix} is no suffix that is read")]
        return []
    return [Problem("misnamed" if any(map(grammar.home.match, ends)) else "unexpected", path)]


def count(recordings: Iterable[Recording]) -> dict[str, Published]:
    """Recordings of each split, and of ``all``, in the form of the published counts."""
    counts = Counter((r.split or "", r.label) for r in recordings)
    by_split = {
        split: Published.of(counts[split, LIVE], counts[split, ATTACK])
        for split in ("train", "dev", "test")
    }
    live, attack = (
        sum(number for (_, label), number in counts.items() if label == wanted)
        for wanted in (LIVE, ATTACK)
    )
    return by_split | {"all": Published.of(live, attack)}


def _count_problems(
    recordings: Iterable[Recording], published: Mapping[str, Published], tolerance: int
) -> list[Problem]:
    have, problems = count(recordings), []
    for split, stated in published.items():
        pairs = [
            ("live", have[split].live, stated.live),
            ("attack", have[split].attack, stated.attack),
        ]
        if stated.live is None and stated.attack is None:
            pairs = [("all", have[split].total, stated.total)]
        for kind, is_, should in pairs:
            if is_ is not None and should is not None and abs(is_ - should) > tolerance:
                message = f"{is_} recordings, published {should}"
                problems.append(Problem("count", f"{split} {kind}", message))
    return problems


def _wrong_tree(dataset: Dataset, tree: Tree, problems: list[Problem]) -> str:
    top = sorted({p.split("/")[0] + ("/" if "/" in p else "") for p in tree.paths})
    shown = ", ".join(top[:8]) + (f" and {len(top) - 8} more" if len(top) > 8 else "")
    message = (
        f"{tree.root} holds no recording of {dataset.title}. Expected there: {dataset.layout}. "
        f"Found: {shown or ('no file' if tree.root.is_dir() else 'no such folder')}."
    )
    if why := [p for p in problems if p.detail == MISPLACED or (p.kind == "misnamed" and p.detail)]:
        message += (
            f" {len(why)} file(s) are named as its recordings and left out, the first is "
            f"{why[0].name}: {why[0].detail}."
        )
    elif above := _root_above(dataset, tree):
        message += f" {above} looks right: give that as ROOT."
    if packed := next((p for p in tree.paths if ARCHIVE.fullmatch(p)), None):
        message += f" {packed} is an archive: unpack it first."
    return message


def _root_above(dataset: Dataset, tree: Tree) -> Path | None:
    """The folder above in which the files would have official names; it holds all of them."""
    root = tree.root.resolve()
    for parent in root.parents[:3]:
        inside = root.relative_to(parent).as_posix()
        above = Tree(parent, tuple(f"{inside}/{p}" for p in tree.paths))
        grammar = dataset.grammar(above)
        reader = _Reader(above, grammar)
        if any(grammar.belongs(reader.named(place)) for place in _places(above, grammar)[0]):
            return parent
    return None


def prepare_scan(
    dataset: Dataset,
    scanned: Scan,
    root: Path,
    out: Path,
    options: PrepareOptions,
    *,
    engine: Engine = "local",
    address: str | None = None,
    workers: int | None = None,
    file_seconds: float = FILE_SECONDS,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> PrepareSummary:
    """Crop the faces of what :func:`spoofcue.datasets.scan.scan` found; see `data.prepare`.

    Raises:
        InputError: ``out`` was begun with other options, or holds something else.

    """
    return prepare(
        with_splits(scanned.recordings),
        root,
        out,
        options,
        engine=engine,
        address=address,
        workers=workers,
        file_seconds=file_seconds,
        overwrite=overwrite,
        warnings=scanned.notes,
        dataset=dataset.name,
        published=scanned.published,
        problems=scanned.problems,
        progress=progress,
    )
