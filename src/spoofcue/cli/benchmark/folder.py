"""``spoofcue benchmark folder``: any prepared folder, by its own splits."""

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
)


@click.command("folder")
@click.option(
    "--data", type=PATH, required=True, help="Prepared folder with train and test splits."
)
@click.option(
    "--out",
    type=PATH,
    default=Path("results"),
    help="Results folder; folds that are in it already are not trained again.",
)
@method_option
@preset_option
@overrides_option
@click.option(
    "--seeds",
    default="0",
    help="Random seeds, separated by commas; each method is trained once with each.",
)
@dry_run_option
@json_option
def benchmark_folder(
    data: Path,
    out: Path,
    method: str,
    preset: str,
    overrides: tuple[str, ...],
    seeds: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Train and evaluate on any prepared folder by its own splits; finished folds are kept."""
    from spoofcue.cli.benchmark.tables import print_plan, show_results
    from spoofcue.cli.console import remark
    from spoofcue.experiments.dataset_run import run_plan
    from spoofcue.experiments.methods import choose_methods, choose_seeds, configured
    from spoofcue.experiments.targets import folder_plan

    methods = configured(choose_methods(method), preset, overrides)
    ready = folder_plan(data, out, list(methods), choose_seeds(seeds))
    if dry_run:
        print_plan(ready.tasks, ready.rows)
        return
    grids = run_plan(ready, out, methods, remark)
    show_results(grids, out, as_json)
