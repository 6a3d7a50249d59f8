"""The test faces that the methods decide differently, and those that none decides rightly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spoofcue.compare.contest import Contest, ContestFold, Entrant
from spoofcue.compare.face_columns import FaceKey


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one method says of one face.

    Attributes:
        attack: the decision; of several seeds the majority's, and an attack where they are even.
        calls: how many seeds call it an attack, of ``seeds``.
        percentile: part of the method's own live test faces of the fold that score lower, 0..1;
            the mean over the seeds.
        limit: the same of its threshold: where on that scale an attack begins.

    """

    attack: bool
    calls: int
    seeds: int
    percentile: float
    limit: float

    @property
    def margin(self) -> float:
        """How far on the attack's side the face lies, -1..1."""
        return self.percentile - self.limit


@dataclass(frozen=True, slots=True)
class Face:
    """A face that is shown.

    Attributes:
        fold: where it was tested.
        row: its number in the fold.
        key: video, media, frame.
        attack: the truth.
        pai, subject: as in the scores.
        verdicts: method -> what it says.
        spread: how far apart the margins of the methods lie, 0..2.

    """

    fold: str
    row: int
    key: FaceKey
    attack: bool
    pai: str
    subject: str
    verdicts: dict[str, Verdict]
    spread: float


@dataclass(frozen=True, slots=True)
class Group:
    """Faces with one pattern of right and wrong, the widest disagreement first."""

    title: str
    note: str
    count: int
    live: int
    faces: tuple[Face, ...]


@dataclass(frozen=True, slots=True)
class Disagreements:
    """Of one protocol.

    Attributes:
        faces: how many were compared, a face once in each fold that tests it.
        differ: how many the methods decide differently.
        all_wrong, all_right: how many all decide wrongly, rightly.
        wrong: method -> how many it decides wrongly.
        only_right: (row method, column method) -> (live, attack) faces that the row's decides
            rightly and the column's wrongly.
        groups: what is shown.

    """

    faces: int
    differ: int
    all_wrong: int
    all_right: int
    wrong: dict[str, int]
    only_right: dict[tuple[str, str], tuple[int, int]]
    groups: tuple[Group, ...]


def disagreements(contest: Contest, shown: int = 6) -> Disagreements:
    """Compare the decisions face by face, each method at its own dev threshold for faces.

    Args:
        contest: one protocol.
        shown: how many faces of a group at the most.

    Raises:
        InputError: dev lacks a class.

    """
    methods = contest.methods
    tables = [_fold_table(fold, methods) for fold in contest.folds]
    wrong = np.concatenate([t.wrong for t in tables])
    attack = np.concatenate([f.labels.label == 1 for f in contest.folds])
    margins = np.concatenate([t.margin for t in tables])
    spread = margins.max(1) - margins.min(1)
    hardness = np.where(attack, -1, 1) * margins.mean(1)
    starts = np.cumsum([0, *(len(fold) for fold in contest.folds)])
    groups = []
    for title, note, chosen in _patterns(methods, wrong):
        rows = np.flatnonzero(chosen)
        if not len(rows):
            continue
        rank = hardness if title == ALL_WRONG else spread
        order = rows[np.argsort(-rank[rows], kind="stable")][:shown]
        of_fold = np.searchsorted(starts, order, side="right") - 1
        faces = tuple(
            _face(contest, tables, (int(f), int(r - starts[f])), float(spread[r]))
            for f, r in zip(of_fold, order, strict=True)
        )
        groups.append(Group(title, note, len(rows), int((~attack[rows]).sum()), faces))
    pairs = {}
    for a, row in enumerate(methods):
        for b, column in enumerate(methods):
            only_row = ~wrong[:, a] & wrong[:, b]
            pairs[row, column] = int((only_row & ~attack).sum()), int((only_row & attack).sum())
    total = wrong.sum(1)
    return Disagreements(
        faces=len(wrong),
        differ=int(((total > 0) & (total < len(methods))).sum()),
        all_wrong=int((total == len(methods)).sum()),
        all_right=int((total == 0).sum()),
        wrong={m: int(wrong[:, a].sum()) for a, m in enumerate(methods)},
        only_right=pairs,
        groups=tuple(groups),
    )


ALL_WRONG = "All are wrong"


def _patterns(
    methods: Sequence[str], wrong: NDArray[np.bool_]
) -> list[tuple[str, str, NDArray[np.bool_]]]:
    """Title, note and rows of each group; a face is in one at the most."""
    total, m = wrong.sum(1), len(methods)
    out = []
    for a, name in enumerate(methods):
        out.append((f"Only {name} is right", "", ~wrong[:, a] & (total == m - 1)))
    if m > 2:  # of two, "only A is wrong" is "only B is right"
        for a, name in enumerate(methods):
            out.append((f"Only {name} is wrong", "", wrong[:, a] & (total == 1)))
        split = (total > 1) & (total < m - 1)
        out.append(("Several are right, several wrong", "", split))
    note = "the hardest first: farthest on the wrong side, on average"
    out.append((ALL_WRONG, note, total == m))
    return out


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """(N, M) of one fold: whether the decision is wrong, the margin; and the verdicts' parts."""

    wrong: NDArray[np.bool_]
    margin: NDArray[np.float64]
    calls: NDArray[np.int64]
    percentile: NDArray[np.float64]
    limit: NDArray[np.float64]
    seeds: tuple[int, ...]


def _fold_table(fold: ContestFold, methods: Sequence[str]) -> _Table:
    truth = fold.labels.label == 1
    calls, percentile, limit = [], [], []
    for method in methods:
        parts = [_places(e) for e in fold.entrants[method]]
        calls.append(np.sum([p[0] for p in parts], axis=0))
        percentile.append(np.mean([p[1] for p in parts], axis=0))
        limit.append(np.mean([p[2] for p in parts]))
    seeds = tuple(len(fold.entrants[m]) for m in methods)
    called = np.column_stack(calls)
    # An even vote is an attack: nothing in doubt is live.
    wrong = (2 * called >= np.array(seeds)) != truth[:, None]
    places, limits = np.column_stack(percentile), np.array(limit)
    return _Table(wrong, places - limits, called, places, limits, seeds)


def _places(entrant: Entrant) -> tuple[NDArray[np.bool_], NDArray[np.float64], float]:
    """(N,) decisions, (N,) places among the live scores, and the threshold's place there."""
    threshold = entrant.trained.terms.rule.on(entrant.trained.dev).value
    test = entrant.test
    live = max(len(test.live), 1)
    places = np.searchsorted(test.live, test.score, side="left") / live
    limit = float(np.searchsorted(test.live, threshold, side="right")) / live
    return test.score > threshold, places, limit


def _face(contest: Contest, tables: list[_Table], where: tuple[int, int], spread: float) -> Face:
    at, row = where
    fold, table = contest.folds[at], tables[at]
    truth = fold.labels
    verdicts = {
        method: Verdict(
            attack=bool(2 * table.calls[row, m] >= table.seeds[m]),
            calls=int(table.calls[row, m]),
            seeds=table.seeds[m],
            percentile=float(table.percentile[row, m]),
            limit=float(table.limit[m]),
        )
        for m, method in enumerate(contest.methods)
    }
    return Face(
        fold=fold.name,
        row=row,
        key=fold.key(row),
        attack=bool(truth.label[row] == 1),
        pai=truth.pais.names[truth.pais.codes[row]],
        subject=truth.subjects.names[truth.subjects.codes[row]],
        verdicts=verdicts,
        spread=spread,
    )
