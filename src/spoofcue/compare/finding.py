"""What the user names on the command line to the folders that hold results."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from spoofcue.errors import InputError
from spoofcue.records.evaluation_record import METRICS_FILE, EvaluationRecord
from spoofcue.records.fold_record import RESULT_FILE, FoldRecord
from spoofcue.records.run_folder import RUN_FILE, RunFolder, RunRecord
from spoofcue.records.stored import read_json

TEST_SCORES = "test.csv"  # beside metrics.json, of what `evaluate` scored itself

Kind = Literal["fold", "run", "evaluation", "unevaluated"]
Stored = FoldRecord | RunRecord | EvaluationRecord


@dataclass(frozen=True, slots=True)
class ResultFolder:
    """A folder with scores of dev and test.

    Attributes:
        kind: ``fold`` of a benchmark, ``run`` that was evaluated, or ``evaluation`` of a model that
            is no run, as ``evaluate --model --out`` writes it.
        path: the folder.
        record: its result.json, run.json or metrics.json.
        argument: the path on the command line that led to it.
        renamed: the name that the user gave, or None.

    """

    kind: Literal["fold", "run", "evaluation"]
    path: Path
    record: Stored
    argument: Path
    renamed: str | None


@dataclass(frozen=True, slots=True)
class Search:
    """What was found, and the trainings that were passed over as they are not evaluated."""

    results: tuple[ResultFolder, ...]
    unevaluated: tuple[Path, ...]


def find(arguments: Sequence[str]) -> Search:
    """Every finished fold, evaluated run and evaluation in or below the arguments.

    Args:
        arguments: ``PATH`` or ``NAME=PATH``; a folder that is reached twice counts once, under
            the argument that renames it if there is one.

    Raises:
        InputError: a path is no folder, or holds no result.

    """
    results: dict[Path, ResultFolder] = {}
    unevaluated: dict[Path, Path] = {}
    named = [_split(text) for text in arguments]
    for name, argument in sorted(named, key=lambda pair: pair[0] is None):
        if not argument.is_dir():
            raise InputError(f"{argument} is no folder; give a run, a fold or a results folder.")
        below = list(_below(argument))
        if not below:
            raise InputError(f"{argument} holds no finished fold and no evaluated run.")
        if all(kind == "unevaluated" for _, kind, _ in below):
            raise InputError(
                f"{argument} is not evaluated yet; run `spoofcue evaluate {below[0][0]}` first."
            )
        for path, kind, record in below:
            if kind == "unevaluated":
                unevaluated[path.resolve()] = path
            else:
                results.setdefault(path.resolve(), ResultFolder(kind, path, record, argument, name))
    order = {argument: at for at, (_, argument) in reversed(list(enumerate(named)))}
    return Search(
        tuple(sorted(results.values(), key=lambda f: order[f.argument])),
        tuple(unevaluated.values()),
    )


def _split(text: str) -> tuple[str | None, Path]:
    """``NAME=PATH``, unless the text as a whole is a path that exists."""
    name, equals, path = text.partition("=")
    if not equals or Path(text).exists():
        return None, Path(text)
    if not name.strip() or not path:
        raise InputError(f"{text!r}: write NAME=PATH, with a name and a path.")
    return name.strip(), Path(path)


def _below(argument: Path) -> Iterator[tuple[Path, Kind, Stored]]:
    """Both layouts of a benchmark, at any depth; nothing below a result is another one.

    Links are followed, each folder once, so that they may lead back.

    Raises:
        InputError: a folder cannot be looked into.

    """
    seen: set[str] = set()
    for at, folders, files in os.walk(argument, onerror=_refuse_locked, followlinks=True):
        path, real = Path(at), os.path.realpath(at)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        fold = _fold_of(path / RESULT_FILE) if RESULT_FILE in files else None
        if fold is not None:
            folders.clear()  # its data/ and run/ are parts of it
            yield path, "fold", fold
        elif RUN_FILE in files:
            folders.clear()
            run = RunFolder(path)
            yield path, "run" if run.is_evaluated else "unevaluated", run.record()
        elif METRICS_FILE in files and TEST_SCORES in files:
            folders.clear()
            yield path, "evaluation", EvaluationRecord.read(path / METRICS_FILE)
        else:
            folders.sort()


def _refuse_locked(error: OSError) -> None:
    raise InputError(f"{error.filename}: {error.strerror}; results in it would be missing.")


def _fold_of(path: Path) -> FoldRecord | None:
    """A fold's record; None where another program calls a file of its own result.json."""
    tree = read_json(path, FoldRecord.REMEDY)
    if not isinstance(tree, dict) or not {"protocol", "fold", "method"} <= tree.keys():
        return None
    return FoldRecord.from_tree(tree, path)
