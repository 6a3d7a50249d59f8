"""The box files of a tree to the recordings that they belong to."""

from __future__ import annotations

import itertools
import posixpath
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from spoofcue.data.recording import Problem, Recording
from spoofcue.datasets.definition import Dataset, Grammar, Named
from spoofcue.datasets.place_notes import Place
from spoofcue.datasets.places import collapsed, tails
from spoofcue.datasets.tree import Tree


def is_box_file(path: str, grammar: Grammar) -> bool:
    """Whether a path, wherever its archive was unpacked, is named as a box file of the set."""
    return any(grammar.box_files.match(end) for end in tails(_lower_suffix(path)))


def with_boxes(
    dataset: Dataset, tree: Tree, present: Sequence[str], places: Sequence[tuple[Place, Named]]
) -> tuple[list[Recording], list[Problem], list[str]]:
    """The recordings with their box files, what is wrong with those, and notes.

    Box files may have been unpacked elsewhere than their recordings. Of two copies, that is taken
    which lies nearer to the recording.

    Args:
        dataset: whose boxes they are.
        tree: that everything lies in.
        present: paths of all box files in it.
        places: what was read.

    """
    index = _Index(present)
    used: dict[str, str] = {}
    absent: list[str] = []
    recordings = []
    for place, named in places:
        copies = next(filter(None, (index.copies(official) for official in named.boxes)), None)
        if copies:
            at = min(copies, key=lambda p: (-_shared(p, place.path), p.count("/"), p))
            used |= dict.fromkeys(copies, at)
            box_format = dataset.box_format
            boxed = replace(named.recording, boxes=tree.root / at, box_format=box_format)
            recordings.append(boxed)
            continue
        absent += named.boxes[:1]
        recordings.append(named.recording)
    problems = [_stray(path, used) for path in present if used.get(path) != path]
    if not absent:
        return recordings, problems, []
    if not used:
        return recordings, problems, ["no box file is there; the detector finds every face"]
    missing = [Problem("missing", path, "box file; the detector takes over") for path in absent]
    return recordings, missing + problems, []


def _stray(path: str, used: dict[str, str]) -> Problem:
    if path in used:
        return Problem("unexpected", path, f"the same box file as {used[path]}")
    return Problem("unexpected", path, "a box file without its recording")


class _Index:
    """Box files by the last parts of their paths."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = [(path, collapsed(_lower_suffix(path)).split("/")) for path in paths]
        self._by_end: dict[int, dict[str, list[str]]] = {}

    def copies(self, official: str) -> list[str]:
        """All files of that official path."""
        length = official.count("/") + 1
        if length not in self._by_end:
            ends = self._by_end[length] = defaultdict(list)
            for path, parts in self._paths:
                ends["/".join(parts[-length:])].append(path)
        return self._by_end[length].get(official, [])


def _lower_suffix(path: str) -> str:
    base, suffix = posixpath.splitext(path)
    return base + suffix.lower()


def _shared(one: str, other: str) -> int:
    """Folders that two paths begin with alike."""
    pairs = zip(one.split("/"), other.split("/"), strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
