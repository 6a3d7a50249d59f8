"""``spoofcue simulate``: a labelled set of live faces and attacks without any dataset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from spoofcue.cli.options import PATH, workers_option
from spoofcue.errors import InputError

if TYPE_CHECKING:
    from spoofcue.simulate.catalogue import Catalogue


@click.command()
@click.argument(
    "photos",
    type=PATH,
    required=False,
    help="Bona fide photos: one folder or one file for each person. With --gallery, one file.",
)
@click.option(
    "--per-file",
    is_flag=True,
    help="Each photo is another person, whatever folder of PHOTOS it lies in. Default: a "
    "sub-folder is one person.",
)
@click.option("--out", type=PATH, help="Folder to write. With --gallery, a .png file.")
@click.option(
    "--identities",
    type=click.IntRange(min=3),
    help="Number of synthetic people to render instead of PHOTOS.",
)
@click.option(
    "--pai",
    help="Presentation attack instruments, separated by commas; --list names them. "
    "print-any, replay-any, mask-any and partial-any draw a new one for every take. "
    "Default: print-a,print-b,replay-a,replay-b.",
)
@click.option(
    "--devices",
    help="Cameras, separated by commas; cam-any draws a new one for every take. Default: "
    "cam-1 to cam-6.",
)
@click.option(
    "--sessions",
    help="Sessions (lighting), separated by commas; session-any draws a new one for every "
    "take. Default: session-1 to session-3.",
)
@click.option(
    "--stolen",
    metavar="LOW-HIGH",
    help="Least and largest width of the face in the pictures that attackers hold, 24 to "
    "300 px, for every instrument; each halving is as likely. Default: 50-260 for drawn "
    "instruments (print-any ...), and a camera's own file of 150 to 260 for the others.",
)
@click.option(
    "--catalogue",
    type=PATH,
    help="YAML file with instruments, cameras and sessions of your own. They join the "
    "built-in ones; one of the same name replaces its namesake. The documentation's page "
    "on the simulator shows the form. Default: the built-in catalogue alone.",
)
@click.option(
    "--takes",
    type=click.IntRange(min=1),
    default=2,
    help="Recordings for each person and class; each draws a session and a camera.",
)
@click.option(
    "--every",
    is_flag=True,
    help="Record each take in every session with every camera, instead of drawing one.",
)
@click.option(
    "--frames", type=click.IntRange(min=1), default=1, help="Number of frames in each recording."
)
@click.option(
    "--clips", is_flag=True, help="Write each recording as an MP4 clip instead of images."
)
@click.option(
    "--framing",
    metavar="LOW-HIGH",
    help="Side of the square pictures in face widths, 1.4 to 4: 1.9-4 draws it for every "
    "take, and shows the place about the face, hands and whole media. Default: 1.9, the "
    "portrait alone.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    help="Random seed; the same seed gives the same set, bit for bit.",
)
@workers_option
@click.option(
    "--gallery",
    is_flag=True,
    help="Write one contact sheet of every instrument with every camera, not a set.",
)
@click.option(
    "--list", "list_", is_flag=True, help="List the instruments, cameras and sessions, and stop."
)
def simulate(
    photos: Path | None,
    per_file: bool,
    out: Path | None,
    identities: int | None,
    pai: str | None,
    devices: str | None,
    sessions: str | None,
    stolen: str | None,
    catalogue: Path | None,
    takes: int,
    every: bool,
    frames: int,
    clips: bool,
    framing: str | None,
    seed: int,
    workers: int | None,
    gallery: bool,
    list_: bool,
) -> None:
    """Make live images, prints, replays and masks from photos or from rendered people."""
    from spoofcue.cli.console import progress_bar, say
    from spoofcue.simulate.catalogue import built_in, load_catalogue

    known = load_catalogue(catalogue) if catalogue else built_in()
    if list_:
        _print_catalogue(known)
        return
    if out is None:
        raise InputError("say where to write: --out DIR (--out sheet.png for --gallery).")
    if gallery:
        from spoofcue.simulate.gallery import write_gallery

        with progress_bar("drawing the sheet", 1) as progress:
            write_gallery(
                out, photos, seed=seed, catalogue=known, workers=workers, progress=progress
            )
        say(f"contact sheet in {out}")
        return
    if (photos is None) == (identities is None):
        raise InputError("give either PHOTOS or --identities N.")
    if per_file and photos is None:
        raise InputError("--per-file is said of PHOTOS; rendered people have none.")
    from spoofcue.simulate.sample_set import (
        DEFAULT_DEVICES,
        DEFAULT_PAIS,
        DEFAULT_SESSIONS,
        SetOptions,
        write_photo_set,
        write_rendered_set,
    )

    options = SetOptions(
        pais=_names(pai, DEFAULT_PAIS),
        devices=_names(devices, DEFAULT_DEVICES),
        sessions=_names(sessions, DEFAULT_SESSIONS),
        takes=takes,
        every=every,
        frames=frames,
        clips=clips,
        seed=seed,
        catalogue=known,
        framing=_span("--framing", framing, "face widths, such as 1.9-4"),
        stolen=_span("--stolen", stolen, "px, such as 50-260"),
    )
    with progress_bar("simulating", 1) as progress:
        if photos is not None:
            summary = write_photo_set(
                photos,
                out,
                per_file=per_file,
                options=options,
                workers=workers,
                progress=progress,
            )
        else:
            summary = write_rendered_set(
                out,
                identities=identities or 0,
                options=options,
                workers=workers,
                progress=progress,
            )
    kind = "clips" if clips else "images"
    say(f"{summary.images} {kind} of {summary.subjects} people in {out}")
    for path, reason in summary.skipped:
        say(f"skipped {path}: {reason}")
    if summary.left_out:
        raise Exit(1)


def _span(option: str, text: str | None, unit: str) -> tuple[float, float] | None:
    """Both ends of a span; one number stands for both."""
    if text is None:
        return None
    low, _, high = text.partition("-")
    try:
        return float(low), float(high or low)
    except ValueError as error:
        raise InputError(f"{option} {text}: give two numbers of {unit}.") from error


def _names(text: str | None, default: Sequence[str]) -> Sequence[str]:
    """The names of a comma-separated option."""
    if text is None:
        return default
    return [name.strip() for name in text.split(",") if name.strip()]


def _print_catalogue(known: Catalogue) -> None:
    from rich.table import Table

    from spoofcue.cli.console import show

    table = Table("name", "kind", "what it is")
    for name, instrument in known.instruments.items():
        table.add_row(name, instrument.family, instrument.describe())
    for name, device in known.devices.items():
        table.add_row(name, "camera", device.describe())
    for name, light in known.sessions.items():
        table.add_row(name, "session", light.describe())
    drawn = [(name, name.removesuffix("-any")) for name in known.pai_names]
    kinds = [(n, kind) for n, kind in drawn if n not in known.instruments]
    for name, kind in (*kinds, ("cam-any", "camera"), ("session-any", "session")):
        table.add_row(name, kind, "a new one for every take")
    show(table)
