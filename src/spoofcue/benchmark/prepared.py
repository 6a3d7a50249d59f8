"""Find or make the prepared folders that a protocol needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from spoofcue.data.extract import PrepareOptions
from spoofcue.data.manifest import MANIFEST_NAME
from spoofcue.data.prepare import Progress
from spoofcue.datasets import DATASETS
from spoofcue.datasets.prepare import prepare_scan
from spoofcue.datasets.scan import scan
from spoofcue.errors import InputError
from spoofcue.protocols.early import early_sample


def parse_places(option: str, values: Sequence[str], needed: Sequence[str]) -> dict[str, Path]:
    """``name=DIR`` of several, or a bare ``DIR`` where one dataset is needed.

    Args:
        option: its name, for messages.
        values: as typed.
        needed: the datasets of the protocols.

    Raises:
        InputError: a bare DIR where several are needed, a name that is not, or a name twice.

    """
    places: dict[str, Path] = {}
    for value in values:
        name, equals, folder = value.partition("=")
        if not equals:
            if len(needed) != 1:
                raise InputError(
                    f"{option} {value}: these protocols need {', '.join(needed)}; write "
                    f"{option} {needed[0]}=DIR, and so for each."
                )
            name, folder = needed[0], value
        if name not in needed:
            raise InputError(f"{option} {value}: {name} is none of {', '.join(needed)}.")
        if name in places:
            raise InputError(f"{option}: {name} is given twice.")
        places[name] = Path(folder)
    return places


def prepared_folders(
    needed: Sequence[str],
    data: Mapping[str, Path],
    roots: Mapping[str, Path],
    out: Path,
    frames: int,
    progress: Progress | None = None,
) -> dict[str, Path]:
    """The prepared folder of each dataset that is needed, made from its root if it must be.

    Args:
        needed: datasets, in order.
        data: prepared folders that the user gave.
        roots: the datasets' own folders; prepared under ``out``/prepared/NAME, once.
        out: the results folder.
        frames: a video, when preparing.
        progress: of a preparation, called with (recordings done, all).

    Raises:
        InputError: a dataset is neither given nor prepared; says whose licence it has and the
            commands to run.

    """
    found: dict[str, Path] = {}
    missing = []
    for name in needed:
        own = out / "prepared" / name
        if name in data:
            found[name] = data[name]
        elif (own / MANIFEST_NAME).is_file():
            found[name] = own
        elif name in roots:
            prepare_root(name, roots[name], own, frames, progress)
            found[name] = own
        else:
            missing.append(name)
    if missing:
        raise InputError(_how_to_get(missing, needed))
    return found


def prepare_root(
    name: str, root: Path, out: Path, frames: int, progress: Progress | None = None
) -> None:
    """Crop the faces of a dataset as it was given out, as `spoofcue prepare` does by default.

    Raises:
        InputError: ``root`` holds no recording of the dataset.

    """
    dataset = DATASETS[name]
    found = scan(dataset, root)
    early = early_sample(name, frames)
    options = PrepareOptions(
        frames,
        dataset.detector,
        given_margin=dataset.margin,
        early_frames=early.frames,
        early_below=early.below,
    )
    prepare_scan(dataset, found, root, out, options, progress=progress)


def _how_to_get(missing: Sequence[str], needed: Sequence[str]) -> str:
    lines = [f"these protocols need {', '.join(needed)}; no data is given for:"]
    for name in missing:
        dataset = DATASETS[name]
        page = f", {dataset.licence_url}" if dataset.licence_url else ""
        lines.append(f"  {dataset.title}: {dataset.licence}{page}")
        lines.append(f"    spoofcue prepare {name} ROOT --out prepared/{name}")
    given = " ".join(f"--data {name}=prepared/{name}" for name in missing)
    lines.append(f"then give {given} (or --root {missing[0]}=ROOT, which prepares it first).")
    return "\n".join(lines)
