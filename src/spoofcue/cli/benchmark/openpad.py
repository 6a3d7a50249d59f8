"""``spoofcue benchmark openpad``: simulate the set, then its protocols fold by fold."""

from __future__ import annotations

from pathlib import Path

import click

from spoofcue.cli.options import (
    PATH,
    dry_run_option,
    json_option,
    method_option,
    overrides_option,
    workers_option,
)


@click.command()
@click.option(
    "--protocol",
    default="P1",
    help="Protocols, separated by commas: P1..P4, S1..S3, M, X1, X2, or all.",
)
@click.option(
    "--out",
    type=PATH,
    default=Path("openpad"),
    help="Results folder, which also holds the simulated set; finished folds are kept.",
)
@click.option("--size", default="small", help="Size of the set: small or full.")
@click.option(
    "--identities",
    default="rendered",
    help="People of the set: rendered, portraits (CC0, from `spoofcue fetch portraits`), "
    "or a folder of photos.",
)
@click.option(
    "--people",
    type=click.IntRange(min=10),
    help="Largest number of people. Default: that of --size.",
)
@method_option
@click.option(
    "--preset", help="Named set of settings to train with, unchanged. Default: that of --size."
)
@overrides_option
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, help="Random seed of the simulated set."
)
@click.option(
    "--seeds", help="Random seeds of the trainings, separated by commas. Default: --seed."
)
@workers_option
@dry_run_option
@json_option
def openpad(
    protocol: str,
    out: Path,
    size: str,
    identities: str,
    people: int | None,
    method: str,
    preset: str | None,
    overrides: tuple[str, ...],
    seed: int,
    seeds: str | None,
    workers: int | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Simulate the set once, train and evaluate each fold; finished folds are kept."""
    from spoofcue.cli.benchmark.tables import print_plan, show_results
    from spoofcue.cli.console import progress_bar, remark
    from spoofcue.experiments.dataset_run import run_plan
    from spoofcue.experiments.methods import choose_methods, choose_seeds, configured
    from spoofcue.experiments.openpad import size_named
    from spoofcue.experiments.targets import NewOpenpad, target_plan

    wanted = size_named(size)
    sized = [] if preset else [*wanted.overrides]
    methods = configured(choose_methods(method), preset or wanted.preset, [*sized, *overrides])
    trainings = choose_seeds(seeds or str(seed))
    with progress_bar("simulating people", 1, quiet=as_json) as progress:
        new = NewOpenpad(
            identities, people or wanted.identities, wanted.scale, seed, workers, progress
        )
        ready = target_plan(
            out,
            [],
            benchmark="openpad",
            protocol=protocol,
            methods=list(methods),
            seeds=trainings,
            new=new,
        )
    if dry_run:
        print_plan(ready.tasks, ready.rows)
        return
    grids = run_plan(ready, out, methods, remark)
    show_results(grids, out, as_json)
