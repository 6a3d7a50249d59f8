"""Score files of any of the known formats: which one a file has, reading and writing."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from spoofcue.errors import InputError, system_error_text
from spoofcue.metrics.bob_scores import read_bob, write_bob
from spoofcue.metrics.csv_scores import read_csv, write_csv
from spoofcue.metrics.parquet_scores import is_parquet, read_parquet_scores
from spoofcue.metrics.scores import ScoreSet
from spoofcue.texts.decoding import open_text
from spoofcue.whole_files import whole

ScoreFormat = Literal["csv", "bob4", "bob5"]
FORMATS: tuple[ScoreFormat, ...] = get_args(ScoreFormat)
BOB_COLUMNS = {"bob4": 4, "bob5": 5}


def read_scores(path: Path, kind: ScoreFormat | None = None, split: str | None = None) -> ScoreSet:
    r"""Read a score file.

    Args:
        path: the file; or a folder of `spoofcue score`, or a Parquet file.
        kind: its format; found out from the first line when None.
        split: of a CSV or Parquet, only the rows with that in their column ``split``.

    Raises:
        InputError: naming the file, the line and what to correct.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "scores.csv")
    ...     _ = path.write_text("score,label,pai\n0.1,0,\n0.9,1,print\n,1,replay\n")
    ...     scores = read_scores(path)
    >>> scores.score.tolist(), scores.lost.attack
    ([0.1, 0.9], 1)

    """
    if kind is None and is_parquet(path):
        return read_parquet_scores(path, split)
    kind = kind or detect_format(path)
    if kind == "csv":
        return read_csv(path, split)
    if split is not None:
        raise InputError(f"{path} has bob's columns, and no split to choose {split!r} by.")
    return read_bob(path, BOB_COLUMNS[kind])


def write_scores(scores: ScoreSet, path: Path, kind: ScoreFormat) -> None:
    """Write a score file; an existing one is replaced as a whole.

    Raises:
        InputError: the format cannot hold a name in ``scores``, or the file cannot be written.

    """
    try:
        with whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
            if kind == "csv":
                write_csv(scores, file)
            else:
                write_bob(scores, file, BOB_COLUMNS[kind])
    except OSError as error:
        raise InputError(f"cannot write {system_error_text(error)}") from error


def detect_format(path: Path) -> ScoreFormat:
    """``bob4`` or ``bob5`` for four or five words of which the last is a number, else ``csv``.

    Raises:
        InputError: the file cannot be read.

    """
    with open_text(path) as file:
        lines = (line.split() for line in file)
        words = next((w for w in lines if w and not w[0].startswith("#")), [])
    for kind, columns in BOB_COLUMNS.items():
        if len(words) == columns and _is_number(words[-1]):
            return as_format(kind)
    return "csv"


def as_format(text: str) -> ScoreFormat:
    """Check a format that a user typed.

    Raises:
        InputError: there is none of that name.

    """
    for kind in FORMATS:
        if text == kind:
            return kind
    raise InputError(f"score format {text!r}: choose one of {', '.join(FORMATS)}.")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
