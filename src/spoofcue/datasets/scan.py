"""A dataset's folder to its recordings, and to what is wrong with the folder."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from spoofcue.data.extract import PrepareOptions
from spoofcue.data.prepare import FILE_SECONDS, PrepareSummary, Progress, prepare
from spoofcue.data.recording import Problem, ProblemKind, Published, Recording
from spoofcue.data.recordings import Recordings
from spoofcue.data.splits import with_splits
from spoofcue.datasets.box_places import is_box_file, with_boxes
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
    named, others = _named(tree, grammar)
    by_name: dict[str, tuple[Place, Named]] = {}
    problems: list[Problem] = []
    for place, one in named:
        if one.canonical in by_name:
            first = by_name[one.canonical][0].path
            problems.append(Problem("unexpected", place.path, f"the same recording as {first}"))
        elif not grammar.belongs(one):
            problems.append(Problem("unexpected", place.path, MISPLACED))
        else:
            by_name[one.canonical] = place, one
    boxes = [path for path in others if is_box_file(path, grammar)]
    for path in sorted(set(others).difference(boxes)):
        problems += _stray(path, grammar, by_name)
    problems.sort(key=lambda p: p.name)
    kept = sorted(by_name.values(), key=lambda pair: pair[0].path)
    recordings, of_boxes, notes = with_boxes(dataset, tree, boxes, kept)
    problems += [Problem("left_out", path, why) for path, why in sorted(tree.left_out.items())]
    missing = grammar.missing({one.canonical: one.recording for _, one in kept})
    published = dict(grammar.published if grammar.published is not None else dataset.published)
    problems += [Problem("missing", name) for name in missing] + of_boxes
    problems += _count_problems(recordings, published, dataset.tolerance)
    notes = [*grammar.notes, *notes, *place_notes(place for place, _ in kept)]
    return Scan(Recordings.of(recordings), problems, published, notes)


def _named(tree: Tree, grammar: Grammar) -> tuple[list[tuple[Place, Named]], list[str]]:
    """What can be read, of two copies first the one that is nearer to the official; and others."""
    named, others = [], []
    for path in tree.paths:
        match = official_name(path, grammar.read, grammar.suffixes, grammar.not_below)
        if match is None:
            others.append(path)
            continue
        official, one = match
        if official != path:
            here = replace(one.recording, path=tree.root / path, media=path, video=official)
            one = replace(one, recording=here)
        named.append((Place(path, official), one))
    named.sort(key=lambda pair: (pair[0].deeper, pair[0].suffixes is not None, pair[0].path))
    return named, others


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


def count(recordings: list[Recording]) -> dict[str, Published]:
    """Recordings of each split, and of ``all``, in the form of the published counts."""
    counts = Counter((r.split or "", r.label) for r in recordings)
    by_split = {
        split: Published.of(counts[split, LIVE], counts[split, ATTACK])
        for split in ("train", "dev", "test")
    }
    labels = Counter(r.label for r in recordings)
    return by_split | {"all": Published.of(labels[LIVE], labels[ATTACK])}


def _count_problems(
    recordings: list[Recording], published: Mapping[str, Published], tolerance: int
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
        if any(grammar.belongs(one) for _, one in _named(above, grammar)[0]):
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
