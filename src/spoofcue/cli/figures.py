"""``spoofcue figures``: the paper's figures from an evaluated run."""

from __future__ import annotations

from pathlib import Path

import click

from spoofcue.cli.options import PATH, json_option


@click.command()
@click.argument(
    "run", type=PATH, help="Run folder that was evaluated, or one fold's folder of a benchmark."
)
@click.option(
    "--only",
    default="",
    help="Figures to draw, separated by commas: cues, variants, tsne, scores, where. Default: all.",
)
@click.option(
    "--beside",
    type=PATH,
    multiple=True,
    help="Another run on the same data, whose cue maps are shown beside RUN's; may be repeated.",
)
@click.option(
    "--scale",
    default="common",
    help="Colour scale with --beside: common (one for all runs) or own (one for each).",
)
@click.option(
    "--faces",
    type=click.IntRange(min=1),
    default=2,
    help="Number of faces of each kind whose cue maps are shown.",
)
@click.option(
    "--layer",
    default="D4",
    help="Layer whose features the t-SNE shows: E1..E5, D1..D5 or SC (the cue map).",
)
@click.option(
    "--max-points",
    type=click.IntRange(min=8),
    default=1000,
    help="Largest number of faces in the t-SNE; half of them are live.",
)
@click.option(
    "--perplexity",
    type=float,
    help="Perplexity of the t-SNE. Default: 30, or less where there are few faces.",
)
@click.option(
    "--data",
    type=PATH,
    help="Prepared folder that holds the faces. Default: the one that RUN was evaluated on.",
)
@click.option("--out", type=PATH, help="Folder to write. Default: RUN/figures.")
@json_option
def figures(
    run: Path,
    only: str,
    beside: tuple[Path, ...],
    scale: str,
    faces: int,
    layer: str,
    max_points: int,
    perplexity: float | None,
    data: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Draw cue maps, t-SNE, score distributions and mean evidence, as PNG and SVG."""
    from spoofcue.cli.console import print_json, progress_bar, remark, say
    from spoofcue.figures.tsne import as_layer
    from spoofcue.figures.variants import as_scale
    from spoofcue.figures.write import FigureOptions, write_figures

    options = FigureOptions(
        only=tuple(p.strip() for p in only.split(",") if p.strip()),
        beside=beside,
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
