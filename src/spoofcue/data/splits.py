"""Train, dev and test by subject."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from spoofcue.data.manifest import SPLITS
from spoofcue.data.recording import Recording
from spoofcue.data.recordings import Recordings
from spoofcue.data.shared_people import refuse_shared_subjects
from spoofcue.errors import InputError
from spoofcue.labels import canonical


def with_splits(
    recordings: Sequence[Recording],
    ratios: tuple[float, float, float] = (0.6, 0.2, 0.2),
    seed: int = 0,
) -> Recordings:
    """Recordings with every split set: as the data fix it, else drawn by subject.

    People who share a file, or whose names look alike, are drawn as one.

    Raises:
        InputError: only some recordings have a split, a subject has two, or too few subjects.

    """
    import polars as pl

    given = Recordings.of(recordings)
    rows = given.table
    bare = rows.filter(pl.col("split").is_null())
    if 0 < bare.height < rows.height:
        raise InputError(
            f"{rows.height - bare.height} of {rows.height} files have a split and "
            f"{bare['media'][0]} has none; give every file a split, or none."
        )
    if not bare.height:
        refuse_shared_subjects(rows.select("subject", "split"), "the given splits")
        return given
    person = _people(given)
    classes: dict[str, set[int]] = defaultdict(set)
    for subject, label in rows.select("subject", "label").unique().iter_rows():
        classes[person[subject]].add(label)
    chosen = assign_splits({s: frozenset(c) for s, c in classes.items()}, ratios, seed)
    subjects = list(person)
    drawn = [chosen[person[subject]] for subject in subjects]
    return given.with_split(rows["subject"].replace_strict(subjects, drawn))


def _people(recordings: Recordings) -> dict[str, str]:
    """Subject -> the name under which it is drawn: one for spellings of a name that look alike.

    So it is for people who share a file, where at least three are left to be drawn.
    """
    names = recordings.table["subject"]
    spelled: dict[str, str] = {}
    person: dict[str, str] = {}
    for subject in names.unique().sort():
        person[subject] = spelled.setdefault(canonical(subject), subject)
    together = dict(person)
    for group in recordings.same_files():
        shared = {together[names[i]] for i in group}
        if len(shared) > 1:
            together = {s: min(shared) if n in shared else n for s, n in together.items()}
    return together if len(set(together.values())) >= len(SPLITS) else person


def assign_splits(
    subjects: dict[str, frozenset[int]],
    ratios: tuple[float, float, float] = (0.6, 0.2, 0.2),
    seed: int = 0,
) -> dict[str, str]:
    """Each subject's split, drawn from ``seed``; the order of ``subjects`` does not matter.

    Subjects with the same classes (live only, attacks only, both) are shared out in the given
    ratios separately, so that each split gets both classes wherever there are enough subjects.

    Args:
        subjects: subject -> the labels that it has.
        ratios: of train, dev and test; they must sum to 1.
        seed: of the draw.

    Raises:
        InputError: ratios that are negative or do not sum to 1, or fewer subjects than splits that
            get some.

    """
    if len(ratios) != 3 or min(ratios) < 0 or abs(sum(ratios) - 1) > 1e-6:
        raise InputError(f"split ratios must be three numbers >= 0 that sum to 1, not {ratios}.")
    wanted = [split for split, ratio in zip(SPLITS, ratios, strict=True) if ratio > 0]
    if len(subjects) < len(wanted):
        raise InputError(
            f"{len(subjects)} subject(s) cannot be split into {', '.join(wanted)} without "
            f"sharing one; at least {len(wanted)} are needed. For fewer leave splits out, as in "
            "--split 0/0/1 for a set that is evaluated alone."
        )
    rng = np.random.default_rng(seed)
    chosen: dict[str, str] = {}
    for kind in sorted({tuple(sorted(c)) for c in subjects.values()}):
        names = sorted(s for s, c in subjects.items() if tuple(sorted(c)) == kind)
        names = [names[i] for i in rng.permutation(len(names))]
        for split, count in zip(SPLITS, _share(len(names), ratios), strict=True):
            for _ in range(count):
                chosen[names.pop()] = split
    return chosen


def _share(total: int, ratios: tuple[float, float, float]) -> list[int]:
    """Largest remainders, then at least one for each non-zero ratio where there are enough."""
    exact = [total * r for r in ratios]
    counts = [int(e + 1e-9) for e in exact]
    by_remainder = sorted(range(3), key=lambda i: counts[i] - exact[i])
    for i in by_remainder[: total - sum(counts)]:
        counts[i] += 1
    for i in range(3):
        if ratios[i] > 0 and counts[i] == 0 and max(counts) > 1:
            counts[counts.index(max(counts))] -= 1
            counts[i] = 1
    return counts
