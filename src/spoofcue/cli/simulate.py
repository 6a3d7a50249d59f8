"""``spoofcue simulate``: a labelled set of live faces and attacks without any dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spoofcue.errors import InputError


def simulate(
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    photos: Annotated[
        Path | None, typer.Argument(help="Bona fide photos, one folder or file a person.")
    ] = None,
    identities: Annotated[
        int | None, typer.Option(min=3, help="Render this many synthetic people instead.")
    ] = None,
    frames: Annotated[int, typer.Option(min=1, help="Images per person and class.")] = 3,
    seed: Annotated[int, typer.Option(help="Makes the set repeatable bit for bit.")] = 0,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; all cores.")] = None,
) -> None:
    """Make live images and print and replay attacks from photos or from rendered identities."""
    from spoofcue.cli.console import out as console
    from spoofcue.cli.console import progress_bar
    from spoofcue.simulate.sample_set import write_photo_set, write_rendered_set

    if (photos is None) == (identities is None):
        raise InputError("give either PHOTOS or --identities N.")
    with progress_bar("simulating", 1) as progress:
        if photos is not None:
            summary = write_photo_set(
                photos, out, frames=frames, seed=seed, workers=workers, progress=progress
            )
        else:
            summary = write_rendered_set(
                out,
                identities=identities or 0,
                frames=frames,
                seed=seed,
                workers=workers,
                progress=progress,
            )
    console.print(f"{summary.images} images of {summary.subjects} people in {out}")
    for path, reason in summary.skipped:
        console.print(f"skipped {path}: {reason}")
