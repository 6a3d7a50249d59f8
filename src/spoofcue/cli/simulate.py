"""``spoofcue simulate``: a labelled set of live faces and attacks without any dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spoofcue.errors import InputError


def simulate(
    photos: Annotated[
        Path | None,
        typer.Argument(help="Bona fide photos, one folder or file a person; one file: --gallery."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write; a PNG for --gallery.")] = None,
    identities: Annotated[
        int | None, typer.Option(min=3, help="Render this many synthetic people instead.")
    ] = None,
    pai: Annotated[
        str | None,
        typer.Option(
            help="Instruments, comma-separated; --list names them; print-any, replay-any, "
            "mask-any, partial-any draw a new one each time."
        ),
    ] = None,
    devices: Annotated[
        str | None, typer.Option(help="Cameras, comma-separated; cam-any draws one.")
    ] = None,
    sessions: Annotated[
        str | None, typer.Option(help="Lights, comma-separated; session-any.")
    ] = None,
    takes: Annotated[
        int, typer.Option(min=1, help="Recordings per person and class; each draws its place.")
    ] = 2,
    every: Annotated[
        bool, typer.Option("--every", help="Record in every session with every device.")
    ] = False,
    frames: Annotated[int, typer.Option(min=1, help="Frames of each recording.")] = 1,
    clips: Annotated[bool, typer.Option("--clips", help="Write MP4 clips, not images.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Makes the set repeatable bit for bit.")] = 0,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; all cores.")] = None,
    gallery: Annotated[
        bool, typer.Option("--gallery", help="One contact sheet: all instruments x devices.")
    ] = False,
    list_: Annotated[bool, typer.Option("--list", help="Name instruments and cameras.")] = False,
) -> None:
    """Make live images, prints, replays and masks from photos or from rendered people."""
    from spoofcue.cli.console import out as console
    from spoofcue.cli.console import progress_bar

    if list_:
        _print_catalogue()
        return
    if out is None:
        raise InputError("say where to write: --out DIR (--out sheet.png for --gallery).")
    if gallery:
        from spoofcue.simulate.gallery import write_gallery

        with progress_bar("drawing the sheet", 1) as progress:
            write_gallery(out, photos, seed=seed, workers=workers, progress=progress)
        console.print(f"contact sheet in {out}")
        return
    if (photos is None) == (identities is None):
        raise InputError("give either PHOTOS or --identities N.")
    from spoofcue.simulate.sample_set import SetOptions, write_photo_set, write_rendered_set

    chosen = {
        key: [name.strip() for name in text.split(",") if name.strip()]
        for key, text in (("pais", pai), ("devices", devices), ("sessions", sessions))
        if text is not None
    }
    options = SetOptions(**chosen, takes=takes, every=every, frames=frames, clips=clips, seed=seed)
    with progress_bar("simulating", 1) as progress:
        if photos is not None:
            summary = write_photo_set(
                photos, out, options=options, workers=workers, progress=progress
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
    console.print(f"{summary.images} {kind} of {summary.subjects} people in {out}")
    for path, reason in summary.skipped:
        console.print(f"skipped {path}: {reason}")


def _print_catalogue() -> None:
    from rich.table import Table

    from spoofcue.cli.console import out as console
    from spoofcue.simulate.catalogue import DEVICES, DISPLAYS, MASKS, PRINTERS, SESSIONS
    from spoofcue.simulate.randomised import ANY_DEVICE, ANY_PAIS, ANY_SESSION

    table = Table("name", "kind", "what it is")
    for p in PRINTERS.values():
        screen = f"{p.lines_per_mm * 25.4:.0f} lpi" if p.screen == "clustered" else "diffusion"
        table.add_row(p.name, "print", f"{screen}, dot gain {p.dot_gain:.0%}, gloss {p.gloss:.0%}")
    for d in DISPLAYS.values():
        table.add_row(d.name, "replay", f"{d.pixels_per_mm * 25.4:.0f} ppi, {d.layout}")
    for m in MASKS.values():
        table.add_row(m.name, "mask", f"{m.cut}, cut from {m.printer.name}")
    for c in DEVICES.values():
        low, high = c.face_px
        table.add_row(c.name, "camera", f"face {low}-{high} px, JPEG {c.jpeg_quality}")
    for name in ANY_PAIS:
        table.add_row(name, name.split("-")[0], "drawn anew for every take")
    table.add_row(ANY_DEVICE, "camera", "drawn anew for every take")
    for name, light in SESSIONS.items():
        table.add_row(name, "session", f"key light from {light.azimuth_deg:+.0f} degrees")
    table.add_row(ANY_SESSION, "session", "drawn anew for every take")
    console.print(table)
