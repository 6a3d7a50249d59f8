"""``spoofcue predict``."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from spoofcue.errors import InputError


def predict(
    paths: Annotated[list[Path], typer.Argument(help="Images, videos, folders.")],
    model: Annotated[
        Path | None,
        typer.Option(help="Run folder, .ckpt or .onnx; default: $SPOOFCUE_MODEL."),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(help="A score above it is an attack; default: the model's.")
    ] = None,
    detector: Annotated[
        Literal["dlib", "yunet", "none"] | None,
        typer.Option(help="none: each picture is a face crop; default: the model's."),
    ] = None,
    yunet_model: Annotated[Path | None, typer.Option(help="YuNet's .onnx file.")] = None,
    frames: Annotated[int, typer.Option(min=1, help="Frames sampled per video.")] = 10,
    cues: Annotated[
        Path | None, typer.Option(help="Folder for cue pictures, of a method that has any.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Decide live, attack or rejected for every face.

    Exit status: 0 every file was read and decided, 1 some file was unreadable, 2 a wrong call.
    """
    from spoofcue.cli.console import progress_bar
    from spoofcue.faces.detect import make_detector
    from spoofcue.methods.registry import load_model
    from spoofcue.scoring.predict import UNREADABLE, Predictor, expand_paths

    if model is None:
        named = os.environ.get("SPOOFCUE_MODEL")
        if not named:
            raise InputError(
                "which model? Give --model RUN (or a .ckpt or .onnx), or set SPOOFCUE_MODEL. "
                "`make demo` trains one in minutes."
            )
        model = Path(named)
    loaded = load_model(model)
    files = expand_paths(paths)
    limit = loaded.facts.threshold if threshold is None else threshold
    if not 0 <= limit <= 1:
        raise InputError(f"--threshold {limit}: scores lie in 0..1")
    found = make_detector(detector or loaded.facts.detector, yunet_model)  # type: ignore[arg-type]
    predictor = Predictor(loaded, found, limit, frames, cues)
    records = []
    with progress_bar("judging files", len(files), quiet=as_json or len(files) < 3) as progress:
        for done, path in enumerate(files, start=1):
            records += predictor.file(path)
            progress(done, len(files))
    if as_json:
        print(json.dumps([dataclasses.asdict(r) for r in records], indent=2))
    else:
        from spoofcue.cli.prediction_table import print_records

        print_records(records)
    if any(r.reason in UNREADABLE for r in records):
        raise typer.Exit(1)
