"""Any folder of images and videos to recordings: labels from folder names or from a CSV."""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from spoofcue.data.recording import Recording
from spoofcue.data.recordings import Recordings
from spoofcue.errors import InputError
from spoofcue.faces.box import Box
from spoofcue.faces.box_files import LARGEST
from spoofcue.labels import (
    ATTACK,
    LIVE,
    REMEDY,
    SPLIT_WORDS,
    FolderLabels,
    canonical,
    class_of_label,
    class_of_word,
    labels_of,
    same_to_the_eye,
)
from spoofcue.media.folders import LeftOut, found_in, left_out_words
from spoofcue.media.same_files import refuse_shared_files
from spoofcue.media.walk import Entry
from spoofcue.texts.tables import Table, open_table

CSV_COLUMNS = (
    *("path", "label", "subject", "pai", "session", "device", "variant", "dataset", "split"),
    *("x", "y", "w", "h"),
)


@dataclass(frozen=True, slots=True)
class FolderContents:
    """What a folder holds.

    Attributes:
        recordings: sorted by path.
        warnings: to show and to keep with the data.
        left_out: what looks like media and is not among the recordings, sorted.

    """

    recordings: Recordings
    warnings: list[str]
    left_out: list[LeftOut]


def scan_folder(root: Path, pai: str = "attack") -> tuple[Recordings, list[str]]:
    """Recordings and warnings of :func:`folder_contents`."""
    found = folder_contents(root, pai)
    return found.recordings, found.warnings


def folder_contents(root: Path, pai: str = "attack") -> FolderContents:
    """Recordings under ``root``, labelled by the folders that they lie in.

    :func:`spoofcue.labels.labels_of` states the grammar; docs/howto/labels.md explains it.

    Args:
        root: the folder.
        pai: species of attacks that no folder names.

    Raises:
        InputError: no media, files whose label cannot be told, or one file on both sides.

    """
    if not root.is_dir():
        raise InputError(f"{root} is not a folder.")
    refuse_live_species(pai, "the species")
    _real.cache_clear()  # links may lead elsewhere by now
    beside = _Beside()
    recordings = _by_path(Recordings.of(_labelled(root, pai, beside)))
    beside.left_out.sort(key=lambda left: left.path)
    if beside.unclear:
        raise InputError(
            f"{len(beside.unclear)} file(s) under {root} have no clear label, e.g. "
            f"{'; '.join(sorted(beside.unclear)[:3])}: {REMEDY}."
        )
    if not recordings:
        words = " ".join(line.strip() for line in left_out_words(beside.left_out, 3))
        raise InputError(f"{root} holds no image or video with a known extension. {words}".strip())
    warnings = []
    if beside.nameless:
        warnings.append(
            f"{beside.nameless} file(s) lie in no subject's folder: each counts as a person of its "
            "own. If one person is in several files, train and test share identities and the error "
            "rates are too good; name subjects by folders or in a CSV."
        )
    return FolderContents(recordings, [*warnings, *_compared(recordings)], beside.left_out)


@dataclass(slots=True)
class _Beside:
    """What a folder holds beside recordings, and how many of these name nobody."""

    left_out: list[LeftOut] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    nameless: int = 0


def _labelled(root: Path, pai: str, beside: _Beside) -> Iterator[Recording]:
    """Recordings as they are found."""
    for found in found_in(root):
        if isinstance(found, LeftOut):
            beside.left_out.append(found)
            continue
        if isinstance(found, Entry):
            if fault := _by_its_first_name(found, root):
                beside.unclear.append(f"{found.path.relative_to(root).as_posix()} ({fault})")
            continue
        name = found.relative_to(root).as_posix()
        says = labels_of(name.split("/")[:-1])
        if says.label is not None:
            says = _beside_where_it_leads(says, found, root)
        if says.label is None:
            beside.unclear.append(f"{name} ({says.fault})")
            continue
        beside.nameless += says.subject is None
        yield Recording(
            path=found,
            media=name,
            subject=says.subject or f"file-{name}",
            label=says.label,
            pai=(says.species or pai) if says.label == ATTACK else None,
            split=says.split,
        )


def _by_path(recordings: Recordings) -> Recordings:
    """Sorted by the names of folders and files, one after the other, as paths are."""
    import polars as pl

    names = pl.col("media").str.replace_all("/", "\0", literal=True)
    return Recordings(recordings.table.sort(names))


def _by_its_first_name(entry: Entry, root: Path) -> str:
    """Why what has two names cannot be labelled; nothing if both say the same."""
    if entry.first is None:
        return ""
    here, first = (
        labels_of(path.relative_to(root).parts[: None if entry.folder else -1])
        for path in (entry.path, entry.first)
    )
    classes, splits = {here.label, first.label} - {None}, {here.split, first.split} - {None}
    if len(classes) < 2 and len(splits) < 2:
        return ""
    return f"it is a link to {entry.first}, which is of another class or split"


def _beside_where_it_leads(says: FolderLabels, path: Path, root: Path) -> FolderLabels:
    """What the folders say, unless ``path`` is a link into a folder of the set that contradicts."""
    # a file in a folder is where the folder is, unless it is a link itself
    folder = Path(_real(path.parent))
    real = Path(os.path.realpath(path)) if path.is_symlink() else folder / path.name
    top = Path(_real(root))
    if not real.is_relative_to(top):
        return says
    there = labels_of(real.relative_to(top).parts[:-1])
    if there.label == says.label:
        return says
    return FolderLabels(None, fault=f"it is a link to {real}, which is of another class or of none")


@lru_cache(maxsize=256)
def _real(folder: Path) -> str:
    return os.path.realpath(folder)


def _compared(recordings: Recordings) -> list[str]:
    """Warnings about files and names that look alike; a file on both sides is refused."""
    warnings = refuse_shared_files(recordings.sides(), recordings.same_files())
    species = same_to_the_eye(recordings.table["pai"].drop_nulls().unique())
    warnings += [f"species that differ in case or blanks alone: {' and '.join(g)}" for g in species]
    people = same_to_the_eye(recordings.table["subject"].unique())
    warnings += [
        f"people whose names differ in case or blanks alone: {' and '.join(g)}; they are put in "
        "one split"
        for g in people
    ]
    return warnings


def refuse_live_species(pai: str, where: str) -> None:
    """Refuse a species of attack that is called live.

    Raises:
        InputError: it is; a reader of the tables would take such attacks for live faces.

    """
    if class_of_word(pai) == LIVE:
        raise InputError(f"{where}: {pai!r} is a word for live faces and no species of attacks.")


def read_labels(table: Path, root: Path, pai: str = "attack") -> tuple[Recordings, list[str]]:
    """Recordings listed in a CSV with at least the columns ``path,label``.

    Optional columns: subject, pai, session, device, variant, dataset, split and a face box
    x, y, w, h in px. Paths are relative to ``root`` or absolute. Labels: 0, 1, live, attack and
    the synonyms of :func:`scan_folder`.

    Raises:
        InputError: naming the line and what is wrong with it.

    """
    refuse_live_species(pai, "the species")
    with open_table(table, CSV_COLUMNS) as given:
        columns = [name for name in given.names if name]
        unknown = [c for c in columns if c not in CSV_COLUMNS]
        missing = [c for c in ("path", "label") if c not in columns]
        if unknown or missing:
            raise InputError(
                f"{table}: unknown columns {unknown}, missing columns {missing}; "
                f"the columns are {', '.join(CSV_COLUMNS)}."
            )
        recordings, nameless = _listed(given, root, pai)
    if not recordings:
        raise InputError(f"{table} lists no file.")
    warnings = []
    if nameless:
        warnings.append(
            f"{nameless} row(s) of {table.name} name no subject: each file counts as a person of "
            "its own, so train and test may share identities."
        )
    against, first = 0, ""
    for r in recordings:
        if _folders_differ(r):
            against, first = against + 1, first or r.media
    if against:
        warnings.append(
            f"{table.name} says otherwise than the folders of {against} file(s), e.g. "
            f"{first}; the table was believed."
        )
    return recordings, [*warnings, *_compared(recordings)]


def _folders_differ(recording: Recording) -> bool:
    says = labels_of(recording.media.split("/")[:-1])
    return says.label is not None and says.label != recording.label


def _listed(given: Table, root: Path, pai: str) -> tuple[Recordings, int]:
    """The recordings of a table, and how many name no subject."""
    lines, names = array("q"), array("Q")
    nameless = 0

    def read() -> Iterator[Recording]:
        nonlocal nameless
        for line, value in given.records():
            recording = _read_row(given, line, value, root, pai)
            lines.append(line)
            names.append(_hash_of(recording.path))
            nameless += not value.get("subject")
            yield recording

    recordings = Recordings.of(read())
    _refuse_twice(given, recordings, lines, names)
    return recordings, nameless


def _hash_of(path: Path) -> int:
    """Of a file's own name, whatever links lead to it: 8 bytes, so a million are held."""
    real = os.fsencode(os.path.realpath(path))
    return int.from_bytes(hashlib.blake2b(real, digest_size=8).digest(), "big")


def _refuse_twice(
    given: Table, recordings: Recordings, lines: Sequence[int], names: Sequence[int]
) -> None:
    """A file is one, however its path is written and whatever links lead to it."""
    hashes = np.asarray(names)
    values, counts = np.unique(hashes, return_counts=True)
    first: dict[str, int] = {}
    for at in np.flatnonzero(np.isin(hashes, values[counts > 1])).tolist():
        path = recordings[at].path
        line = first.setdefault(os.path.realpath(path), lines[at])
        if line != lines[at]:
            raise InputError(
                f"{given.path}, line {lines[at]}: {recordings[at].media} is the file of line "
                f"{line} too; list a file once."
            )


def _read_row(table: Table, line: int, value: dict[str, str], root: Path, pai: str) -> Recording:
    where = f"{table.path}, line {line}"
    label = class_of_label(value["label"])
    if label is None:
        raise InputError(f"{where}: label {value['label']!r} must be live, attack, 0 or 1.")
    if label == LIVE and value.get("pai"):
        raise InputError(f"{where}: a live file must have no pai, not {value['pai']!r}.")
    if value.get("pai"):
        refuse_live_species(value["pai"], where)
    path = _file_of(value["path"], root)
    if path is None:
        raise InputError(f"{where}: there is no file {root / value['path']}.")
    split = value.get("split") or None
    if split is not None and canonical(split) not in SPLIT_WORDS:
        raise InputError(f"{where}: split {split!r} must be train, dev or test.")
    media = Path(value["path"]).as_posix()
    return Recording(
        path=path,
        media=media,
        subject=value.get("subject") or f"file-{value['path']}",
        label=label,
        pai=(value.get("pai") or pai) if label == ATTACK else None,
        session=value.get("session") or None,
        device=value.get("device") or None,
        split=SPLIT_WORDS[canonical(split)] if split else None,
        box=_read_box(table, line, value),
        dataset=value.get("dataset") or None,
        variant=value.get("variant") or None,
    )


def _file_of(name: str, root: Path) -> Path | None:
    """The file of a path as written, or as written on Windows."""
    for spelled in (name, name.replace("\\", "/")):
        path = root / spelled
        try:
            if name and path.is_file():
                return path
        except (OSError, ValueError):  # longer than a name may be
            continue
    return None


def _read_box(table: Table, line: int, value: dict[str, str]) -> Box | None:
    texts = {k: value.get(k, "") for k in "xywh"}
    where = f"{table.path}, line {line}"
    if not any(texts.values()):
        return None
    bare = [k for k, text in texts.items() if not text]
    if bare:
        raise InputError(f"{where}: the box needs four numbers, and column {bare[0]} is empty.")
    numbers = {k: table.number(text, line, k) for k, text in texts.items()}
    for k, number in numbers.items():
        if abs(number) > LARGEST:
            raise InputError(f"{where}, column {k}: {number:g} px is no place in any picture.")
    x, y, w, h = (round(number) for number in numbers.values())
    if w <= 0 or h <= 0:
        raise InputError(f"{where}: the box has width {w} and height {h}; both must be positive.")
    return Box(x, y, w, h)
