"""``spoofcue benchmark folder``: any prepared folder, by its own splits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spoofcue.cli.options import AsJson, DryRun, Methods, Overrides


def benchmark_folder(
    data: Annotated[Path, typer.Option(help="Prepared folder with train and test splits.")],
    out: Annotated[
        Path,
        typer.Option(help="Results folder; folds that are in it already are not trained again."),
    ] = Path("results"),
    method: Methods = "lgsc",
    preset: Annotated[
        str,
        typer.Option(
            help="Named set of settings to train with; `spoofcue train --help` lists them."
        ),
    ] = "paper",
    overrides: Overrides = None,
    seeds: Annotated[
        str,
        typer.Option(
            help="Random seeds, separated by commas; each method is trained once with each."
        ),
    ] = "0",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Train and evaluate on any prepared folder by its own splits; finished folds are kept."""
    from spoofcue.cli.benchmark.tables import print_plan, show_results
    from spoofcue.cli.console import remark
    from spoofcue.experiments.dataset_run import run_plan
    from spoofcue.experiments.methods import choose_methods, choose_seeds, configured
    from spoofcue.experiments.targets import folder_plan

    methods = configured(choose_methods(method), preset, overrides or [])
    ready = folder_plan(data, out, list(methods), choose_seeds(seeds))
    if dry_run:
        print_plan(ready.tasks, ready.rows)
        return
    grids = run_plan(ready, out, methods, remark)
    show_results(grids, out, as_json)
