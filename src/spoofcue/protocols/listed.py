"""Protocol files that come with a dataset: where they are at hand, they win over the rules."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from spoofcue.errors import InputError
from spoofcue.protocols.definition import Protocol
from spoofcue.protocols.fold import SPLITS, Fold, rows_of_fold
from spoofcue.protocols.selection import Listed, Selection, official_path, recording_name
from spoofcue.streamed import collected
from spoofcue.texts.decoding import read_text
from spoofcue.texts.tables import shown

if TYPE_CHECKING:
    import polars as pl

LINE = re.compile(r"(?P<sign>[+-]?[0-9]{1,9})\s*[,;\t]\s*(?P<name>\S.*)", re.ASCII)
SPOOF_LABEL = 43  # of CelebA-Spoof's 44 numbers an image: 0 live, 1 spoof


def read_listed(folder: Path, name: str) -> Listed:
    """Read one protocol file.

    ``.txt`` as OULU-NPU has it: ``+1,1_1_01_1`` a line, +1 live and anything else an attack
    (some copies write -2 for replays). ``.json`` as CelebA-Spoof has it: path -> 44 numbers.

    Args:
        folder: of the protocol files.
        name: of the file in it.

    Raises:
        InputError: no such file, or a line that is not of its format; it names the line.

    """
    path = folder / name
    try:
        text = read_text(path)
    except InputError as error:
        raise InputError(f"cannot read a protocol file: {error}") from error
    labels = _json_labels(text, path) if path.suffix == ".json" else _line_labels(text, path)
    if not labels:
        raise InputError(f"the protocol file {path} names no recording.")
    attacks = frozenset(n for n, is_attack in labels.items() if is_attack)
    return Listed(name, frozenset(labels), attacks)


def _line_labels(text: str, path: Path) -> dict[str, bool]:
    labels: dict[str, bool] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        row = LINE.fullmatch(line.strip())
        if row is None:
            raise InputError(f"{path}, line {number}: {shown(line)} is not like +1,1_1_01_1.")
        is_attack, name = int(row["sign"]) != 1, row["name"]
        if labels.setdefault(name, is_attack) != is_attack:
            raise InputError(f"{path}, line {number}: {name} is live and an attack in one list.")
    return labels


def _json_labels(text: str, path: Path) -> dict[str, bool]:
    try:
        return {name: values[SPOOF_LABEL] == 1 for name, values in json.loads(text).items()}
    except (ValueError, AttributeError, TypeError, IndexError) as error:
        raise InputError(f"{path} is not an object of path: 44 numbers ({error}).") from error


def from_files(protocol: Protocol, folder: Path) -> Protocol:
    """The protocol with every selection replaced by what the dataset's files list.

    Raises:
        InputError: the protocol has no files, or one is missing or not of its format.

    """
    if not protocol.files:
        raise InputError(f"protocol {protocol.name} has no protocol files; leave them out.")
    folds = tuple(_fold(protocol, fold, k, folder) for k, fold in enumerate(protocol.folds, 1))
    return replace(protocol, folds=folds)


def file_of(protocol: Protocol, fold: Fold, k: int, split: str) -> str:
    """The file of a split of the ``k``-th fold, counted from 1, below the folder of the lists."""
    value = fold.name.partition("-")[2]
    return protocol.files.format(split=split, Split=split.title(), k=k, value=value)


def _fold(protocol: Protocol, fold: Fold, k: int, folder: Path) -> Fold:
    def of(split: str) -> Selection:
        name = file_of(protocol, fold, k, split)
        return Selection({"dataset": protocol.datasets}, listed=read_listed(folder, name))

    return replace(
        fold, train=of("train"), dev=of("dev") if fold.dev is not None else None, test=of("test")
    )


def differences(rows: pl.DataFrame | pl.LazyFrame, ruled: Protocol, listed: Protocol) -> list[str]:
    """What the files say otherwise than the rules, and what they list that the set lacks.

    Args:
        rows: of the prepared set.
        ruled: the protocol as the package declares it.
        listed: the same from :func:`from_files`.

    Returns:
        A line a difference; empty where files, rules and set agree.

    Raises:
        InputError: a file calls live what the set calls an attack, or the reverse.

    """
    named = collected(
        rows.lazy().select(official_path().alias("path"), "label", stem=recording_name()).unique(),
        "the manifest",
    )
    known = set(named["path"]) | set(named["stem"])
    lines = []
    for rule_fold, file_fold in zip(ruled.folds, listed.folds, strict=True):
        by_rule = None if ruled.files_needed else _names(rows_of_fold(rows, rule_fold))
        for split in SPLITS:
            selection = file_fold.of(split)
            chosen = selection.listed if selection else None
            if chosen is None:
                continue
            _refuse_other_labels(named, chosen)
            lost = chosen.names - known
            if lost:
                lines.append(f"{chosen.source}: {len(lost)} listed recordings are not in this set")
            if by_rule is not None and by_rule[split] != chosen.names - lost:
                count = len(by_rule[split] ^ (chosen.names - lost))
                lines.append(f"{chosen.source}: {count} recordings differ from the rule's {split}")
    return lines


def _names(rows: pl.DataFrame) -> dict[str, set[str]]:
    names = rows.select("split", stem=recording_name()).unique()
    return {s: set(names.filter(names["split"] == s)["stem"]) for s in SPLITS}


def _refuse_other_labels(named: pl.DataFrame, listed: Listed) -> None:
    wrong = sorted(
        path
        for path, label, stem in named.iter_rows()
        for name in (path, stem)
        if name in listed.names and (name in listed.attacks) != (label == 1)
    )
    if wrong:
        raise InputError(
            f"{listed.source} and the prepared set disagree on the class of {len(wrong)} "
            f"recordings, e.g. {wrong[0]}; prepare the set again from its own files."
        )
