"""``spoofcue benchmark``: every fold of a protocol, and the paper's tables."""

from __future__ import annotations

import typer

from spoofcue.cli.benchmark.dataset import benchmark_dataset, table
from spoofcue.cli.benchmark.folder import benchmark_folder
from spoofcue.cli.benchmark.openpad import openpad
from spoofcue.protocols.reader import set_titles

app = typer.Typer(no_args_is_help=True, help="Train and evaluate every fold of a set's protocols.")


@app.callback()
def _group() -> None:
    """Train and evaluate every fold of a set's protocols."""


app.command(name="openpad")(openpad)
app.command(name="folder")(benchmark_folder)
app.command(name="table")(table)
for _name, _title in set_titles().items():
    if _name == "openpad":  # it makes its own data
        continue
    _title = f"{_title[0].upper()}{_title[1:]}."
    _more = "Trains and evaluates each fold; finished folds are kept."
    app.command(_name, help=f"{_title} {_more}", short_help=_title)(benchmark_dataset)
