"""``spoofcue benchmark openpad``: simulate the set, then its protocols fold by fold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def openpad(
    protocol: Annotated[
        str, typer.Option(help="P1..P4, S1..S3, M, X1, X2, several by commas, or all.")
    ] = "P1",
    out: Annotated[Path, typer.Option(help="Results folder.")] = Path("openpad"),
    size: Annotated[str, typer.Option(help="small or full.")] = "small",
    identities: Annotated[
        str, typer.Option(help="rendered, portraits (CC0; `fetch portraits`), or a folder.")
    ] = "rendered",
    people: Annotated[int | None, typer.Option(min=10, help="At most so many people.")] = None,
    method: Annotated[
        str, typer.Option(help="Several by commas, or all; `train --help` lists them.")
    ] = "lgsc",
    preset: Annotated[
        str | None, typer.Option(help="Of the training, as it is; default: the size's own.")
    ] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", help="section.key=value of the training.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the set.")] = 0,
    seeds: Annotated[
        str | None, typer.Option(help="Of the trainings, by commas: 0,1,2; default: --seed.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that simulate.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan with counts.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Simulate the set once, train and judge each fold; a fold that is done is not done again."""
    from spoofcue.cli.benchmark.tables import print_plan, show_results
    from spoofcue.cli.console import progress_bar, stderr
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
        ready = target_plan(out, [], "openpad", protocol, list(methods), trainings, new)
    if dry_run:
        print_plan(ready.tasks, ready.rows)
        return
    grids = run_plan(ready, out, methods, lambda line: stderr().print(line, highlight=False))
    show_results(grids, out, as_json)
