"""Score files of bob (bob.measure, bob.pad): four or five columns, separated by blanks.

Four: ``claimed_id real_id probe_label score``; five: ``claimed_id model_label real_id probe_label
score``. bob.pad writes a bona fide attempt with claimed_id = real_id, an attack with its type as
real_id (``print/1``), and ``nan`` for an attempt without a score.

bob's scores are higher for bona fide and ours for attacks, so the sign is turned on the way in and
on the way out; thresholds of ours are bob's with the sign turned. A subject or video that is not
known is written as ``-``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from spoofcue.errors import InputError
from spoofcue.metrics.csv_scores import BLOCK
from spoofcue.metrics.score_rows import ScoreRows
from spoofcue.metrics.scores import NonResponses, ScoreSet
from spoofcue.texts.decoding import open_text

UNKNOWN = "-"
Attempt = tuple[float | None, int, str, str, str]


def read_bob(path: Path, columns: int) -> ScoreSet:
    """Read a score file of bob; probe_label becomes the video, claimed_id the subject.

    Args:
        path: the file; blank lines and those that begin with ``#`` are passed over.
        columns: 4 or 5.

    Raises:
        InputError: naming the file, the line and what to correct.

    """
    rows = ScoreRows(path)
    with open_text(path) as file:
        attempts = _attempts(file, path, columns)
        while block := list(islice(attempts, BLOCK)):
            rows.add(*zip(*block, strict=True))
    return rows.to_scores()


def _attempts(file: TextIO, path: Path, columns: int) -> Iterator[Attempt]:
    for number, line in enumerate(file, start=1):
        fields = line.split()
        if fields and not fields[0].startswith("#"):
            yield _attempt(fields, columns, f"{path}, line {number}")


def _attempt(fields: list[str], columns: int, where: str) -> Attempt:
    if len(fields) != columns:
        raise InputError(f"{where}: {len(fields)} columns where bob{columns} has {columns}.")
    claimed, real, probe, text = fields[0], *fields[-3:]
    try:
        score = -float(text)
    except ValueError:
        raise InputError(f"{where}: score {text!r} is not a number.") from None
    if math.isinf(score):
        raise InputError(f"{where}: score {text!r} is no finite number.")
    attack = claimed != real
    return (
        None if math.isnan(score) else score,
        int(attack),
        real if attack else "",
        "" if probe == UNKNOWN else probe,
        "" if claimed == UNKNOWN else claimed,
    )


def write_bob(scores: ScoreSet, file: TextIO, columns: int) -> None:
    """Write every attempt in bob's order of columns, non-responses as ``nan``.

    Args:
        scores: what to write.
        file: open for writing text.
        columns: 4 or 5; the fifth, model_label, repeats claimed_id.

    Raises:
        InputError: a name holds a blank, begins with ``#``, is ``-``, or is both a subject's and
            an attack's; bob's format cannot hold that.

    """
    _refuse_names(scores)
    for rows, values in (
        (scores, (repr(-float(s)) for s in scores.score)),
        (scores.lost, ("nan" for _ in range(len(scores.lost)))),
    ):
        file.writelines(_lines(rows, values, columns))


def _lines(rows: ScoreSet | NonResponses, values: Iterable[str], columns: int) -> Iterable[str]:
    for pai, video, subject, value in zip(
        *(chain.from_iterable(c.blocks()) for c in (rows.pais, rows.videos, rows.subjects)),
        values,
        strict=True,
    ):
        claimed = subject or UNKNOWN
        model = f"{claimed} " if columns == 5 else ""
        yield f"{claimed} {model}{pai or claimed} {video or UNKNOWN} {value}\n"


def _refuse_names(scores: ScoreSet) -> None:
    names: dict[str, set[str]] = {}
    for what in ("pais", "videos", "subjects"):
        columns = getattr(scores, what), getattr(scores.lost, what)
        names[what] = {n for column in columns for n in column.names if n}
        for name in sorted(names[what]):
            if len(name.split()) != 1 or name != name.strip() or name[0] == "#" or name == UNKNOWN:
                raise InputError(
                    f"{what[:-1]} {name!r} cannot stand in a score file of bob, whose columns are "
                    "separated by blanks; rename it."
                )
    both = sorted(names["pais"] & names["subjects"])
    if both:
        raise InputError(
            f"{both[0]!r} is a subject and a PAI species; bob tells attacks by their difference, "
            "so rename one."
        )
