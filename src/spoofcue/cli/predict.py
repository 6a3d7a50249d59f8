"""Predictions as a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape
from rich.table import Table

from spoofcue.cli.console import stdout

COLOURS = {"live": "green", "attack": "red", "rejected": "yellow"}


def print_rows(rows: list[dict[str, Any]]) -> None:
    """One line a face: file, decision, score, where or why; rows are as in ``--json``."""
    table = Table()
    table.add_column("file", overflow="fold")
    table.add_column("decision")
    table.add_column("score", justify="right")
    table.add_column("face, or why not", overflow="fold")
    for row in rows:
        table.add_row(
            escape(Path(row["path"]).name),
            f"[{COLOURS[row['decision']]}]{row['decision']}[/]",
            "" if row["score"] is None else f"{row['score']:.4f}",
            escape(_told(row)),
        )
    stdout().print(table)
    if rows:
        stdout().print(f"attack if score > {rows[0]['threshold']:.4f}; model {rows[0]['model']}")
    for path in [row["cue"] for row in rows if row["cue"]]:
        stdout().print(f"cue picture: {path}", soft_wrap=True)


def _told(row: dict[str, Any]) -> str:
    if row["reason"]:
        told = f"{row['reason']}: {row['detail']}"
        advice = row["advice"]
        return told if not advice or advice in told else f"{told}: {advice}"
    box = row["box"]
    told = f"{box['w']}x{box['h']} px at {box['x']},{box['y']}" if box else ""
    if row["frames"] > 1:
        told += f", {row['frames']} frames"
    return told + (", ended early" if row["early_exit"] else "")


def predict(
    paths: Annotated[list[Path], typer.Argument(help="Images, videos, folders.")],
    model: Annotated[
        str | None,
        typer.Option(
            help="Model package, run folder, .ckpt, .onnx or hf:owner/name[@revision]; default: "
            "$SPOOFCUE_MODEL, or the one that ships."
        ),
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
    early_exit: Annotated[
        bool, typer.Option(help="End a video once its decision is certain.")
    ] = True,
    quality: Annotated[
        bool, typer.Option(help="Reject blurred, dark and overexposed faces.")
    ] = True,
    runtime: Annotated[
        Literal["openvino", "onnxruntime", "torch"] | None,
        typer.Option(help="Of a package; default: $SPOOFCUE_RUNTIME, or the best there is."),
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Of the runtime.")] = None,
    cues: Annotated[
        Path | None, typer.Option(help="Folder for cue pictures, of a method that has any.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Decide live, attack or rejected for every face.

    Exit status: 0 every file was read and decided, 1 some file was unreadable, 2 a wrong call.
    """
    from spoofcue.cli.console import print_json, progress_bar
    from spoofcue.detector.cue_sheet import write_cue_sheet
    from spoofcue.detector.detector import Detector
    from spoofcue.detector.early_exit import ExitRule
    from spoofcue.detector.quality import QualityLimits
    from spoofcue.detector.result import UNREADABLE
    from spoofcue.media.kinds import expand_paths

    loaded = Detector.load(
        model,
        runtime=runtime,
        threads=threads,
        threshold=threshold,
        face_detector=detector,
        yunet_model=yunet_model,
        quality=QualityLimits() if quality else None,
        frames=frames,
        early_exit=ExitRule() if early_exit else None,
    )
    files = expand_paths(paths)
    rows: list[dict[str, Any]] = []
    with progress_bar("judging files", len(files), quiet=as_json or len(files) < 3) as progress:
        for done, path in enumerate(files, start=1):
            for number, result in enumerate(loaded.predict_faces(path, cues=cues is not None)):
                sheet = write_cue_sheet(result, path, number, cues) if cues else None
                cue = None if sheet is None else str(sheet)
                rows.append({"path": str(path), **result.to_dict(), "cue": cue})
            progress(done, len(files))
    if as_json:
        print_json(rows)
    else:
        print_rows(rows)
    if any(row["reason"] in UNREADABLE for row in rows):
        raise typer.Exit(1)
