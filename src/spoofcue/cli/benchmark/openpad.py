"""``spoofcue benchmark openpad``: simulate the set, then its protocols fold by fold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spoofcue.cli.options import AsJson, DryRun, Methods, Overrides, Workers


def openpad(
    protocol: Annotated[
        str, typer.Option(help="Protocols, separated by commas: P1..P4, S1..S3, M, X1, X2, or all.")
    ] = "P1",
    out: Annotated[
        Path,
        typer.Option(
            help="Results folder, which also holds the simulated set; finished folds are kept."
        ),
    ] = Path("openpad"),
    size: Annotated[str, typer.Option(help="Size of the set: small or full.")] = "small",
    identities: Annotated[
        str,
        typer.Option(
            help="People of the set: rendered, portraits (CC0, from `spoofcue fetch portraits`), "
            "or a folder of photos."
        ),
    ] = "rendered",
    people: Annotated[
        int | None, typer.Option(min=10, help="Largest number of people. Default: that of --size.")
    ] = None,
    method: Methods = "lgsc",
    preset: Annotated[
        str | None,
        typer.Option(
            help="Named set of settings to train with, unchanged. Default: that of --size."
        ),
    ] = None,
    overrides: Overrides = None,
    seed: Annotated[int, typer.Option(min=0, help="Random seed of the simulated set.")] = 0,
    seeds: Annotated[
        str | None,
        typer.Option(help="Random seeds of the trainings, separated by commas. Default: --seed."),
    ] = None,
    workers: Workers = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
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
    methods = configured(
        choose_methods(method), preset or wanted.preset, [*sized, *(overrides or [])]
    )
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
