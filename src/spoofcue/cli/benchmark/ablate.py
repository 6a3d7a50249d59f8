"""``spoofcue ablate``: Table 5 on openpad or on any prepared set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spoofcue.errors import InputError


def ablate(
    data: Annotated[
        list[str] | None,
        typer.Option(help="Prepared folder; name=DIR for several. Default: openpad, made anew."),
    ] = None,
    benchmark: Annotated[
        str | None,
        typer.Option(
            help="Set of protocols: openpad, oulu-npu, ...; folder: the data's own splits. "
            "Default: found out from --data."
        ),
    ] = None,
    protocol: Annotated[
        str | None, typer.Option(help="Several by commas, or all; default: the set's first.")
    ] = None,
    rows: Annotated[str, typer.Option(help="Rows of Table 5: 1..7 or names, or all.")] = "all",
    seeds: Annotated[str, typer.Option(help="Of the trainings.")] = "0,1,2",
    out: Annotated[Path, typer.Option(help="Results folder.")] = Path("ablation"),
    preset: Annotated[
        str | None, typer.Option(help="The full method; default: paper, or openpad's of --size.")
    ] = None,
    size: Annotated[str, typer.Option(help="Of openpad: small or full.")] = "small",
    identities: Annotated[
        str, typer.Option(help="Of openpad: rendered, portraits, or a folder.")
    ] = "rendered",
    people: Annotated[int | None, typer.Option(min=10, help="Of openpad: at most so many.")] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", help="section.key=value of every training.")
    ] = None,
    protocol_files: Annotated[
        Path | None, typer.Option(help="The dataset's own lists; default: below its root.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan with counts.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Table 5: train with parts taken away one by one; what is done is not done again."""
    from spoofcue.cli.benchmark.tables import print_plan, show_results
    from spoofcue.cli.console import progress_bar, stderr
    from spoofcue.config import load_settings
    from spoofcue.experiments.ablation import ablation_grids, choose_rows, settings_of_rows
    from spoofcue.experiments.dataset_run import run_plan
    from spoofcue.experiments.folds import read_results
    from spoofcue.experiments.methods import ConfiguredMethod, Method, choose_seeds
    from spoofcue.experiments.openpad import size_named
    from spoofcue.experiments.targets import NewOpenpad, target_plan

    chosen, trainings = choose_rows(rows), choose_seeds(seeds)
    wanted = size_named(size)
    with progress_bar("simulating people", 1, quiet=as_json) as progress:
        ready = target_plan(
            out,
            data or [],
            benchmark,
            protocol,
            [row.name for row in chosen],
            trainings,
            NewOpenpad(identities, people or wanted.identities, wanted.scale, progress=progress),
            protocol_files,
        )
    set_name = ready.tasks[0].set_name
    small = [] if preset or set_name != "openpad" else list(wanted.overrides)
    base = preset or (wanted.preset if set_name == "openpad" else "paper")
    full = load_settings(base, None, [*small, *(overrides or [])])
    if full.method != "lgsc":
        raise InputError("--set method=...: Table 5 takes parts from lgsc; there is no other.")
    switched = settings_of_rows(full, chosen)
    methods: dict[str, Method] = {n: ConfiguredMethod(s) for n, s in switched.items()}
    for note in ready.notes:
        stderr().print(note, highlight=False)
    if dry_run:
        print_plan(ready.tasks, ready.rows)
        return
    run_plan(ready, out, methods, lambda line: stderr().print(line, highlight=False))
    grids = ablation_grids(read_results(out), marks=as_json, set_name=set_name)
    show_results(grids, out, as_json)
