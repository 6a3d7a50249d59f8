"""The methods that were run on one protocol, on the faces that all of them scored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spoofcue.compare.face_columns import FaceKey, common_rows
from spoofcue.compare.reading import Terms, Trained
from spoofcue.errors import InputError
from spoofcue.metrics.columns import Categories
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import ThresholdRule


@dataclass(frozen=True, slots=True, eq=False)
class Entrant:
    """One training of a method, with its scores in the order of the fold's faces.

    Attributes:
        trained: as it was read.
        test: (N,) only the common faces, in the fold's order.
        rows: (N,) where they are in what was read.
        left_out: faces that it scored and others did not.

    """

    trained: Trained
    test: ScoreSet
    rows: NDArray[np.intp]
    left_out: int

    def crop(self, face: int) -> str:
        """Of a face of the fold, relative to ``trained.roots``; empty if it is not known."""
        return self.trained.faces.crops[int(self.rows[face])]


@dataclass(frozen=True, slots=True, eq=False)
class ContestFold:
    """One fold.

    Attributes:
        name: of the fold.
        entrants: method -> its trainings, by seed; all on the N faces that all scored, in the
            order of their keys.

    """

    name: str
    entrants: dict[str, tuple[Entrant, ...]]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def labels(self) -> ScoreSet:
        """Any of the aligned sets: label, species, video and subject are the same in all."""
        return self._any.test

    def key(self, face: int) -> FaceKey:
        """Video, media, frame and repeat of a face."""
        return self._any.trained.faces.key(int(self._any.rows[face]))

    @property
    def _any(self) -> Entrant:
        return next(iter(self.entrants.values()))[0]


@dataclass(frozen=True, slots=True, eq=False)
class Contest:
    """One protocol.

    Attributes:
        terms: what it prescribes.
        methods: that were run on it, in order.
        folds: that all of these were run on.
        notes: what was left out, and what differs, in words.

    """

    terms: Terms
    methods: tuple[str, ...]
    folds: tuple[ContestFold, ...]
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        """As the table's column has it."""
        return self.terms.protocol

    @property
    def by_video(self) -> bool:
        """Whether rates count recordings: some recording has several frames."""
        every = (e for f in self.folds for es in f.entrants.values() for e in es)
        return any(e.trained.test.has_videos for e in every)

    def seeds(self, method: str) -> list[int]:
        """The seeds that a method was trained with, in any fold."""
        return sorted({e.trained.seed for f in self.folds for e in f.entrants[method]})


def contests_of(named: Mapping[str, Sequence[Trained]]) -> list[Contest]:
    """The protocols that two methods or more were run on, in the order of their first occurrence.

    Raises:
        InputError: there is none, the methods were judged by different terms, or they have no
            fold or no face in common.

    """
    groups: dict[tuple[str, str], dict[str, list[Trained]]] = defaultdict(dict)
    for name, members in named.items():
        for one in members:
            key = one.terms.set_name, one.terms.protocol
            groups[key].setdefault(name, []).append(one)
    shared = [g for g in groups.values() if len(g) > 1]
    if not shared:
        raise InputError(_nothing_shared(named))
    return [_contest(group) for group in shared]


def _nothing_shared(named: Mapping[str, Sequence[Trained]]) -> str:
    if len(named) == 1:
        return (
            f"there is only one method, {next(iter(named))}: give the results of another too, or "
            "tell trainings of one method apart by names of your own: A=PATH B=PATH."
        )
    parts = [f"{n}: {', '.join(sorted({m.terms.protocol for m in g}))}" for n, g in named.items()]
    return f"no protocol was run by two methods ({'; '.join(parts)}); run the same one."


def _contest(group: Mapping[str, Sequence[Trained]]) -> Contest:
    terms, notes = _terms(group)
    folds_of = {name: {m.fold for m in members} for name, members in group.items()}
    common = set.intersection(*folds_of.values())
    if not common:
        raise InputError(
            f"{terms.protocol}: the methods have no fold in common; run the same ones."
        )
    for name, theirs in folds_of.items():
        if theirs - common:
            notes.append(f"left out, as not all have them: {_list(theirs - common)} of {name}")
    if len(common) < terms.folds:
        notes.append(f"{len(common)} of the protocol's {terms.folds} folds")
    folds: list[ContestFold] = []
    for fold_name in sorted(common):
        entrants = {
            name: sorted((m for m in members if m.fold == fold_name), key=lambda m: m.seed)
            for name, members in group.items()
        }
        folds.append(_aligned(fold_name, entrants, terms.protocol))
    for name in group:
        left = sum(e.left_out for f in folds for e in f.entrants[name])
        lost = sum(len(e.trained.test.lost) for f in folds for e in f.entrants[name])
        if left:
            notes.append(f"{left} faces that {name} scored are left out: another method did not")
        if lost:
            notes.append(f"{name} gave no score to {lost} faces, which are in no rate here")
    return Contest(terms, tuple(group), tuple(folds), tuple(notes))


def _terms(group: Mapping[str, Sequence[Trained]]) -> tuple[Terms, list[str]]:
    """Those of all; a different grouping or measure makes rates incomparable."""
    first = next(iter(group.values()))[0].terms
    rules: dict[ThresholdRule, list[str]] = defaultdict(list)
    for name, members in group.items():
        for one in members:
            for key in ("report", "species"):
                mine, theirs = getattr(one.terms, key), getattr(first, key)
                if mine != theirs:
                    raise InputError(
                        f"{first.protocol}: {key} is {theirs} for one and {mine} for {name} "
                        f"({one.folder.path}): such rates do not compare. Judge all alike "
                        "(evaluate --species)."
                    )
            if name not in rules[one.terms.rule]:
                rules[one.terms.rule].append(name)
    notes = []
    if len(rules) > 1:
        choices = "; ".join(f"{rule.words}: {_list(names)}" for rule, names in rules.items())
        notes.append(f"the thresholds were chosen by different rules ({choices})")
    return replace(first, folds=max(m.terms.folds for g in group.values() for m in g)), notes


def _aligned(fold: str, members: Mapping[str, Sequence[Trained]], protocol: str) -> ContestFold:
    every = [m for group in members.values() for m in group]
    rows = iter(common_rows([m.faces for m in every]))
    entrants = {
        name: tuple(_entrant(m, next(rows)) for m in group) for name, group in members.items()
    }
    where = f"{protocol} {fold}".strip()
    aligned = ContestFold(fold, entrants)
    if not len(aligned):
        raise InputError(f"{where}: no face was scored by all methods; test them on the same set.")
    truth = aligned.labels
    for name, group in entrants.items():
        for entrant in group:
            test = entrant.test
            for what, same in (
                ("labels", (test.label == truth.label).all()),
                ("PAI species", _equal(test.pais, truth.pais)),
                ("subjects", _equal(test.subjects, truth.subjects)),
            ):
                if not same:
                    raise InputError(
                        f"{where}: {entrant.trained.folder.path} ({name}) has other {what} than "
                        f"{every[0].folder.path} for the same faces; test them on the same set."
                    )
    return aligned


def _equal(first: Categories, second: Categories) -> bool:
    """Names are sorted and in use, so that equal columns have equal codes."""
    return first.names == second.names and np.array_equal(first.codes, second.codes)


def _entrant(member: Trained, rows: NDArray[np.intp]) -> Entrant:
    test = member.test
    kept = ScoreSet.of(
        test.score[rows],
        test.label[rows],
        test.pais.rows(rows),
        test.videos.rows(rows),
        test.subjects.rows(rows),
    )
    return Entrant(member, kept, rows, len(test) - len(rows))


def _list(names: set[str] | list[str]) -> str:
    return ", ".join(sorted(names))
