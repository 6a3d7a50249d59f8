"""Any folder of images and videos to recordings: labels from folder names or from a CSV."""

from __future__ import annotations

import csv
from pathlib import Path

from spoofcue.data.manifest import ATTACK, LIVE
from spoofcue.data.recording import Recording
from spoofcue.errors import InputError
from spoofcue.faces.box import Box
from spoofcue.media.kinds import find_media

LIVE_NAMES = frozenset(["live", "real", "bonafide", "bona_fide", "bona-fide", "genuine", "client"])
ATTACK_NAMES = frozenset(["attack", "attacks", "spoof", "fake", "imposter", "impostor"])
SPECIES_NAMES = frozenset(
    [
        "print",
        "printed",
        "paper",
        "photo",
        "replay",
        "display",
        "screen",
        "video",
        "mask",
        "cut",
        "cutout",
        "partial",
        "makeup",
    ]
)
SPLIT_NAMES = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("dev", "devel", "development", "val", "valid", "validation"), "dev"),
    **dict.fromkeys(("test", "testing", "eval", "evaluation"), "test"),
}
CSV_COLUMNS = (
    *("path", "label", "subject", "pai", "session", "device", "variant", "dataset", "split"),
    *("x", "y", "w", "h"),
)

RULE = (
    f"a folder named {', '.join(sorted(LIVE_NAMES))} holds live faces, one named "
    f"{', '.join(sorted(ATTACK_NAMES))} or after a species ({', '.join(sorted(SPECIES_NAMES))}) "
    "holds attacks; or list path,label in a CSV and give it as --labels"
)


def scan_folder(root: Path, pai: str = "attack") -> tuple[list[Recording], list[str]]:
    """Recordings under ``root``, labelled by the folders that they lie in.

    In a path below ``root``, a split's name sets the split; a label's name sets the label; the
    folder below an attack folder, if any, names the PAI species; the first other folder is the
    subject.

    Args:
        root: the folder.
        pai: species of attacks that no folder names.

    Returns:
        Recordings sorted by path, and warnings to show and to keep with the data.

    Raises:
        InputError: no media, or files whose label cannot be told.

    """
    if not root.is_dir():
        raise InputError(f"{root} is not a folder.")
    files = find_media(root)
    if not files:
        raise InputError(f"{root} holds no image or video with a known extension.")
    recordings, unlabelled, nameless = [], [], 0
    for path in files:
        media = path.relative_to(root).as_posix()
        split, label, species, subject = _read_path(media)
        if label is None:
            unlabelled.append(media)
            continue
        nameless += subject is None
        recordings.append(
            Recording(
                path=path,
                media=media,
                subject=subject or f"file-{media}",
                label=label,
                pai=(species or pai) if label == ATTACK else None,
                split=split,
            )
        )
    if unlabelled:
        raise InputError(
            f"{len(unlabelled)} file(s) under {root} have no label, e.g. "
            f"{', '.join(unlabelled[:3])}: {RULE}."
        )
    warnings = []
    if nameless:
        warnings.append(
            f"{nameless} file(s) lie in no subject's folder: each counts as a person of its own. "
            "If one person is in several files, train and test share identities and the error "
            "rates are too good; name subjects by folders or in a CSV."
        )
    return recordings, warnings


def _read_path(media: str) -> tuple[str | None, int | None, str | None, str | None]:
    split = label = species = subject = None
    for part in media.split("/")[:-1]:
        name = part.lower()
        if name in SPLIT_NAMES and split is None:
            split = SPLIT_NAMES[name]
        elif name in LIVE_NAMES and label is None:
            label = LIVE
        elif name in ATTACK_NAMES and label is None:
            label = ATTACK
        elif name in SPECIES_NAMES and label is None:
            label, species = ATTACK, name
        elif (label == ATTACK and species is None and (subject or name in SPECIES_NAMES)) or (
            label == ATTACK and species is None and name.split("-")[0] in SPECIES_NAMES
        ):
            species = name
        elif subject is None:
            subject = part
    return split, label, species, subject


def read_labels(table: Path, root: Path, pai: str = "attack") -> tuple[list[Recording], list[str]]:
    """Recordings listed in a CSV with at least the columns ``path,label``.

    Optional columns: subject, pai, session, device, variant, dataset, split and a face box
    x, y, w, h in px. Paths are relative to ``root`` or absolute. Labels: 0, 1, live, attack and
    the synonyms of :func:`scan_folder`.

    Raises:
        InputError: naming the line and what is wrong with it.

    """
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
            columns = reader.fieldnames or []
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot read {table}: {error}") from error
    unknown = [c for c in columns if c not in CSV_COLUMNS]
    missing = [c for c in ("path", "label") if c not in columns]
    if unknown or missing:
        raise InputError(
            f"{table}: unknown columns {unknown}, missing columns {missing}; "
            f"the columns are {', '.join(CSV_COLUMNS)}."
        )
    recordings, seen = [], dict[str, int]()
    for number, row in enumerate(rows, start=2):
        where = f"{table}, line {number}"
        recording = _read_row(row, root, pai, where)
        if recording.media in seen:
            raise InputError(f"{where}: {recording.media} is on line {seen[recording.media]} too.")
        seen[recording.media] = number
        recordings.append(recording)
    if not recordings:
        raise InputError(f"{table} lists no file.")
    nameless = sum(not (r.get("subject") or "").strip() for r in rows)
    warnings = []
    if nameless:
        warnings.append(
            f"{nameless} row(s) of {table.name} name no subject: each file counts as a person of "
            "its own, so train and test may share identities."
        )
    return recordings, warnings


def _read_row(row: dict[str, str], root: Path, pai: str, where: str) -> Recording:
    value = {k: (v or "").strip() for k, v in row.items() if k is not None}
    name = value["label"].lower()
    if name in ("0", *LIVE_NAMES):
        label = LIVE
    elif name in ("1", *ATTACK_NAMES):
        label = ATTACK
    else:
        raise InputError(f"{where}: label {value['label']!r} must be live, attack, 0 or 1.")
    if label == LIVE and value.get("pai"):
        raise InputError(f"{where}: a live file must have no pai, not {value['pai']!r}.")
    path = root / value["path"]
    if not value["path"] or not path.is_file():
        raise InputError(f"{where}: there is no file {path}.")
    split = value.get("split") or None
    if split is not None and split.lower() not in SPLIT_NAMES:
        raise InputError(f"{where}: split {split!r} must be train, dev or test.")
    return Recording(
        path=path,
        media=Path(value["path"]).as_posix(),
        subject=value.get("subject") or f"file-{value['path']}",
        label=label,
        pai=(value.get("pai") or pai) if label == ATTACK else None,
        session=value.get("session") or None,
        device=value.get("device") or None,
        split=SPLIT_NAMES[split.lower()] if split else None,
        box=_read_box(value, where),
        dataset=value.get("dataset") or None,
        variant=value.get("variant") or None,
    )


def _read_box(value: dict[str, str], where: str) -> Box | None:
    numbers = [value.get(k, "") for k in "xywh"]
    if not any(numbers):
        return None
    try:
        x, y, w, h = (round(float(n)) for n in numbers)
    except ValueError:
        raise InputError(f"{where}: the box x,y,w,h needs four numbers, not {numbers}.") from None
    if w <= 0 or h <= 0:
        raise InputError(f"{where}: the box has width {w} and height {h}; both must be positive.")
    return Box(x, y, w, h)
