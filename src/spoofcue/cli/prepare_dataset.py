"""``spoofcue prepare DATASET``: one command for each published dataset, all alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

from spoofcue.datasets.definition import Dataset


def dataset_command(dataset: Dataset) -> Callable[..., None]:
    """The command that prepares this dataset."""

    def prepare_dataset(
        root: Annotated[Path, typer.Argument(help="The dataset's folder, as it was given out.")],
        out: Annotated[Path, typer.Option(help="Prepared folder to write.")],
        frames: Annotated[int, typer.Option(min=1, help="Frames sampled evenly per video.")] = 10,
        early_frames: Annotated[
            int | None,
            typer.Option(
                min=0,
                help="Besides, of the first frames of each train video, where a protocol trains "
                "on those (siw); default: as --frames.",
            ),
        ] = None,
        boxes: Annotated[
            Literal["given", "detector"],
            typer.Option(help="given: the dataset's own boxes, and a detector where it has none."),
        ] = "given",
        detector: Annotated[
            Literal["dlib", "yunet", "none"] | None,
            typer.Option(
                help="Default: the dataset's, mostly dlib; none: pictures are face crops."
            ),
        ] = None,
        yunet_model: Annotated[Path | None, typer.Option(help="YuNet's .onnx file.")] = None,
        margin: Annotated[
            float | None,
            typer.Option(
                min=0,
                max=2,
                help="Part of the box added on each side; default: 0.2, the dataset's about its.",
            ),
        ] = None,
        min_face: Annotated[int, typer.Option(min=1, help="Least face side, px.")] = 48,
        strict: Annotated[
            bool, typer.Option("--strict", help="Any problem ends the command with status 1.")
        ] = False,
        workers: Annotated[int | None, typer.Option(min=1, help="Processes; all cores.")] = None,
        crop_format: Annotated[
            Literal["png", "jpeg"], typer.Option(help="png: lossless; jpeg: 4:4:4 quality 98.")
        ] = "png",
        overwrite: Annotated[bool, typer.Option(help="Begin anew in --out.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
    ) -> None:
        from spoofcue.cli.console import err, print_json, progress_bar
        from spoofcue.cli.prepare_table import print_summary
        from spoofcue.data.extract import PrepareOptions
        from spoofcue.data.problems import refuse
        from spoofcue.datasets.prepare import prepare_scan
        from spoofcue.datasets.scan import scan
        from spoofcue.faces.crop import DEFAULT_MARGIN
        from spoofcue.faces.detect import make_detector
        from spoofcue.protocols.early import early_sample

        early = early_sample(dataset.name, frames, early_frames)
        found = scan(dataset, root)
        if strict:
            refuse(found.problems, str(root))
        finder = detector or dataset.detector
        make_detector(finder, yunet_model)  # a missing model is told before the work begins
        options = PrepareOptions(
            frames=frames,
            detector=finder,
            yunet_model=yunet_model,
            margin=DEFAULT_MARGIN if margin is None else margin,
            min_face_px=min_face,
            crop_format=crop_format,
            boxes=boxes,
            given_margin=dataset.margin if margin is None else margin,
            early_frames=early.frames,
            early_below=early.below,
        )
        if early.why:
            err.print(f"{dataset.name}: {early.why}", highlight=False)
        with progress_bar("cropping faces", len(found.recordings), quiet=as_json) as progress:
            summary = prepare_scan(
                dataset,
                found,
                root,
                out,
                options,
                workers=workers,
                overwrite=overwrite,
                progress=progress,
            )
        if as_json:
            print_json(summary)
        else:
            print_summary(summary, out)
        if strict:
            refuse(summary.problems, str(root))

    return prepare_dataset
