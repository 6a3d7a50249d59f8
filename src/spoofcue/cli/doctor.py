"""``spoofcue doctor``: what this machine has, and whether a face is judged here as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from spoofcue.cli.options import json_option, model_option, runtime_option

if TYPE_CHECKING:
    from rich.text import Text

    from spoofcue.doctor.check import Check

MARKS = {
    "ok": ("ok", "green"),
    "absent": ("-", "dim"),
    "note": ("note", "yellow"),
    "fault": ("FAULT", "bold red"),
}


@click.command()
@model_option
@runtime_option
@click.option(
    "--camera",
    help="Camera to take one frame from, as `watch` names it: 0, /dev/video0, rtsp://... "
    "Default: cameras are listed and none is switched on.",
)
@json_option
def doctor(
    model: str | None,
    runtime: str | None,
    camera: str | None,
    as_json: bool,
) -> None:
    """Say what is installed, which runtime and model are used, and whether they judge right.

    Status 0 where nothing is at fault, else 1. Nothing is downloaded. Paste what it prints into a
    report of a problem.
    """
    from spoofcue.cli.console import print_json
    from spoofcue.doctor.examine import examine

    checks = list(examine(model, runtime, camera))
    faults = [check for check in checks if check.state == "fault"]
    if as_json:
        print_json({"healthy": not faults, "checks": checks})
    else:
        _print(checks)
    if faults:
        raise Exit(1)


def _print(checks: list[Check]) -> None:
    from rich import box
    from rich.table import Table

    from spoofcue.cli.console import say_prose, show

    table = Table("", "what", "", box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    part = ""
    for check in checks:
        if check.part != part:
            part = check.part
            table.add_section()
            table.add_row("", _styled(part, "bold"), "")
        table.add_row(_styled(*MARKS[check.state]), check.name, _cell(check))
    show(table)
    faults = [check for check in checks if check.state == "fault"]
    if not faults:
        say_prose("Faces are judged here as they should be.", style="green")
    for check in faults:
        advice = f" {check.advice}" if check.advice else ""
        say_prose(f"{check.part}, {check.name}: {check.value.rstrip('.')}.{advice}", style="red")


def _cell(check: Check) -> Text:
    from spoofcue.cli.console import lines

    return lines([check.value, *([f"-> {check.advice}"] if check.advice else [])])


def _styled(text: str, style: str) -> Text:
    from rich.text import Text

    return Text(text, style=style)
