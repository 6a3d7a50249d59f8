"""A comparison as tables that fit a terminal of 80 columns."""

from __future__ import annotations

from rich import box
from rich.table import Table

from spoofcue.cli.console import err, out
from spoofcue.compare.comparison import Comparison, Match
from spoofcue.compare.words import ALIKE, BEST, cell_text, interval_text, mark, verdict


def print_comparison(comparison: Comparison) -> None:
    """A table a protocol, with what the methods decide differently below it; then the verdict."""
    for match in comparison.matches:
        _print_match(match)
    out.print(verdict(comparison), highlight=False)
    signs = (
        f"{BEST} best; {ALIKE} cannot be told from it" if comparison.replicates else f"{BEST} best"
    )
    out.print(f"percent; {signs}; ± over seeds", highlight=False, style="dim")
    if comparison.alone:
        err.print(f"run by one method only: {', '.join(comparison.alone)}", highlight=False)
    if comparison.unevaluated:
        paths = ", ".join(str(p) for p in comparison.unevaluated)
        err.print(f"not evaluated, passed over: {paths}", highlight=False)


def _print_match(match: Match) -> None:
    contest, table = match.contest, match.standings
    title = " ".join(p for p in (contest.terms.set_name, contest.name, contest.terms.title) if p)
    grid = Table(
        title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False
    )
    grid.add_column("", overflow="fold")
    heads = [match.headline.upper(), "95 %", "APCER", "BPCER", "EER", "AUC"]
    for head in heads:
        grid.add_column(head, justify="right", overflow="fold")
    for name, cells in table.cells.items():
        main = cells[match.headline]
        plain = [f"{100 * cells[k].mean:.1f}" for k in ("apcer_max", "bpcer", "eer", "auc")]
        text = f"{mark(main)} {cell_text(main)}".strip()
        grid.add_row(name, text, interval_text(main.interval), *plain)
    out.print(grid)
    found = match.disagreements
    out.print(
        f"{found.differ} of {found.faces} faces decided differently, {found.all_wrong} wrongly "
        f"by all; {table.units} {table.unit}s",
        highlight=False,
    )
    for note in contest.notes:
        out.print(note, highlight=False)
    out.print()
