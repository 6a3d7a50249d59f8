"""``spoofcue ablate``: Table 5 on openpad or on any prepared set."""

from __future__ import annotations

from pathlib import Path

import click

from spoofcue.cli.options import (
    PATH,
    dry_run_option,
    json_option,
    overrides_option,
    protocol_files_option,
)
from spoofcue.errors import InputError


@click.command()
@click.option(
    "--data",
    multiple=True,
    help="Prepared folder; NAME=DIR for each dataset where there are several. Default: the "
    "simulated set openpad, which is made in --out if it is not there.",
)
@click.option(
    "--benchmark",
    help="Set of protocols, as openpad or oulu-npu; folder takes the data's own splits. "
    "Default: the set of the dataset in --data.",
)
@click.option(
    "--protocol", help="Protocols, separated by commas, or all. Default: the first of the set."
)
@click.option(
    "--rows",
    default="all",
    help="Rows of Table 5, separated by commas: numbers 1 to 7 or names, or all.",
)
@click.option(
    "--seeds",
    default="0,1,2",
    help="Random seeds, separated by commas; each row is trained once with each.",
)
@click.option(
    "--out",
    type=PATH,
    default=Path("ablation"),
    help="Results folder; folds that are in it already are not trained again.",
)
@click.option(
    "--preset",
    help="Settings of the full method, from which the rows take parts away. Default: "
    "paper, or for openpad that of --size.",
)
@click.option("--size", default="small", help="Size of openpad: small or full.")
@click.option(
    "--identities",
    default="rendered",
    help="People of openpad: rendered, portraits, or a folder of photos.",
)
@click.option(
    "--people",
    type=click.IntRange(min=10),
    help="Largest number of people in openpad. Default: that of --size.",
)
@overrides_option
@protocol_files_option
@dry_run_option
@json_option
def ablate(
    data: tuple[str, ...],
    benchmark: str | None,
    protocol: str | None,
    rows: str,
    seeds: str,
    out: Path,
    preset: str | None,
    size: str,
    identities: str,
    people: int | None,
    overrides: tuple[str, ...],
    protocol_files: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Train with parts of the method taken away, as in Table 5; finished folds are kept."""
    from spoofcue.cli.benchmark.tables import print_plan, show_results
    from spoofcue.cli.console import progress_bar, remark
    from spoofcue.experiments.ablation import ablation_grids, choose_rows, settings_of_rows
    from spoofcue.experiments.dataset_run import run_plan
    from spoofcue.experiments.folds import read_results
    from spoofcue.experiments.methods import ConfiguredMethod, Method, choose_seeds
    from spoofcue.experiments.openpad import size_named
    from spoofcue.experiments.targets import NewOpenpad, target_plan
    from spoofcue.methods.settings import load_settings

    chosen, trainings = choose_rows(rows), choose_seeds(seeds)
    wanted = size_named(size)
    with progress_bar("simulating people", 1, quiet=as_json) as progress:
        ready = target_plan(
            out,
            data,
            benchmark=benchmark,
            protocol=protocol,
            methods=[row.name for row in chosen],
            seeds=trainings,
            new=NewOpenpad(
                identities, people or wanted.identities, wanted.scale, progress=progress
            ),
            files=protocol_files,
        )
    set_name = ready.tasks[0].set_name
    small = [] if preset or set_name != "openpad" else list(wanted.overrides)
    base = preset or (wanted.preset if set_name == "openpad" else "paper")
    full = load_settings(base, None, [*small, *overrides])
    if full.method != "lgsc":
        raise InputError("--set method=...: Table 5 takes parts from lgsc; there is no other.")
    switched = settings_of_rows(full, chosen)
    methods: dict[str, Method] = {n: ConfiguredMethod(s) for n, s in switched.items()}
    for note in ready.notes:
        remark(note)
    if dry_run:
        print_plan(ready.tasks, ready.rows)
        return
    run_plan(ready, out, methods, remark)
    grids = ablation_grids(read_results(out), marks=as_json, set_name=set_name)
    show_results(grids, out, as_json)
