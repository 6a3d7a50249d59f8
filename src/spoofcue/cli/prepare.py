"""``spoofcue prepare``: recordings to face crops and a manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from spoofcue.cli.prepare_dataset import dataset_command
from spoofcue.datasets import DATASETS
from spoofcue.errors import InputError

app = typer.Typer(no_args_is_help=True, help="Find and crop faces; write the manifest.")


@app.callback()
def _group() -> None:
    """Find and crop faces; write the manifest."""


@app.command()
def folder(
    root: Annotated[Path, typer.Argument(help="Folder of images and videos.")],
    out: Annotated[Path, typer.Option(help="Prepared folder to write.")],
    labels: Annotated[Path | None, typer.Option(help="CSV: path,label[,subject,pai,...].")] = None,
    frames: Annotated[int, typer.Option(min=1, help="Frames sampled evenly per video.")] = 10,
    detector: Annotated[
        Literal["dlib", "yunet", "none"],
        typer.Option(help="none: the pictures are face crops already."),
    ] = "dlib",
    yunet_model: Annotated[Path | None, typer.Option(help="YuNet's .onnx file.")] = None,
    margin: Annotated[
        float, typer.Option(min=0, max=2, help="Part of the box added on each side.")
    ] = 0.2,
    min_face: Annotated[int, typer.Option(min=1, help="Least face side, px.")] = 48,
    pai: Annotated[str, typer.Option(help="Species of attacks that no folder names.")] = "attack",
    split: Annotated[str, typer.Option(help="Train/dev/test by subject.")] = "0.6/0.2/0.2",
    seed: Annotated[int, typer.Option(help="Of the split.")] = 0,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; all cores.")] = None,
    crop_format: Annotated[
        Literal["png", "jpeg"], typer.Option(help="png: lossless; jpeg: 4:4:4 quality 98.")
    ] = "png",
    overwrite: Annotated[bool, typer.Option(help="Begin anew in --out.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Prepare any folder: ROOT/PERSON/live/... and ROOT/PERSON/attack/SPECIES/..., or a CSV."""
    from spoofcue.cli.console import print_json, progress_bar
    from spoofcue.cli.prepare_table import print_summary
    from spoofcue.data.extract import PrepareOptions
    from spoofcue.data.folder import read_labels, scan_folder
    from spoofcue.data.prepare import prepare
    from spoofcue.data.splits import with_splits
    from spoofcue.faces.detect import make_detector

    table = labels or (root / "labels.csv" if (root / "labels.csv").is_file() else None)
    recordings, warnings = read_labels(table, root, pai) if table else scan_folder(root, pai)
    recordings = with_splits(recordings, _ratios(split), seed)
    make_detector(detector, yunet_model)  # a missing model is told before the work begins
    options = PrepareOptions(frames, detector, yunet_model, margin, min_face, crop_format)
    with progress_bar("cropping faces", len(recordings), quiet=as_json) as progress:
        summary = prepare(
            recordings,
            root,
            out,
            options,
            workers=workers,
            overwrite=overwrite,
            warnings=warnings,
            progress=progress,
        )
    if as_json:
        print_json(summary)
    else:
        print_summary(summary, out)


for _name, _dataset in DATASETS.items():
    app.command(
        name=_name,
        help=f"Prepare {_dataset.title}. ROOT holds: {_dataset.layout}",
        short_help=f"Prepare {_dataset.title}.",
    )(dataset_command(_dataset))


def _ratios(text: str) -> tuple[float, float, float]:
    try:
        train, dev, test = (float(part) for part in text.split("/"))
    except ValueError:
        raise InputError(f"--split {text!r}: write three numbers as 0.6/0.2/0.2") from None
    return train, dev, test
