"""The table that one pass leaves: a row for each picture, model and expert, as a CSV file."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from transfer_parts.answers import Answers
from transfer_parts.real_sets import CLASSES

from spoofcue.errors import InputError
from spoofcue.texts.tables import open_table
from spoofcue.whole_files import write_bytes


@dataclass(frozen=True, slots=True)
class Row:
    """What a model, or one expert of it, said of one picture.

    Attributes:
        set, file: where the picture is; ``file`` from the set's folder.
        label: ``live`` or ``attack``; the column is called ``class``.
        kind: of an attack.
        model: name of the model.
        expert: of a package of several; empty for all together.
        score: higher = attack; None: no answer. Of an expert alone: what its package would say if
            the others were missing and did without (the whole weight on it).
        log_odds: the score's, before the logistic function; None where a score is not made so.
        raw: an expert's evidence before its calibration.
        inside: what an expert saw of what it wants to see, 0..1.
        id: of the model's file.
        threshold: the model's own; a score above it is an attack.
        points: thresholds that a package names, as ``strict=0.25 balanced=0.5``.
        why: why there is no score: ``unreadable``, ``no_face``, ``no_context``, ``error``.
        refused: why `Detector` would have rejected the face unseen (its checks of quality, size,
            and of other faces); the score is there all the same.
        detector: that found the face.
        box_x, box_y, box_w, box_h: px of the picture.

    """

    set: str
    file: str
    label: str
    kind: str
    model: str
    expert: str
    score: float | None
    log_odds: float | None
    raw: float | None
    inside: float | None
    id: str
    threshold: float
    points: str
    why: str
    refused: str
    detector: str
    box_x: int | None
    box_y: int | None
    box_w: int | None
    box_h: int | None

    @property
    def contender(self) -> str:
        """The name that it has in tables."""
        return f"{self.model}/{self.expert}" if self.expert else self.model


NAMES = ["class" if f.name == "label" else f.name for f in fields(Row)]
NUMBERS = ("score", "log_odds", "raw", "inside")
SIDES = ("box_x", "box_y", "box_w", "box_h")


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """All rows, whole or not at all; numbers come back as they were."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(NAMES)
    for row in rows:
        values = [getattr(row, f.name) for f in fields(Row)]
        writer.writerow(
            ["" if v is None else repr(v) if isinstance(v, float) else v for v in values]
        )
    write_bytes(path, text.getvalue().encode("utf-8", "surrogateescape"))


def read_rows(path: Path) -> list[Row]:
    """What :func:`write_rows` wrote.

    Raises:
        InputError: it is another table, or damaged.

    """
    rows = []
    with open_table(path, NAMES) as table:
        if lacking := set(NAMES) - set(table.names):
            raise InputError(
                f"{path} has no column {', '.join(sorted(lacking))}; give what --scores wrote."
            )
        for line, text in table.records():
            if text["class"] not in CLASSES:
                raise InputError(f"{path}, line {line}: class is live or attack.")
            numbers = {n: table.number(text[n], line, n) if text[n] else None for n in NUMBERS}
            sides = {n: int(table.number(text[n], line, n)) if text[n] else None for n in SIDES}
            words = {n: text[n] for n in NAMES if n not in (*NUMBERS, *SIDES, "class", "threshold")}
            limit = table.number(text["threshold"], line, "threshold")
            rows.append(
                Row(**words, **numbers, **sides, label=text["class"], threshold=limit)  # type: ignore[arg-type]
            )
    if not rows:
        raise InputError(f"{path} holds no row.")
    return rows


@dataclass(frozen=True, slots=True, eq=False)
class Contender:
    """A model, or an expert alone, on all sets.

    Attributes:
        name: in tables.
        threshold: the model's own.
        points: name -> threshold, of a package that has named ones; an expert alone has none.
        sets: set -> what was said of it.
        log_odds: the same in log-odds; NaN also where a score is not made so.

    """

    name: str
    threshold: float
    points: dict[str, float]
    sets: dict[str, Answers]
    log_odds: dict[str, Answers]


def contenders_of(rows: Sequence[Row], *, checks: bool = False) -> dict[str, Contender]:
    """Rows by contender, in the order of the table.

    Args:
        rows: each contender has one of every picture.
        checks: whether what `Detector` would reject unseen counts as no answer.

    Raises:
        InputError: a contender lacks a picture or has one twice, so that sets differ.

    """
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row.contender, []).append(row)
    files = [(r.set, r.file) for r in next(iter(by_name.values()))]
    found = {}
    for name, own in by_name.items():
        if [(r.set, r.file) for r in own] != files or len(set(files)) != len(files):
            raise InputError(f"{name} has not one row of each picture in the order of the others.")
        found[name] = Contender(
            name,
            own[0].threshold,
            _points(own[0].points),
            _answers(own, "score", checks=checks),
            _answers(own, "log_odds", checks=checks),
        )
    return found


def _points(text: str) -> dict[str, float]:
    named = (part.partition("=") for part in text.split())
    try:
        return {name: float(value) for name, _, value in named}
    except ValueError:
        raise InputError(f"points {text!r}: write NAME=NUMBER, blanks between.") from None


def _answers(rows: Sequence[Row], column: str, *, checks: bool) -> dict[str, Answers]:
    made = {}
    for name in dict.fromkeys(r.set for r in rows):
        own = [r for r in rows if r.set == name]
        values = np.array([_value(r, column, checks=checks) for r in own])
        attack = np.array([r.label == "attack" for r in own])
        kinds = [r.kind for r in own if r.label == "attack"]
        made[name] = Answers.of(values[~attack], values[attack], kinds)
    return made


def _value(row: Row, column: str, *, checks: bool) -> float:
    value = getattr(row, column)
    return math.nan if value is None or row.score is None or (checks and row.refused) else value
