"""Pictures to rows: each is decoded once, its face is found once, and every model is asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from transfer_parts.real_sets import RealFile
from transfer_parts.score_rows import Row

from spoofcue.detector.detector import DEFAULT_EVIDENCE, DEFAULT_LIMITS
from spoofcue.detector.finder import FaceFinder
from spoofcue.detector.stopwatch import Stopwatch
from spoofcue.errors import InputError, MediaError
from spoofcue.faces.box import Box
from spoofcue.faces.detect import FaceDetector, FindsLargest
from spoofcue.media.image import Image, read_image
from spoofcue.scoring.combination import Evidence, logistic
from spoofcue.scoring.exported import PackagedModel
from spoofcue.scoring.face import Face, FaceScore, FaceScorer
from spoofcue.scoring.open_model import open_model


@dataclass(frozen=True, slots=True)
class Asked:
    """A model with the name that it has in tables."""

    name: str
    model: FaceScorer


def opened(text: str, max_side: int | None = None) -> Asked:
    """Open ``MODEL`` or ``NAME=MODEL``, whatever `spoofcue` takes for a model.

    Args:
        text: as it was typed.
        max_side: of a run: longer faces are shrunk to it, px.

    Raises:
        InputError: no usable model, or ``max_side`` for a package, which states its own.

    """
    name, equals, place = text.partition("=")
    if not equals or Path(text).exists():
        name, place = Path(text).name.removesuffix(".spoofcue"), text
    model = open_model(place)
    if max_side:
        if isinstance(model, PackagedModel):
            raise InputError("--max-side is for runs; a package states its own.")
        facts = model.facts
        shrunk = facts.input.model_copy(update={"max_side": max_side})
        model.facts = replace(facts, input=shrunk)  # type: ignore[misc]  # runs keep theirs so
    return Asked(name, model)


def all_opened(texts: Sequence[str], max_side: int | None = None) -> list[Asked]:
    """Several models.

    Raises:
        InputError: see :func:`opened`; two have one name, or a name has a slash.

    """
    asked = [opened(text, max_side) for text in texts]
    names = [one.name for one in asked]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"two models are called {name}: write NAME=MODEL.")
        if "/" in name or not name:
            raise InputError(f"{name!r} is no name for a table: write NAME=MODEL.")
    return asked


def rows_of(
    files: Sequence[RealFile],
    asked: Sequence[Asked],
    detector: FaceDetector,
    progress: Callable[[int, int], None] = lambda done, all_: None,
) -> list[Row]:
    """One row a picture and model, and one for each expert of a package of several.

    Args:
        files: pictures.
        asked: models.
        detector: finds the face, the largest, as `Detector` does.
        progress: called with (done, all).

    """
    rows: list[Row] = []
    for done, file in enumerate(files, start=1):
        rows += _of_picture(file, asked, detector)
        progress(done, len(files))
    order = {one.name: i for i, one in enumerate(asked)}
    return sorted(rows, key=lambda row: order[row.model])  # stable: files stay in order


@dataclass(frozen=True, slots=True)
class _Look:
    """Of one picture and model: why there is no score, and the face."""

    why: str
    detector: str
    box: Box | None
    refused: str = ""


@dataclass(slots=True)
class _Known:
    """The boxes of a search that was made already, as a detector."""

    name: str
    boxes: list[Box]

    def detect(self, image: Image) -> list[Box]:
        return self.boxes


def _of_picture(file: RealFile, asked: Sequence[Asked], detector: FaceDetector) -> list[Row]:
    try:
        picture = read_image(file.path)
    except MediaError:
        lost = _Look("unreadable", detector.name, None)
        return [row for one in asked for row in _rows(file, one, lost, None)]
    # as `Detector` searches by default
    find = detector.detect_largest if isinstance(detector, FindsLargest) else detector.detect
    boxes = find(picture)
    if not boxes:
        lost = _Look("no_face", detector.name, None)
        return [row for one in asked for row in _rows(file, one, lost, None)]
    rows: list[Row] = []
    for one in asked:
        said, why = _said(one.model, Face(picture, boxes[0]))
        refused = _refused(one.model, picture, _Known(detector.name, boxes))
        rows += _rows(file, one, _Look(why, detector.name, boxes[0], refused), said)
    return rows


def _said(model: FaceScorer, face: Face) -> tuple[FaceScore | None, str]:
    """What a model says, and why it says nothing; whatever breaks is no answer, as in use."""
    try:
        (said,) = model.score([face])
    except Exception:
        return None, "error"
    if said.unscored:
        return said, said.unscored.reason
    return said, "" if math.isfinite(said.score) else "error"


def _refused(model: FaceScorer, picture: Image, known: _Known) -> str:
    facts = model.facts
    second = DEFAULT_EVIDENCE.second_face
    finder = FaceFinder(known, facts.crop, facts.min_face_px, DEFAULT_LIMITS, second_face=second)
    refusal = finder.look(picture, Stopwatch()).refusal
    return refusal.reason if refusal else ""


def _rows(file: RealFile, one: Asked, look: _Look, said: FaceScore | None) -> Iterator[Row]:
    """The row of a model, and those of its experts if it has several."""
    evidence = {e.expert: e for e in said.evidence} if said else {}
    parts = [e.contribution for e in evidence.values() if e.contribution is not None]
    score = said.score if said and not look.why else None
    # a package of one cue map without a calibration has no log-odds
    yield _row(file, one, look, score=score, log_odds=sum(parts) if parts else None)
    weights = _weights(one.model)
    for name in weights if len(weights) > 1 else ():
        yield _expert_row(file, one, look, name, evidence.get(name), sum(weights.values()))


def _weights(model: FaceScorer) -> dict[str, float]:
    experts = model.package.spec.experts if isinstance(model, PackagedModel) else []
    return {expert.name: expert.weight for expert in experts}


def _points(model: FaceScorer) -> str:
    points = model.points if isinstance(model, PackagedModel) else {}
    return " ".join(f"{name}={point.threshold!r}" for name, point in points.items())


def _expert_row(
    file: RealFile, one: Asked, look: _Look, name: str, said: Evidence | None, weight: float
) -> Row:
    if said is None or said.log_odds is None:
        # the package may have had a score without this one
        silent = "error" if said and said.inside and "no number" in (said.missing or "") else ""
        gone = look.why or silent or "no_context"
        inside = said.inside if said else None
        return _row(file, one, replace(look, why=gone), expert=name, inside=inside)
    log_odds = weight * said.log_odds
    return _row(
        file,
        one,
        replace(look, why=""),
        expert=name,
        score=logistic(log_odds),
        log_odds=log_odds,
        raw=said.raw,
        inside=said.inside,
    )


def _row(
    file: RealFile,
    one: Asked,
    look: _Look,
    *,
    expert: str = "",
    score: float | None = None,
    log_odds: float | None = None,
    raw: float | None = None,
    inside: float | None = None,
) -> Row:
    box = look.box
    return Row(
        set=file.set,
        file=file.name,
        label=file.label,
        kind=file.kind,
        model=one.name,
        expert=expert,
        score=score,
        log_odds=log_odds,
        raw=raw,
        inside=inside,
        id=one.model.facts.id,
        threshold=one.model.facts.threshold.value,
        points="" if expert else _points(one.model),
        why=look.why,
        refused=look.refused,
        detector=look.detector,
        box_x=box.x if box else None,
        box_y=box.y if box else None,
        box_w=box.w if box else None,
        box_h=box.h if box else None,
    )
