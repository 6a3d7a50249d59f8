"""``spoofcue benchmark folder``: any prepared folder, by its own splits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def benchmark_folder(
    data: Annotated[Path, typer.Option(help="Prepared folder with train and test splits.")],
    out: Annotated[Path, typer.Option(help="Results folder.")] = Path("results"),
    method: Annotated[
        str, typer.Option(help="Several by commas, or all; `train --help` lists them.")
    ] = "lgsc",
    preset: Annotated[str, typer.Option(help="Of the training.")] = "paper",
    overrides: Annotated[
        list[str] | None, typer.Option("--set", help="section.key=value of the training.")
    ] = None,
    seeds: Annotated[str, typer.Option(help="Of the trainings, by commas: 0,1,2.")] = "0",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan with counts.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Any prepared folder by its own splits; what is done is not done again."""
    from spoofcue.cli.benchmark.tables import print_plan, show_results
    from spoofcue.cli.console import stderr
    from spoofcue.experiments.dataset_run import run_plan
    from spoofcue.experiments.methods import choose_methods, choose_seeds, configured
    from spoofcue.experiments.targets import folder_plan

    methods = configured(choose_methods(method), preset, overrides or [])
    ready = folder_plan(data, out, list(methods), choose_seeds(seeds))
    if dry_run:
        print_plan(ready.tasks, ready.rows)
        return
    grids = run_plan(ready, out, methods, lambda line: stderr().print(line, highlight=False))
    show_results(grids, out, as_json)
