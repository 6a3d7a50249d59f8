"""``spoofcue figures``: the paper's figures from an evaluated run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spoofcue.cli.options import AsJson


def figures(
    run: Annotated[
        Path,
        typer.Argument(help="Run folder that was evaluated, or one fold's folder of a benchmark."),
    ],
    only: Annotated[
        str,
        typer.Option(
            help="Figures to draw, separated by commas: cues, variants, tsne, scores, where. "
            "Default: all."
        ),
    ] = "",
    beside: Annotated[
        list[Path] | None,
        typer.Option(
            help="Another run on the same data, whose cue maps are shown beside RUN's; may be "
            "repeated."
        ),
    ] = None,
    scale: Annotated[
        str,
        typer.Option(
            help="Colour scale with --beside: common (one for all runs) or own (one for each)."
        ),
    ] = "common",
    faces: Annotated[
        int, typer.Option(min=1, help="Number of faces of each kind whose cue maps are shown.")
    ] = 2,
    layer: Annotated[
        str,
        typer.Option(
            help="Layer whose features the t-SNE shows: E1..E5, D1..D5 or SC (the cue map)."
        ),
    ] = "D4",
    max_points: Annotated[
        int,
        typer.Option(min=8, help="Largest number of faces in the t-SNE; half of them are live."),
    ] = 1000,
    perplexity: Annotated[
        float | None,
        typer.Option(
            help="Perplexity of the t-SNE. Default: 30, or less where there are few faces."
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            help="Prepared folder that holds the faces. Default: the one that RUN was evaluated on."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write. Default: RUN/figures.")] = None,
    as_json: AsJson = False,
) -> None:
    """Draw cue maps, t-SNE, score distributions and mean evidence, as PNG and SVG."""
    from spoofcue.cli.console import print_json, progress_bar, remark, say
    from spoofcue.figures.tsne import as_layer
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
            say(written.folder / name)
    for part, reason in written.skipped.items():
        remark(f"{part}: skipped, {reason}")
