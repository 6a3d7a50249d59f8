"""Which faces a figure shows: chosen by a rule that sees no picture, the same every time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from spoofcue.figures.run import ScoredFace, kinds_of
from spoofcue.scoring.pictures import spread

HOW_MEDIAN = (
    "Of each kind, people evenly spaced in the order of their names; of each person the face with "
    "the median score of that kind. None was chosen by its looks."
)


def median_faces(faces: Sequence[ScoredFace], per_kind: int) -> dict[str, list[ScoredFace]]:
    """For ``live`` and each species, faces of median score of people spread over the test set.

    People are taken evenly spaced in the order of their names. Where a kind has fewer people than
    ``per_kind``, a person gives several faces, those next to the median.

    Args:
        faces: of the test split.
        per_kind: how many of each kind, >= 1; a kind with fewer faces gives all.

    Returns:
        kind -> faces; ``live`` first, then the species by name.

    """
    chosen = {}
    for kind in kinds_of(list(faces)):
        people: dict[str, list[ScoredFace]] = defaultdict(list)
        for face in faces:
            if face.kind == kind:
                people[face.subject].append(face)
        for own in people.values():
            own.sort(key=lambda f: (f.score, f.crop))
            _from_the_middle(own)
        queues = [people[name] for name in sorted(people)]
        wanted = min(per_kind, sum(map(len, queues)))
        taken: list[ScoredFace] = []
        rank = 0
        while len(taken) < wanted:
            left = [q[rank] for q in queues if rank < len(q)]
            taken += [left[i] for i in spread(len(left), wanted - len(taken))]
            rank += 1
        chosen[kind] = taken
    return chosen


def balanced(groups: Sequence[str], most: int) -> list[int]:
    """Indices of at most ``most`` items: half live, half attacks in equal parts of the species.

    What a small group leaves goes to the others. Inside a group the items are evenly spaced in
    their order.

    Args:
        groups: (N,) kind of each item; ``live`` is a class of its own.
        most: upper bound, >= 2.

    Returns:
        Ascending indices.

    """
    members: dict[str, list[int]] = defaultdict(list)
    for index, name in enumerate(groups):
        members[name].append(index)
    live = len(members.get("live", []))
    attacks = {k: len(v) for k, v in sorted(members.items()) if k != "live"}
    for_live = min(live, max(most // 2, most - sum(attacks.values())))
    quota = {"live": for_live, **_fill(attacks, most - for_live)}
    return sorted(members[k][i] for k, n in quota.items() if n for i in spread(len(members[k]), n))


def _fill(sizes: dict[str, int], total: int) -> dict[str, int]:
    """Equal shares of ``total``, none above its size; the rest goes on to the larger ones."""
    quota: dict[str, int] = {}
    for left, (name, size) in zip(
        range(len(sizes), 0, -1), sorted(sizes.items(), key=lambda e: (e[1], e[0])), strict=True
    ):
        quota[name] = min(size, total // left)
        total -= quota[name]
    return quota


def _from_the_middle(ordered: list[ScoredFace]) -> None:
    """Sort by the distance to the (lower) median's place, the median first."""
    middle = (len(ordered) - 1) // 2
    places = sorted(range(len(ordered)), key=lambda i: (abs(i - middle), i))
    ordered[:] = [ordered[i] for i in places]
