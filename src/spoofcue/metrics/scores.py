"""Sets of scores."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spoofcue.errors import InputError
from spoofcue.metrics.categories import Categories
from spoofcue.metrics.groupings import Grouping, species_of
from spoofcue.metrics.nonresponse import NonResponses, checked_columns
from spoofcue.metrics.ranking import Ranking, rank


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
        lost: NonResponses | None = None,
    ) -> ScoreSet:
        """Check and convert; an attack without ``pai`` is of the species ``attack``.

        Raises:
            InputError: lengths differ, a score is not finite, a label is neither 0 nor 1, or a
                live row has a species.

        """
        scores = np.asarray(score, dtype=np.float64).reshape(-1)
        labels, pais, videos, subjects = checked_columns(label, pai, video, subject)
        n = len(scores)
        if n != len(labels):
            raise InputError(f"{n} scores and {len(labels)} labels: the lengths must be equal.")
        bad = int((~np.isfinite(scores)).sum())
        if bad:
            raise InputError(f"{bad} of {n} scores are not finite (NaN or infinite).")
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
        names = {*self.videos.names, *self.lost.videos.names} - {""}
        rows = sum(int((v.codes != v.code("")).sum()) for v in (self.videos, self.lost.videos))
        return rows > len(names)


def by_video(scores: ScoreSet) -> ScoreSet:
    """One score a recording: the mean over its frames (section 4, as the protocols have it).

    A recording is a non-response only if none of its frames has a score.

    Raises:
        InputError: a video has frames of both classes, of two species or of two subjects.

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
        lost.rows(first[~answered] - n),
    )


def grouped(scores: ScoreSet, grouping: Grouping) -> ScoreSet:
    """The same attempts with their instruments named by the species they count to."""
    if grouping == "instrument":
        return scores
    return replace(
        scores,
        pais=_renamed(scores.pais, grouping),
        lost=replace(scores.lost, pais=_renamed(scores.lost.pais, grouping)),
        ranking=scores.ranking.renamed({s: species_of(s, grouping) for s in scores.species}),
    )


def _renamed(pais: Categories, grouping: Grouping) -> Categories:
    return pais.renamed([species_of(name, grouping) if name else "" for name in pais.names])
