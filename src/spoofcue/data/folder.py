"""Any folder of images and videos to recordings: labels from folder names or from a CSV."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from spoofcue.data.recording import Recording
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
from spoofcue.media.folders import Media, left_out_words, media_in
from spoofcue.media.same_files import refuse_shared_files
from spoofcue.media.walk import Entry
from spoofcue.texts.tables import Table, open_table

CSV_COLUMNS = (
    *("path", "label", "subject", "pai", "session", "device", "variant", "dataset", "split"),
    *("x", "y", "w", "h"),
)


def scan_folder(
    root: Path, pai: str = "attack", media: Media | None = None
) -> tuple[list[Recording], list[str]]:
    """Recordings under ``root``, labelled by the folders that they lie in.

    :func:`spoofcue.labels.labels_of` states the grammar; docs/howto/labels.md explains it.

    Args:
        root: the folder.
        pai: species of attacks that no folder names.
        media: what the folder holds, if that is known.

    Returns:
        Recordings sorted by path, and warnings to show and to keep with the data.

    Raises:
        InputError: no media, files whose label cannot be told, or one file on both sides.

    """
    if not root.is_dir():
        raise InputError(f"{root} is not a folder.")
    media = media or media_in(root)
    if not media.files:
        words = " ".join(line.strip() for line in left_out_words(media.left_out, 3))
        raise InputError(f"{root} holds no image or video with a known extension. {words}".strip())
    refuse_live_species(pai, "the species")
    recordings, unclear, nameless = [], [], 0
    for path in media.files:
        name = path.relative_to(root).as_posix()
        says = labels_of(name.split("/")[:-1])
        if says.label is not None:
            says = _beside_where_it_leads(says, path, root)
        if says.label is None:
            unclear.append(f"{name} ({says.fault})")
            continue
        nameless += says.subject is None
        recordings.append(
            Recording(
                path=path,
                media=name,
                subject=says.subject or f"file-{name}",
                label=says.label,
                pai=(says.species or pai) if says.label == ATTACK else None,
                split=says.split,
            )
        )
    unclear += [
        f"{entry.path.relative_to(root).as_posix()} ({fault})"
        for entry in media.again
        if (fault := _by_its_first_name(entry, root))
    ]
    if unclear:
        raise InputError(
            f"{len(unclear)} file(s) under {root} have no clear label, e.g. "
            f"{'; '.join(unclear[:3])}: {REMEDY}."
        )
    warnings = []
    if nameless:
        warnings.append(
            f"{nameless} file(s) lie in no subject's folder: each counts as a person of its own. "
            "If one person is in several files, train and test share identities and the error "
            "rates are too good; name subjects by folders or in a CSV."
        )
    return recordings, [*warnings, *_compared(recordings)]


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
    real, top = Path(os.path.realpath(path)), Path(os.path.realpath(root))
    if not real.is_relative_to(top):
        return says
    there = labels_of(real.relative_to(top).parts[:-1])
    if there.label == says.label:
        return says
    return FolderLabels(None, fault=f"it is a link to {real}, which is of another class or of none")


def _compared(recordings: Sequence[Recording]) -> list[str]:
    """Warnings about files and names that look alike; a file on both sides is refused."""
    warnings = refuse_shared_files([r.side for r in recordings])
    species = same_to_the_eye([r.pai for r in recordings if r.pai])
    warnings += [f"species that differ in case or blanks alone: {' and '.join(g)}" for g in species]
    people = same_to_the_eye([r.subject for r in recordings])
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


def read_labels(table: Path, root: Path, pai: str = "attack") -> tuple[list[Recording], list[str]]:
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
    against = [r.media for r in recordings if _folders_differ(r)]
    if against:
        warnings.append(
            f"{table.name} says otherwise than the folders of {len(against)} file(s), e.g. "
            f"{against[0]}; the table was believed."
        )
    return recordings, [*warnings, *_compared(recordings)]


def _folders_differ(recording: Recording) -> bool:
    says = labels_of(recording.media.split("/")[:-1])
    return says.label is not None and says.label != recording.label


def _listed(given: Table, root: Path, pai: str) -> tuple[list[Recording], int]:
    """The recordings of a table, and how many name no subject."""
    recordings: list[Recording] = []
    lines: dict[str, int] = {}
    nameless = 0
    for line, value in given.records():
        recording = _read_row(given, line, value, root, pai)
        # a file is one, however its path is written and whatever links lead to it
        real = os.path.realpath(recording.path)
        if real in lines:
            raise InputError(
                f"{given.path}, line {line}: {value['path']} is the file of line {lines[real]} "
                "too; list a file once."
            )
        lines[real] = line
        nameless += not value.get("subject")
        recordings.append(recording)
    return recordings, nameless


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
