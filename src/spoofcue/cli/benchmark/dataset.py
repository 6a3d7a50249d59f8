"""``spoofcue benchmark DATASET``: the paper's protocols on its datasets, fold by fold."""

from __future__ import annotations

from pathlib import Path

import click

from spoofcue.cli.options import (
    PATH,
    dry_run_option,
    json_option,
    method_option,
    overrides_option,
    preset_option,
    protocol_files_option,
)


@click.command()
@click.pass_context
@click.option(
    "--protocol",
    default="all",
    help="Protocols, separated by commas, or all. `spoofcue protocols NAME` lists them.",
)
@click.option(
    "--out",
    type=PATH,
    default=Path("results"),
    help="Results folder; may be the same for all sets. Finished folds are kept.",
)
@click.option(
    "--data",
    multiple=True,
    help="Prepared folder of the dataset; NAME=DIR for each where several are needed. "
    "Default: --root is prepared.",
)
@click.option(
    "--root",
    multiple=True,
    help="The dataset as downloaded, to be prepared in --out; NAME=DIR for each where "
    "several are needed. Default: --data is used.",
)
@click.option(
    "--frames",
    type=click.IntRange(min=1),
    default=10,
    help="Number of frames sampled from each video, with --root.",
)
@protocol_files_option
@click.option(
    "--threshold",
    help="How to set the threshold: eer, min-hter, apcer=RATE or bpcer=RATE of the dev "
    "scores, or a score from 0 to 1 that was fixed beforehand, as 0.01. Default: the "
    "protocol's own rule.",
)
@method_option
@preset_option
@overrides_option
@click.option(
    "--devices", help="Number of GPUs or processes a training takes, or auto. Default: auto, all."
)
@click.option(
    "--strategy", help="How Lightning spreads a training over devices: auto or ddp. Default: auto."
)
@click.option(
    "--seeds",
    default="0",
    help="Random seeds, separated by commas; each fold is trained once with each.",
)
@dry_run_option
@json_option
def benchmark_dataset(
    context: click.Context,
    protocol: str,
    out: Path,
    data: tuple[str, ...],
    root: tuple[str, ...],
    frames: int,
    protocol_files: Path | None,
    threshold: str | None,
    method: str,
    preset: str,
    overrides: tuple[str, ...],
    devices: str | None,
    strategy: str | None,
    seeds: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Train and evaluate each fold; finished folds are kept."""
    from spoofcue.cli.benchmark.tables import plan_as_data, print_plan, show_results
    from spoofcue.cli.console import print_json, progress_bar, remark
    from spoofcue.experiments.dataset_run import (
        choose_protocols,
        make_plan,
        run_plan,
    )
    from spoofcue.experiments.methods import choose_methods, choose_seeds, configured
    from spoofcue.experiments.prepared import parse_places, prepared_folders
    from spoofcue.metrics.thresholds import ThresholdRule
    from spoofcue.protocols.reader import load_set

    protocols = load_set(str(context.info_name))
    chosen = choose_protocols(protocols, protocol)
    if threshold is not None:
        rule = ThresholdRule.parse(threshold)
        chosen = [p.judged_at(rule) for p in chosen]
    needed = list(dict.fromkeys(d for p in chosen for d in p.datasets))
    machine = {"devices": devices, "strategy": strategy}
    methods = configured(
        choose_methods(method),
        preset,
        [
            *(f"training.{key}={value}" for key, value in machine.items() if value),
            *overrides,
        ],
    )
    given = parse_places("--data", data, needed)
    roots = parse_places("--root", root, needed)
    with progress_bar("cropping faces", 1, quiet=as_json or not roots) as progress:
        folders = prepared_folders(
            needed, data=given, roots=roots, out=out, frames=frames, progress=progress
        )
    ready = make_plan(
        protocols,
        chosen,
        folders,
        results=out,
        methods=list(methods),
        seeds=choose_seeds(seeds),
        files=protocol_files,
    )
    for note in ready.notes:
        remark(note)
    if dry_run and as_json:
        print_json(plan_as_data(ready.tasks, ready.rows))
        return
    if dry_run:
        print_plan(ready.tasks, ready.rows)
        return
    grids = run_plan(ready, out, methods, remark)
    show_results(grids, out, as_json)


@click.command()
@click.argument("results", type=PATH, help="Results folder of a benchmark.")
@click.option(
    "--figures/--no-figures",
    default=False,
    help="Draw the DET curve and score histogram of each fold again.",
)
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the tables as Markdown.")
@json_option
def table(
    results: Path,
    figures: bool,
    as_markdown: bool,
    as_json: bool,
) -> None:
    """Print the tables of a results folder and write tables.md again; needs no data."""
    from spoofcue.cli.benchmark.tables import print_grids
    from spoofcue.cli.console import print_json, remark, write_out
    from spoofcue.experiments.dataset_run import write_all_figures, write_tables
    from spoofcue.experiments.tables import markdown_of

    grids = write_tables(results)
    if as_json:
        print_json({"tables": grids})
    elif as_markdown:
        write_out(markdown_of(grids))
    else:
        print_grids(grids)
    if figures:
        for path in write_all_figures(results):
            remark(str(path))
