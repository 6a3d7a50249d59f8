"""The test faces that figures choose from, in columns; one that is shown becomes an object."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import overload

import numpy as np
from numpy.typing import NDArray

from spoofcue.metrics.columns import Categories, Coder
from spoofcue.metrics.names import Names

LIVE_KIND = "live"
BLOCK = 1 << 11  # faces that are objects at a time


@dataclass(frozen=True, slots=True)
class ScoredFace:
    """A row of evaluation/test.csv that has a score.

    Attributes:
        crop: path relative to the prepared folder.
        score: higher = more likely an attack.
        kind: PAI species, or ``live``.
        subject: identity, empty if unknown.
        picture: the medium and the frame, which name the face in every run; empty if unknown.

    """

    crop: str
    score: float
    kind: str
    subject: str
    picture: str = ""

    @property
    def is_attack(self) -> bool:
        """Whether it is not live."""
        return self.kind != LIVE_KIND


@dataclass(frozen=True, slots=True, eq=False)
class ScoredFaces(Sequence[ScoredFace]):
    """N of them, in the order of test.csv.

    Attributes:
        crop, score, kind, subject: (N,) as of one face.
        picture: (N,) the same, or the crops where pictures are not known or have several faces.

    """

    crop: Names
    score: NDArray[np.float64]
    kind: Categories
    subject: Categories
    picture: Names

    @classmethod
    def of(cls, faces: Iterable[ScoredFace]) -> ScoredFaces:
        """Any number of faces, of which few need be there at a time."""
        left, kind, subject = iter(faces), Coder(), Coder()
        crops: list[Names] = []
        pictures: list[Names] = []
        scores = [np.zeros(0)]
        while block := list(islice(left, BLOCK)):
            crops.append(Names.of([face.crop for face in block]))
            pictures.append(Names.of([face.picture for face in block]))
            scores.append(np.array([face.score for face in block]))
            kind.add([face.kind for face in block])
            subject.add([face.subject for face in block])
        columns = kind.categories(), subject.categories()
        crop, picture = Names.concatenated(crops), Names.concatenated(pictures)
        if picture.ranks()[1] < len(crop):
            picture = crop
        return cls(crop, np.concatenate(scores), *columns, picture)

    def __len__(self) -> int:
        return len(self.score)

    @overload
    def __getitem__(self, at: int) -> ScoredFace: ...
    @overload
    def __getitem__(self, at: slice) -> ScoredFaces: ...
    def __getitem__(self, at: int | slice) -> ScoredFace | ScoredFaces:
        if isinstance(at, slice):
            return self.rows(np.arange(*at.indices(len(self))))
        kind, subject = (c.names[c.codes[at]] for c in (self.kind, self.subject))
        return ScoredFace(self.crop[at], float(self.score[at]), kind, subject, self.picture[at])

    def rows(self, chosen: NDArray[np.integer]) -> ScoredFaces:
        """The chosen faces, by their places."""
        columns = self.kind.rows(chosen), self.subject.rows(chosen)
        crop, picture = self.crop.take(chosen), self.picture.take(chosen)
        return ScoredFaces(crop, self.score[chosen], *columns, picture)

    def at(self, rows: Iterable[int]) -> list[ScoredFace]:
        """Some faces as objects."""
        return [self[int(row)] for row in rows]

    @property
    def kinds(self) -> list[str]:
        """``live`` if there is one, then the PAI species, sorted."""
        return kinds_in(self.kind.names)

    @property
    def has_both_classes(self) -> bool:
        """Whether there are live faces and attacks."""
        return self.kinds[:1] == [LIVE_KIND] and len(self.kinds) > 1

    def of_kind(self, kind: str) -> NDArray[np.int64]:
        """Places of the faces of one kind."""
        return np.flatnonzero(self.kind.named(kind))

    @property
    def attacks(self) -> NDArray[np.int64]:
        """Places of the faces that are not live."""
        return np.flatnonzero(~self.kind.named(LIVE_KIND))

    def crop_ranks(self) -> NDArray[np.int64]:
        """(N,) the place of each crop's name among all in order."""
        return self.crop.ranks()[0]

    def of_pictures(self, pictures: Collection[str]) -> dict[str, ScoredFace]:
        """The faces of some pictures, by picture."""
        wanted = set(pictures)
        return {name: self[k] for k, name in enumerate(self.picture) if name in wanted}


def kinds_in(names: Iterable[str]) -> list[str]:
    """Kinds in the order of figures: ``live`` if it is among them, then the species, sorted."""
    kinds = set(names)
    return [LIVE_KIND] * (LIVE_KIND in kinds) + sorted(kinds - {LIVE_KIND})
