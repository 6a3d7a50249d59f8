"""The pictures of a folder of sets, each with ``live`` and ``attack``, and the kinds of attacks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from transfer_parts.answers import UNKNOWN

from spoofcue.errors import InputError
from spoofcue.labels import canonical
from spoofcue.media.folders import Media, again_words, left_out_words, media_in
from spoofcue.texts.tables import open_table, shown

CLASSES = ("live", "attack")
ALL = "*"


@dataclass(frozen=True, slots=True)
class RealFile:
    """One picture.

    Attributes:
        set: name of its set.
        name: path from the set's folder, with ``/``.
        kind: of an attack; empty for a live face.
        path: where it lies.

    """

    set: str
    name: str
    kind: str
    path: Path

    @property
    def label(self) -> str:
        """``live`` or ``attack``."""
        return "attack" if self.kind else "live"


def files_of(real: Path, kinds: Path | None = None) -> tuple[list[RealFile], list[str]]:
    """All pictures, set by set (s2 before s10), and remarks about what was left out.

    The kind of an attack is what ``kinds`` says of it, else the folder below ``attack`` in which
    it lies, else unknown.

    Args:
        real: holds a folder a set, with ``live`` and ``attack`` in it.
        kinds: a table with the columns set, file and kind. ``file`` is the path from the set's
            folder or from its ``attack``, or ``*`` for all attacks of a set that have no line of
            their own.

    Raises:
        InputError: there is no such folder or no set in it, a set lacks a class, or ``kinds`` has
            a line about no attack of a set.

    """
    if not real.is_dir():
        raise InputError(f"there is no folder {real}.")
    folders = sorted(
        (p for p in real.iterdir() if all((p / c).is_dir() for c in CLASSES)),
        key=lambda p: [(int(t), "") if t.isdigit() else (-1, t) for t in _parts(p.name)],
    )
    if not folders:
        raise InputError(f"{real} holds no folder with live/ and attack/ in it.")
    found: list[RealFile] = []
    remarks: list[str] = []
    for folder in folders:
        for label in CLASSES:
            media = media_in(folder / label)
            if not media.files:
                raise InputError(f"{folder / label} holds no picture.")
            remarks += _left_out(media)
            found += [_file(folder, label, path) for path in media.files]
    return (_with_kinds(found, kinds) if kinds else found), remarks


def _parts(name: str) -> list[str]:
    return [part for part in re.split(r"(\d+)", name) if part]


def _left_out(media: Media) -> list[str]:
    return [*left_out_words(media.left_out), *again_words(media.again)]


def _file(folder: Path, label: str, path: Path) -> RealFile:
    within = path.relative_to(folder)
    kind = ""
    if label == "attack":
        kind = canonical(within.parts[1]) if len(within.parts) > 2 else UNKNOWN
    return RealFile(folder.name, within.as_posix(), kind, path)


def _with_kinds(files: list[RealFile], table: Path) -> list[RealFile]:
    """The same files with the kinds that a table tells."""
    attacks = {(f.set, f.name): f for f in files if f.kind}
    with_attacks = {of_set for of_set, _ in attacks}
    told: dict[tuple[str, str], str] = {}
    with open_table(table, ("set", "file", "kind")) as opened:
        lacking = {"set", "file", "kind"} - set(opened.names)
        if lacking:
            raise InputError(f"{table} has no column {', '.join(sorted(lacking))}.")
        for line, row in opened.records():
            name = row["file"]
            keys = [(row["set"], name), (row["set"], f"attack/{name}")]
            key = next((k for k in keys if k in attacks), None)
            if name == ALL and row["set"] in with_attacks:
                key = (row["set"], ALL)
            if key is None or not row["kind"]:
                raise InputError(
                    f"{table}, line {line}: {shown(row['set'])}, {shown(name)} is no attack of "
                    "these sets, or has no kind."
                )
            told[key] = canonical(row["kind"])
    made = []
    for file in files:
        kind = told.get((file.set, file.name)) or told.get((file.set, ALL)) or file.kind
        made.append(RealFile(file.set, file.name, kind if file.kind else "", file.path))
    return made
