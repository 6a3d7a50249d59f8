"""``spoofcue figures``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def figures(
    run: Annotated[
        Path, typer.Argument(help="Run folder that was evaluated, or a benchmark's fold folder.")
    ],
    only: Annotated[
        str, typer.Option(help="Some of cues,variants,tsne,scores,where; default: all.")
    ] = "",
    beside: Annotated[
        list[Path] | None,
        typer.Option(help="Another run on the same data, for cue maps side by side; repeat it."),
    ] = None,
    scale: Annotated[
        str, typer.Option(help="Colours of --beside: common to all runs, or own of each.")
    ] = "common",
    faces: Annotated[int, typer.Option(min=1, help="Cue maps of each kind.")] = 2,
    layer: Annotated[str, typer.Option(help="Of the t-SNE: E1..E5, D1..D5, SC (cue map).")] = "D4",
    max_points: Annotated[int, typer.Option(min=8, help="Faces in the t-SNE, half live.")] = 1000,
    perplexity: Annotated[
        float | None, typer.Option(help="Of the t-SNE; default 30, less for few faces.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Prepared folder; default: the one it was judged on.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder; default RUN/figures.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Draw cue maps, t-SNE, score distributions and mean evidence, as PNG and SVG."""
    from spoofcue.cli.console import print_json, progress_bar, stderr
    from spoofcue.figures.features import as_layer
    from spoofcue.figures.variants import as_scale
    from spoofcue.figures.write import FigureOptions, write_figures

    options = FigureOptions(
        only=tuple(p.strip() for p in only.split(",") if p.strip()),
        beside=tuple(beside or ()),
        scale=as_scale(scale),
        per_kind=faces,
        layer=as_layer(layer),
        most=max_points,
        perplexity=perplexity,
    )
    with progress_bar("drawing figures", 1, quiet=as_json) as progress:
        written = write_figures(run, out, data, options, progress)
    if as_json:
        print_json(written.to_dict())
        return
    for figure in written.figures:
        for name in figure.files.values():
            typer.echo(written.folder / name)
    for part, reason in written.skipped.items():
        stderr().print(f"{part}: skipped, {reason}", highlight=False)
