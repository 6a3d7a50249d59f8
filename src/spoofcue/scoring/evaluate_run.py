"""Score the dev and test splits of a prepared folder and evaluate them; fills RUN/evaluation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import partial
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spoofcue.data.manifest import scan_manifest
from spoofcue.data.same_pictures import refuse_shared_pictures
from spoofcue.errors import InputError
from spoofcue.metrics.evaluation import Evaluation, EvaluationOptions, evaluate
from spoofcue.metrics.score_files import read_scores
from spoofcue.metrics.scores import ScoreSet
from spoofcue.patches.inputs import groups_of_one_shape
from spoofcue.records.evaluation_record import METRICS_FILE, EvaluationRecord, ExpertEntry
from spoofcue.records.owner import held
from spoofcue.scoring.combination import Unscored
from spoofcue.scoring.evaluation_gallery import write_gallery
from spoofcue.scoring.face import FaceScore, FaceScorer
from spoofcue.scoring.prepared_face import SEEN, face_of_row
from spoofcue.streamed import collected
from spoofcue.whole_files import whole_folder

if TYPE_CHECKING:
    import polars as pl

SCORE_COLUMNS = (
    "score",
    "label",
    "pai",
    "video",
    "subject",
    "media",
    "frame",
    "crop",
    "status",
    "reason",
)
SPLITS = ("dev", "test")
BLOCK = 1 << 16  # scores that are texts at a time
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """The N rows of one split, and what is kept of their scores; their maps are not.

    Attributes:
        rows: of the manifest.
        score: (N,) no number where there is none; a network that returns none has not responded.
        unscored: (N,) why a face has none, as a place in ``why``; -1: not known, or it has one.
        why: the distinct reasons, in the order in which they were met.

    """

    rows: pl.DataFrame
    score: NDArray[np.float64]
    unscored: NDArray[np.int32]
    why: list[Unscored]


@dataclass(frozen=True, slots=True)
class _Experts:
    """Of how many faces each expert of a package had evidence; nothing of other models."""

    faces: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    why: dict[str, str] = field(default_factory=dict)

    def count(self, result: FaceScore) -> None:
        for part in result.evidence:
            self.faces[part.expert] += 1
            if part.missing:
                self.missing[part.expert] += 1
                self.why.setdefault(part.expert, part.missing)

    def entries(self) -> dict[str, dict[str, ExpertEntry]]:
        """What the record has of them."""
        entries = {
            name: ExpertEntry(faces=n, missing=self.missing[name], why=self.why.get(name))
            for name, n in self.faces.items()
        }
        return {"experts": entries} if entries else {}


def evaluate_run(
    model: FaceScorer,
    data: Path,
    out: Path,
    options: EvaluationOptions | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Score dev and test, choose the threshold on dev, judge test, keep all in ``out``.

    Writes dev.csv, test.csv, metrics.json and the gallery; ``out`` is replaced as a whole.

    Args:
        model: the detector.
        data: a prepared folder.
        out: the evaluation folder.
        options: how the scores are judged; None: at the EER of dev.
        progress: called with (faces scored, all).

    Raises:
        InputError: a split has no live or no attack face, or shares a picture with the other.

    """
    options = options or EvaluationOptions()
    rows = _rows_of(data)
    faces = _faces_in(rows, data)
    with held(out, "evaluate"), whole_folder(out) as part:
        experts = _Experts()

        def scored(split: str, before: int) -> tuple[ScoreSet, _Judged]:
            tell = partial(_tell, progress, before, sum(faces.values()))
            of_split = collected(rows.filter(split=split), str(data))
            judged = _score_rows(model, of_split, data, experts, tell)
            _write_scores(part / f"{split}.csv", judged)
            _refuse_all_unscored(judged, split, data, model)
            try:
                return read_scores(part / f"{split}.csv"), judged
            except InputError as error:
                raise InputError(
                    f"the {split} split of {data} cannot be judged: {error}"
                ) from error

        # a threshold fixed beforehand needs no dev; its rows are let go of before those of test
        dev = scored("dev", 0)[0] if "dev" in faces or options.threshold.needs_dev else None
        test, judged = scored("test", faces.get("dev", 0))
        result = evaluate(test, dev, options)
        EvaluationRecord(
            evaluation=result.to_dict(),
            data=str(data.resolve()),
            model=model.facts.id,
            input=model.facts.input.scoring,
            created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            **experts.entries(),
        ).write(part / METRICS_FILE)
        level = result.video or result.frame
        write_gallery(part, model, judged.rows, judged.score, data, level.threshold.value)
    return result


def _rows_of(data: Path) -> pl.LazyFrame:
    """What is scored and written; the sums of the pictures are looked at and not held."""
    import polars as pl

    rows = scan_manifest(data).filter(pl.col("split").is_in(SPLITS))
    refuse_shared_pictures(rows, data)
    return rows.select(*SCORE_COLUMNS[1:], "split", *SEEN)


def _faces_in(rows: pl.LazyFrame, data: Path) -> dict[str, int]:
    """Split that there is -> its faces."""
    import polars as pl

    usable = (pl.col("status") == "ok").sum()
    return dict(collected(rows.group_by("split").agg(usable), str(data)).iter_rows())


def _tell(progress: Progress | None, before: int, total: int, scored: int) -> None:
    if progress:
        progress(before + scored, total)


def _score_rows(
    model: FaceScorer,
    rows: pl.DataFrame,
    data: Path,
    experts: _Experts,
    progress: Callable[[int], None],
) -> _Judged:
    """What the model says of the rows that have a crop; counts in ``experts``."""
    score, unscored = np.full(rows.height, np.nan), np.full(rows.height, -1, np.int32)
    why: dict[Unscored, int] = {}
    with_crop = np.flatnonzero((rows["status"] == "ok").to_numpy())
    usable, done = rows.select("crop", *SEEN)[with_crop], 0
    # a size that is not known matters only where all inputs have one
    sizes = usable["crop_h", "crop_w"].fill_null(0).to_numpy()
    # a group at a time, so that memory is bounded
    for group in groups_of_one_shape(sizes, model.facts.input):
        faces = [face_of_row(usable.row(i, named=True), data, model.facts.crop) for i in group]
        for row, result in zip(with_crop[group], model.score(faces), strict=True):
            score[row] = result.score
            if result.unscored:
                unscored[row] = why.setdefault(result.unscored, len(why))
            experts.count(result)
        done += len(group)
        progress(done)
    return _Judged(rows, score, unscored, list(why))


def _refuse_all_unscored(judged: _Judged, split: str, data: Path, model: FaceScorer) -> None:
    faces = int((judged.rows["status"] == "ok").sum())
    if judged.why and int((judged.unscored >= 0).sum()) == faces:
        raise InputError(
            f"{model.facts.id} gives none of the {faces} {split} faces of {data} a score: "
            f"{judged.why[0].detail}. Crops with more around the face (`spoofcue prepare --margin "
            "1.5`) show such an expert what it looks at."
        )


def _write_scores(path: Path, judged: _Judged) -> None:
    """As Python's csv module writes it, with every digit of a score."""
    import polars as pl

    known = pl.Series(judged.unscored >= 0)
    at = np.where(known, judged.unscored, len(judged.why))
    rows = judged.rows.with_columns(
        pl.when(known)
        .then(pl.Series([*texts, None], dtype=pl.String).gather(at))
        .otherwise(pl.col(name))
        .alias(name)
        for name, texts in (
            ("status", [why.reason for why in judged.why]),
            ("reason", [why.detail for why in judged.why]),
        )
    )
    with path.open("wb") as file:
        file.write(f"{','.join(SCORE_COLUMNS)}\r\n".encode())
        for start in range(0, rows.height, BLOCK):
            scores = judged.score[start : start + BLOCK].tolist()
            digits = [repr(score) if isfinite(score) else None for score in scores]
            rows[start : start + BLOCK].select(
                pl.Series("score", digits, pl.String),
                # an empty text would get quotation marks
                *(pl.col(c).cast(pl.String).replace("", None) for c in SCORE_COLUMNS[1:]),
            ).write_csv(file, include_header=False, line_terminator="\r\n")
