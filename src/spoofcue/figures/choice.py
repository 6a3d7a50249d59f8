"""Which faces a figure shows: chosen by a rule that sees no picture, the same every time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spoofcue.figures.scored_faces import LIVE_KIND, ScoredFace, ScoredFaces
from spoofcue.metrics.columns import Categories
from spoofcue.scoring.pictures import spread

HOW_MEDIAN = (
    "Of each kind, people evenly spaced in the order of their names; of each person the face with "
    "the median score of that kind. None was chosen by its looks."
)


def median_faces(faces: ScoredFaces, per_kind: int) -> dict[str, list[ScoredFace]]:
    """For ``live`` and each species, faces of median score of people spread over the test set.

    People are taken evenly spaced in the order of their names. Where a kind has fewer people than
    ``per_kind``, a person gives several faces, those next to the median.

    Args:
        faces: of the test split.
        per_kind: how many of each kind, >= 1; a kind with fewer faces gives all.

    Returns:
        kind -> faces; ``live`` first, then the species by name.

    """
    chosen, crop = {}, faces.crop_ranks()
    for kind in faces.kinds:
        rows = faces.of_kind(kind)
        person = faces.subject.codes[rows]
        order = np.lexsort((crop[rows], faces.score[rows], person))
        rows, person = rows[order], person[order]
        starts = np.flatnonzero(np.append(True, person[1:] != person[:-1]))
        sizes = np.diff(np.append(starts, len(rows)))
        wanted = min(per_kind, len(rows))
        taken: list[int] = []
        rank = 0
        while len(taken) < wanted:
            left = np.flatnonzero(sizes > rank)
            people = left[spread(len(left), wanted - len(taken))]
            taken += rows[starts[people] + _from_the_middle(sizes[people], rank)].tolist()
            rank += 1
        chosen[kind] = faces.at(taken)
    return chosen


def balanced(groups: Categories, most: int) -> list[int]:
    """Indices of at most ``most`` items: half live, half attacks in equal parts of the species.

    What a small group leaves goes to the others. Inside a group the items are evenly spaced in
    their order.

    Args:
        groups: (N,) kind of each item; ``live`` is a class of its own.
        most: upper bound, >= 2.

    Returns:
        Ascending indices.

    """
    members = {name: np.flatnonzero(groups.named(name)) for name in groups.names}
    live = len(members.get(LIVE_KIND, ()))
    attacks = {name: len(rows) for name, rows in members.items() if name != LIVE_KIND}
    for_live = min(live, max(most // 2, most - sum(attacks.values())))
    quota = {LIVE_KIND: for_live, **_fill(attacks, most - for_live)}
    return sorted(
        int(members[name][at])
        for name, count in quota.items()
        if count
        for at in spread(len(members[name]), count)
    )


def _fill(sizes: dict[str, int], total: int) -> dict[str, int]:
    """Equal shares of ``total``, none above its size; the rest goes on to the larger ones."""
    quota: dict[str, int] = {}
    for left, (name, size) in zip(
        range(len(sizes), 0, -1), sorted(sizes.items(), key=lambda e: (e[1], e[0])), strict=True
    ):
        quota[name] = min(size, total // left)
        total -= quota[name]
    return quota


def _from_the_middle(sizes: NDArray[np.integer], rank: int) -> NDArray[np.integer]:
    """Of sorted groups of these sizes the place that is so far down from the (lower) median's.

    The median comes first, then its neighbours by their distance, the lower one before the higher.
    """
    step = (rank + 1) // 2
    place = (sizes - 1) // 2 + (-step if rank % 2 else step)
    # of an even number one more lies above than below
    return np.where(place < 0, sizes - 1, place)
