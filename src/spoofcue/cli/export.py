"""``spoofcue export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def export(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    out: Annotated[Path, typer.Option(help="The .onnx file to write.")],
) -> None:
    """Write the best checkpoint as one ONNX file that scores without torch."""
    from spoofcue.errors import InputError
    from spoofcue.methods.registry import method_of
    from spoofcue.scoring.model import TorchModel

    if run.is_file() and run.suffix == ".onnx":
        raise InputError(f"{run} is exported already; give a run folder.")
    method = method_of(run)
    if method != "lgsc":
        raise InputError(
            f"{run} is of method {method}; only lgsc can be exported. `spoofcue predict` and "
            "`spoofcue evaluate` take the run folder itself."
        )
    model = TorchModel(run)
    from spoofcue.export.onnx import export_onnx

    checkpoint = run / "checkpoints" / "best.ckpt" if run.is_dir() else run
    worst = export_onnx(model, checkpoint, out)
    typer.echo(f"{out}: largest difference of a cue value to torch {worst:.1e}")
