"""Scores with their labels, species and recordings, and the attempts that got none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spoofcue.errors import InputError
from spoofcue.metrics.columns import Categories, Ranking, rank


@dataclass(frozen=True, slots=True, eq=False)
class NonResponses:
    """Attempts without a score (no face found, unreadable, no finite number).

    Attributes:
        label: (M,) int8; 0 live, 1 attack.
        pais, videos, subjects: (M,) as in a score set.

    """

    label: NDArray[np.int8]
    pais: Categories
    videos: Categories
    subjects: Categories

    @classmethod
    def of(
        cls,
        label: ArrayLike,
        pai: ArrayLike | Categories | None = None,
        video: ArrayLike | Categories | None = None,
        subject: ArrayLike | Categories | None = None,
    ) -> NonResponses:
        """Check and convert; columns are as in :meth:`ScoreSet.of`, of M attempts.

        Raises:
            InputError: lengths differ, a label is neither 0 nor 1, or a live row has a species.

        >>> lost = NonResponses.of([0, 0, 1], ["", "", "print"])
        >>> lost.live, lost.attack
        (2, 1)

        """
        return cls(*checked_columns(label, pai, video, subject))

    def __len__(self) -> int:
        return len(self.label)

    def rows(self, chosen: NDArray[np.integer] | NDArray[np.bool_]) -> NonResponses:
        """The chosen attempts."""
        return NonResponses(
            self.label[chosen],
            self.pais.rows(chosen),
            self.videos.rows(chosen),
            self.subjects.rows(chosen),
        )

    @property
    def live(self) -> int:
        """Live attempts without a score."""
        return int((self.label == 0).sum())

    @property
    def attack(self) -> int:
        """Attacks without a score."""
        return int((self.label == 1).sum())


def checked_columns(
    label: ArrayLike,
    pai: ArrayLike | Categories | None,
    video: ArrayLike | Categories | None,
    subject: ArrayLike | Categories | None,
) -> tuple[NDArray[np.int8], Categories, Categories, Categories]:
    """What is known of attempts, scored or not: label, species, video and subject, encoded.

    Raises:
        InputError: lengths differ, a label is neither 0 nor 1, or a live row has a species.

    """
    labels = np.asarray(label).reshape(-1)
    n = len(labels)
    attack = labels == 1
    if not (attack | (labels == 0)).all():
        raise InputError("labels must be 0 (live) or 1 (attack).")
    species = _column(pai, n)
    videos, subjects = _column(video, n), _column(subject, n)
    if not n == len(species) == len(videos) == len(subjects):
        raise InputError(
            f"{n} labels, {len(species)} PAI species, {len(videos)} videos and {len(subjects)} "
            "subjects: the lengths must be equal."
        )
    unnamed = species.codes == species.code("")
    if not (attack | unnamed).all():
        raise InputError("a live row has a PAI species; leave pai empty for live faces.")
    if (attack & unnamed).any():
        species = species.filled(attack & unnamed, "attack")
    return labels.astype(np.int8), species, videos, subjects


def _column(given: ArrayLike | Categories | None, rows: int) -> Categories:
    if given is None:
        return Categories.constant("", rows)
    return given if isinstance(given, Categories) else Categories.of(given)


@dataclass(frozen=True, slots=True, eq=False)
class ScoreSet:
    """Scores of one split; make it with :meth:`of`, which checks it.

    Attributes:
        score: (N,) float64, finite; higher = more likely an attack.
        label: (N,) int8; 0 live, 1 attack.
        pais: (N,) PAI species of attacks, empty for live.
        videos: (N,) frames of one recording share it, empty = a recording of its own.
        subjects: (N,) who is shown, empty = unknown.
        lost: attempts that got no score.
        ranking: the scores in order; sorted once, here.

    """

    score: NDArray[np.float64]
    label: NDArray[np.int8]
    pais: Categories
    videos: Categories
    subjects: Categories
    lost: NonResponses
    ranking: Ranking

    @classmethod
    def of(
        cls,
        score: ArrayLike,
        label: ArrayLike,
        pai: ArrayLike | Categories | None = None,
        video: ArrayLike | Categories | None = None,
        subject: ArrayLike | Categories | None = None,
        *,
        lost: NonResponses | None = None,
    ) -> ScoreSet:
        """Check and convert; an attack without ``pai`` is of the species ``attack``.

        Args:
            score: (N,) finite numbers, higher = more likely an attack.
            label: (N,) 0 live, 1 attack.
            pai: (N,) PAI species of attacks, empty for live faces.
            video: (N,) name of the recording that a frame is of, empty for one of its own.
            subject: (N,) name of the person shown, empty where it is unknown.
            lost: attempts that got no score.

        Raises:
            InputError: lengths differ, a score is not finite, a label is neither 0 nor 1, or a
                live row has a species.

        >>> scores = ScoreSet.of([0.1, 0.7, 0.9], [0, 1, 1], ["", "print", "replay"])
        >>> len(scores), scores.species, scores.attack.tolist()
        (3, ['print', 'replay'], [0.7, 0.9])

        """
        scores = np.asarray(score, dtype=np.float64).reshape(-1)
        labels, pais, videos, subjects = checked_columns(label, pai, video, subject)
        n = len(scores)
        if n != len(labels):
            raise InputError(f"{n} scores and {len(labels)} labels: the lengths must be equal.")
        bad = int((~np.isfinite(scores)).sum())
        if bad:
            raise InputError(
                f"{bad} of {n} scores are not finite (NaN or infinite); give such attempts as "
                "`lost` (NonResponses.of), so that they count as non-responses."
            )
        silent = NonResponses.of([]) if lost is None else lost
        ranking = rank(scores, pais.codes, pais.names)
        return cls(scores, labels, pais, videos, subjects, silent, ranking)

    def __len__(self) -> int:
        return len(self.score)

    @property
    def live(self) -> NDArray[np.float64]:
        """Scores of live faces, ascending."""
        return self.ranking.live

    @property
    def attack(self) -> NDArray[np.float64]:
        """Scores of attacks, all species, ascending."""
        return self.ranking.attack

    @property
    def species(self) -> list[str]:
        """The PAI species present, sorted."""
        return [name for name in self.pais.names if name]

    @property
    def pai(self) -> NDArray[np.str_]:
        """(N,) species as text."""
        return self.pais.text

    @property
    def video(self) -> NDArray[np.str_]:
        """(N,) videos as text."""
        return self.videos.text

    @property
    def subject(self) -> NDArray[np.str_]:
        """(N,) subjects as text."""
        return self.subjects.text

    @property
    def has_videos(self) -> bool:
        """Whether some recording has more than one frame, with a score or without."""
        columns = (self.videos, self.lost.videos)
        rows = sum(int((v.codes != v.code("")).sum()) for v in columns)
        if rows > sum(len(v.names) for v in columns):
            return True
        names = self.videos.joined(self.lost.videos).names
        return rows > len(names) - (names.place("") >= 0)


def as_scores(
    scores: ScoreSet | ArrayLike, labels: ArrayLike | None = None, pai: ArrayLike | None = None
) -> ScoreSet:
    """A score set as it is, or one made of plain arrays.

    Args:
        scores: a score set, or (N,) finite numbers, higher = more likely an attack.
        labels: (N,) 0 live, 1 attack; not beside a score set, which has its own.
        pai: (N,) PAI species of attacks, empty for live faces; None: all attacks are one species.

    Raises:
        InputError: labels are missing or given twice, or the arrays are refused by
            :meth:`ScoreSet.of`.

    >>> len(as_scores([0.1, 0.9], [0, 1]))
    2

    """
    if isinstance(scores, ScoreSet):
        if labels is not None or pai is not None:
            raise InputError("a ScoreSet has its own labels and species; give them once.")
        return scores
    if labels is None:
        raise InputError("scores without labels: give labels too, 0 (live) or 1 (attack) each.")
    return ScoreSet.of(scores, labels, pai)


def by_video(scores: ScoreSet) -> ScoreSet:
    """One score a recording: the mean over its frames (section 4, as the protocols have it).

    A recording is a non-response only if none of its frames has a score.

    Raises:
        InputError: a video has frames of both classes, of two species or of two subjects.

    >>> frames = ScoreSet.of([0.25, 0.75, 1.0], [0, 0, 1], video=["a", "a", "b"])
    >>> by_video(frames).score.tolist()
    [0.5, 1.0]

    """
    n, lost = len(scores), scores.lost
    videos = scores.videos.joined(lost.videos)
    key = videos.units()
    # The first row of a recording is one with a score if it has any: those come first.
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    for what, column in (
        ("of two classes", np.concatenate([scores.label, lost.label])),
        ("of two PAI species", scores.pais.joined(lost.pais).codes),
        ("of two subjects", scores.subjects.joined(lost.subjects).codes),
    ):
        mixed = column != column[first][inverse]
        if mixed.any():
            raise InputError(f"video {videos.names[key[mixed][0]]!r} has frames {what}.")
    count = np.bincount(inverse[:n], minlength=len(first))
    total = np.bincount(inverse[:n], weights=scores.score, minlength=len(first))
    answered = count > 0
    rows = first[answered]
    return ScoreSet.of(
        total[answered] / count[answered],
        scores.label[rows],
        scores.pais.rows(rows),
        scores.videos.rows(rows),
        scores.subjects.rows(rows),
        lost=lost.rows(first[~answered] - n),
    )
