"""A dataset's folder to its recordings, and to what is wrong with the folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from spoofcue.data.manifest import ATTACK, LIVE
from spoofcue.data.problems import Problem, ProblemKind
from spoofcue.data.published import Published
from spoofcue.data.recording import Recording
from spoofcue.datasets.definition import Dataset, Grammar, Named
from spoofcue.datasets.tree import Tree
from spoofcue.errors import InputError
from spoofcue.media.kinds import media_kind


@dataclass(frozen=True, slots=True)
class Scan:
    """What a folder holds of a dataset.

    Attributes:
        recordings: sorted by path, with official splits and box files.
        problems: known from names alone: missing, unexpected, misnamed, count.
        published: split, or ``all`` -> published counts that apply to this folder.
        notes: warnings to show and to keep with the data.

    """

    recordings: list[Recording]
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
    found = parse(dataset, tree)
    if not found.recordings:
        raise InputError(_wrong_tree(dataset, tree))
    return found


def parse(dataset: Dataset, tree: Tree) -> Scan:
    """:func:`scan` of a tree whose names are known already."""
    grammar = dataset.grammar(tree)
    found: dict[str, Named] = {}
    problems: list[Problem] = []
    for path in tree.paths:
        named = grammar.read(path)
        if named is None:
            problems += _stray(path, grammar)
        elif named.canonical in found:
            first = found[named.canonical].recording.media
            problems.append(Problem("unexpected", path, f"the same recording as {first}"))
        elif not grammar.belongs(named):
            problems.append(Problem("unexpected", path, "well named, but not in this place"))
        else:
            found[named.canonical] = named
    recordings, of_boxes, notes = _with_boxes(dataset, grammar, tree, list(found.values()))
    missing = grammar.missing({name: n.recording for name, n in found.items()})
    published = dict(grammar.published if grammar.published is not None else dataset.published)
    problems += [Problem("missing", name) for name in missing] + of_boxes
    problems += _count_problems(recordings, published, dataset.tolerance)
    return Scan(recordings, problems, published, [*grammar.notes, *notes])


def _stray(path: str, grammar: Grammar) -> list[Problem]:
    if media_kind(Path(path)) is None or grammar.known.match(path):
        return []
    if grammar.home.match(path):
        return [Problem("misnamed", path)]
    return [Problem("unexpected", path)]


def _with_boxes(
    dataset: Dataset, grammar: Grammar, tree: Tree, found: list[Named]
) -> tuple[list[Recording], list[Problem], list[str]]:
    present = {p for p in tree.paths if grammar.box_files.match(p)}
    used = set[str]()
    absent: list[str] = []
    recordings = []
    for named in found:
        at = next((p for p in named.boxes if p in present), None)
        if at is not None:
            used.add(at)
            box_format = dataset.box_format
            recordings.append(replace(named.recording, boxes=tree.root / at, box_format=box_format))
            continue
        absent += named.boxes[:1]
        recordings.append(named.recording)
    problems = [
        Problem("unexpected", path, "a box file without its recording")
        for path in sorted(present - used)
    ]
    if not absent:
        return recordings, problems, []
    if not used:
        note = "no box file is there; the detector finds every face"
        return recordings, problems, [note]
    missing = [Problem("missing", path, "box file; the detector takes over") for path in absent]
    return recordings, missing + problems, []


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
                told = f"{is_} recordings, published {should}"
                problems.append(Problem("count", f"{split} {kind}", told))
    return problems


def _wrong_tree(dataset: Dataset, tree: Tree) -> str:
    top = sorted({p.split("/")[0] + ("/" if "/" in p else "") for p in tree.paths})
    shown = ", ".join(top[:8]) + (f" and {len(top) - 8} more" if len(top) > 8 else "")
    told = (
        f"{tree.root} holds no recording of {dataset.title}. Expected there: {dataset.layout}. "
        f"Found: {shown or ('no file' if tree.root.is_dir() else 'no such folder')}."
    )
    for folder in (t for t in top if t.endswith("/")):
        below = tuple(p[len(folder) :] for p in tree.paths if p.startswith(folder))
        inner = Tree(tree.root / folder, below)
        if any(map(dataset.grammar(inner).read, below)):
            return f"{told} {inner.root} looks right: give that as ROOT."
    return told
