"""``spoofcue benchmark DATASET``: the paper's protocols on its datasets, fold by fold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def benchmark_dataset(
    context: typer.Context,
    protocol: Annotated[
        str, typer.Option(help="Several by commas, or all; `spoofcue protocols NAME` lists them.")
    ] = "all",
    out: Annotated[Path, typer.Option(help="Results folder, one for all sets.")] = Path("results"),
    data: Annotated[
        list[str] | None, typer.Option(help="Prepared folder; name=DIR where several are needed.")
    ] = None,
    root: Annotated[
        list[str] | None, typer.Option(help="The dataset as downloaded; name=DIR for several.")
    ] = None,
    frames: Annotated[int, typer.Option(min=1, help="Frames a video, with --root.")] = 10,
    protocol_files: Annotated[
        Path | None, typer.Option(help="The dataset's own lists; default: below its root.")
    ] = None,
    threshold: Annotated[
        str | None,
        typer.Option(help="eer-dev, or a score fixed beforehand, as 0.01; default: the set's."),
    ] = None,
    method: Annotated[
        str, typer.Option(help="Several by commas, or all; `train --help` lists them.")
    ] = "lgsc",
    preset: Annotated[str, typer.Option(help="Of the training.")] = "paper",
    overrides: Annotated[
        list[str] | None, typer.Option("--set", help="section.key=value of the training.")
    ] = None,
    devices: Annotated[str | None, typer.Option(help="Lightning's devices: auto, 1, 2.")] = None,
    strategy: Annotated[str | None, typer.Option(help="Lightning's strategy: auto, ddp.")] = None,
    seeds: Annotated[str, typer.Option(help="Of the trainings, by commas: 0,1,2.")] = "0",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan with counts.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Train and judge each fold; a fold that is done is not done again."""
    from spoofcue.cli.benchmark.tables import plan_as_data, print_plan, show_results
    from spoofcue.cli.console import print_json, progress_bar, stderr
    from spoofcue.experiments.dataset_run import (
        choose_protocols,
        choose_threshold,
        make_plan,
        run_plan,
    )
    from spoofcue.experiments.methods import choose_methods, choose_seeds, configured
    from spoofcue.experiments.prepared import parse_places, prepared_folders
    from spoofcue.protocols.reader import load_set

    protocols = load_set(str(context.info_name))
    chosen = choose_protocols(protocols, protocol)
    if threshold is not None:
        rule = choose_threshold(threshold)
        chosen = [p.judged_at(rule) for p in chosen]
    needed = list(dict.fromkeys(d for p in chosen for d in p.datasets))
    machine = {"devices": devices, "strategy": strategy}
    methods = configured(
        choose_methods(method),
        preset,
        [
            *(f"training.{key}={value}" for key, value in machine.items() if value),
            *(overrides or []),
        ],
    )
    given = parse_places("--data", data or [], needed)
    roots = parse_places("--root", root or [], needed)
    with progress_bar("cropping faces", 1, quiet=as_json or not roots) as progress:
        folders = prepared_folders(needed, given, roots, out, frames, progress)
    ready = make_plan(
        protocols, chosen, folders, out, list(methods), choose_seeds(seeds), protocol_files
    )
    for note in ready.notes:
        stderr().print(note, highlight=False)
    if dry_run and as_json:
        print_json(plan_as_data(ready.tasks, ready.rows))
        return
    if dry_run:
        print_plan(ready.tasks, ready.rows)
        return
    grids = run_plan(ready, out, methods, lambda line: stderr().print(line, highlight=False))
    show_results(grids, out, as_json)


def table(
    results: Annotated[Path, typer.Argument(help="Results folder of any benchmark.")],
    figures: Annotated[
        bool, typer.Option(help="Draw DET and histogram of each fold anew.")
    ] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Redraw every table, and tables.md, from a results folder; needs no data."""
    from spoofcue.cli.benchmark.tables import print_grids
    from spoofcue.cli.console import print_json, stderr
    from spoofcue.experiments.dataset_run import write_all_figures, write_tables
    from spoofcue.experiments.tables import markdown_of

    grids = write_tables(results)
    if as_json:
        print_json({"tables": grids})
    elif as_markdown:
        typer.echo(markdown_of(grids), nl=False)
    else:
        print_grids(grids)
    if figures:
        for path in write_all_figures(results):
            stderr().print(str(path), highlight=False, soft_wrap=True)
