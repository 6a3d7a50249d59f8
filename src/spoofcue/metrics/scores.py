"""Sets of scores, and the CSV files that hold them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spoofcue.errors import InputError

LABEL_WORDS = {"0": 0, "1": 1, "live": 0, "attack": 1}


@dataclass(frozen=True, slots=True)
class ScoreSet:
    """Scores of one split; make it with :meth:`of`, which checks it.

    Attributes:
        score: (N,) float64, finite; higher = more likely an attack.
        label: (N,) int8; 0 live, 1 attack.
        pai: (N,) text; PAI species of attacks, empty for live.
        video: (N,) text; frames of one recording share it, empty = a recording of its own.
        nonresponse_live, nonresponse_attack: attempts that got no score (no face found, ...).

    """

    score: NDArray[np.float64]
    label: NDArray[np.int8]
    pai: NDArray[np.str_]
    video: NDArray[np.str_]
    nonresponse_live: int = 0
    nonresponse_attack: int = 0

    @classmethod
    def of(
        cls,
        score: ArrayLike,
        label: ArrayLike,
        pai: ArrayLike | None = None,
        video: ArrayLike | None = None,
        nonresponse_live: int = 0,
        nonresponse_attack: int = 0,
    ) -> ScoreSet:
        """Check and convert; without ``pai`` all attacks are of the species ``attack``.

        Raises:
            InputError: lengths differ, a score is not finite, a label is neither 0 nor 1, or a
                live row has a species.

        """
        scores = np.asarray(score, dtype=np.float64).reshape(-1)
        labels = np.asarray(label).reshape(-1)
        if not np.isin(labels, (0, 1)).all():
            raise InputError("labels must be 0 (live) or 1 (attack).")
        n = len(scores)
        species = np.where(labels == 1, "attack", "") if pai is None else np.asarray(pai, np.str_)
        videos = np.full(n, "") if video is None else np.asarray(video, np.str_)
        if not n == len(labels) == len(species) == len(videos):
            raise InputError(
                f"{n} scores, {len(labels)} labels, {len(species)} PAI species and "
                f"{len(videos)} videos: the lengths must be equal."
            )
        bad = int((~np.isfinite(scores)).sum())
        if bad:
            raise InputError(f"{bad} of {n} scores are not finite (NaN or infinite).")
        if ((labels == 0) & (species != "")).any():
            raise InputError("a live row has a PAI species; leave pai empty for live faces.")
        species = np.where((labels == 1) & (species == ""), "attack", species)
        return cls(
            scores, labels.astype(np.int8), species, videos, nonresponse_live, nonresponse_attack
        )

    def __len__(self) -> int:
        return len(self.score)

    @property
    def live(self) -> NDArray[np.float64]:
        """Scores of live faces."""
        return self.score[self.label == 0]

    @property
    def attack(self) -> NDArray[np.float64]:
        """Scores of attacks, all species."""
        return self.score[self.label == 1]

    @property
    def species(self) -> list[str]:
        """The PAI species present, sorted."""
        return [str(s) for s in np.unique(self.pai[self.label == 1])]


def by_video(scores: ScoreSet) -> ScoreSet:
    """One score a recording: the mean over its frames (section 4, as the protocols have it).

    Raises:
        InputError: a video has frames of both classes or of two species.

    """
    alone = np.char.add("\0row ", np.arange(len(scores)).astype(np.str_))
    key = np.where(scores.video == "", alone, scores.video)
    _, first, inverse, count = np.unique(
        key, return_index=True, return_inverse=True, return_counts=True
    )
    mixed = (scores.label != scores.label[first][inverse]) | (
        scores.pai != scores.pai[first][inverse]
    )
    if mixed.any():
        name = str(scores.video[mixed][0])
        raise InputError(f"video {name!r} has frames of two classes or two PAI species.")
    mean = np.bincount(inverse, weights=scores.score) / count
    return ScoreSet(
        mean,
        scores.label[first],
        scores.pai[first],
        scores.video[first],
        scores.nonresponse_live,
        scores.nonresponse_attack,
    )


def read_scores(path: Path) -> ScoreSet:
    """Read a CSV with ``score,label`` and optionally ``pai`` and ``video``; others are ignored.

    A row with an empty score is a non-response: counted, not dropped in silence.

    Raises:
        InputError: naming the file, the line and what to mend.

    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            columns = list(reader.fieldnames or [])
            missing = [c for c in ("score", "label") if c not in columns]
            if missing:
                raise InputError(
                    f"{path} has the columns {columns} and lacks {missing}; a score file has "
                    "score,label,pai,video (label 1 = attack, pai empty for live)."
                )
            rows = list(reader)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} is not a CSV file: {error}") from error
    score, label, pai, video = [], [], [], []
    silent = [0, 0]
    for number, row in enumerate(rows, start=2):
        word = (row["label"] or "").strip().lower()
        if word not in LABEL_WORDS:
            raise InputError(f"{path}, line {number}: label {word!r} is not 0, 1, live or attack.")
        text = (row["score"] or "").strip()
        if not text:
            silent[LABEL_WORDS[word]] += 1
            continue
        try:
            score.append(float(text))
        except ValueError:
            raise InputError(f"{path}, line {number}: score {text!r} is not a number.") from None
        label.append(LABEL_WORDS[word])
        pai.append((row.get("pai") or "").strip())
        video.append((row.get("video") or "").strip())
    if not score:
        raise InputError(f"{path} holds no score.")
    try:
        return ScoreSet.of(score, label, pai, video, silent[0], silent[1])
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
