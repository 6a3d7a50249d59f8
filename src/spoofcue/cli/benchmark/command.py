"""``spoofcue benchmark``: every fold of a protocol, and the paper's tables."""

from __future__ import annotations

import click

from spoofcue.cli.benchmark.dataset import benchmark_dataset, table
from spoofcue.cli.benchmark.folder import benchmark_folder
from spoofcue.cli.benchmark.openpad import openpad
from spoofcue.cli.groups import CommandGroup
from spoofcue.protocols.reader import set_titles

app = CommandGroup("benchmark", help="Train and evaluate every fold of a set's protocols.")
app.add_command(openpad)
app.add_command(benchmark_folder)
app.add_command(table)
for _name, _title in set_titles().items():
    if _name == "openpad":  # it makes its own data
        continue
    _title = f"{_title[0].upper()}{_title[1:]}."
    _more = "Trains and evaluates each fold; finished folds are kept."
    app.add_command(
        click.Command(
            _name,
            callback=benchmark_dataset.callback,
            params=benchmark_dataset.params,
            help=f"{_title} {_more}",
            short_help=_title,
        )
    )
