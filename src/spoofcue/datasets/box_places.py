"""The box files of a tree to the recordings that they belong to."""

from __future__ import annotations

import itertools
import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from spoofcue.data.recording import Problem, Recording
from spoofcue.datasets.definition import Dataset, Grammar, Named
from spoofcue.datasets.place_notes import Place
from spoofcue.datasets.places import collapsed, tails
from spoofcue.datasets.tree import Tree


def is_box_file(path: str, grammar: Grammar) -> bool:
    """Whether a path, wherever its archive was unpacked, is named as a box file of the set."""
    return any(grammar.box_files.match(end) for end in tails(_lower_suffix(path)))


class TreeBoxes:
    """The recordings with their box files, and what is wrong with those.

    Box files may have been unpacked elsewhere than their recordings. Of two copies, that is taken
    which lies nearer to the recording.

    Args:
        dataset: whose boxes they are.
        tree: that everything lies in.
        present: paths of all box files in it.

    """

    def __init__(self, dataset: Dataset, tree: Tree, present: Sequence[str]) -> None:
        self._dataset, self._tree, self._present = dataset, tree, present
        self._used: dict[str, str] = {}
        self._absent: list[str] = []

    def recordings(self, places: Iterable[tuple[Place, Named]]) -> Iterator[Recording]:
        """Each that was read, with its box file where there is one.

        Args:
            places: what was read.

        """
        index = _Index(self._present)
        for place, named in places:
            copies = next(filter(None, (index.copies(official) for official in named.boxes)), None)
            if copies:
                at = min(copies, key=lambda p: (-_shared(p, place.path), p.count("/"), p))
                self._used |= dict.fromkeys(copies, at)
                yield replace(
                    named.recording,
                    boxes=self._tree.root / at,
                    box_format=self._dataset.box_format,
                )
            else:
                self._absent += named.boxes[:1]
                yield named.recording

    def problems(self) -> tuple[list[Problem], list[str]]:
        """What is wrong with the box files, and notes; known when all recordings were asked for."""
        used = self._used
        strays = [_stray(path, used) for path in self._present if used.get(path) != path]
        if not self._absent:
            return strays, []
        if not used:
            return strays, ["no box file is there; the detector finds every face"]
        detail = "box file; the detector takes over"
        return [Problem("missing", path, detail) for path in self._absent] + strays, []


def _stray(path: str, used: dict[str, str]) -> Problem:
    if path in used:
        return Problem("unexpected", path, f"the same box file as {used[path]}")
    return Problem("unexpected", path, "a box file without its recording")


class _Index:
    """Box files by the last parts of their paths."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = paths
        self._by_end: dict[int, tuple[dict[str, str], dict[str, list[str]]]] = {}

    def copies(self, official: str) -> list[str]:
        """All files of that official path."""
        length = official.count("/") + 1
        if length not in self._by_end:
            self._by_end[length] = self._ends(length)
        first, further = self._by_end[length]
        one = first.get(official)
        return [] if one is None else [one, *further.get(official, ())]

    def _ends(self, length: int) -> tuple[dict[str, str], dict[str, list[str]]]:
        """The first file of each end, which is the only one of nearly all, and any others."""
        first: dict[str, str] = {}
        further: dict[str, list[str]] = defaultdict(list)
        for path in self._paths:
            end = "/".join(collapsed(_lower_suffix(path)).split("/")[-length:])
            if end in first:
                further[end].append(path)
            else:
                first[path if end == path else end] = path
        return first, further


def _lower_suffix(path: str) -> str:
    base, suffix = posixpath.splitext(path)
    return base + suffix.lower()


def _shared(one: str, other: str) -> int:
    """Folders that two paths begin with alike."""
    pairs = zip(one.split("/"), other.split("/"), strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
