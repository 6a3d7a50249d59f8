"""``spoofcue compare``: a page, and tables that fit a terminal of 80 columns."""

from __future__ import annotations

from pathlib import Path

import click
from rich import box
from rich.table import Table

from spoofcue.cli.console import remark, say, say_prose, show
from spoofcue.cli.options import PATH, json_option
from spoofcue.compare.cell_text import ALIKE, BEST, cell_text, interval_text, mark, verdict
from spoofcue.compare.comparison import Comparison, Match
from spoofcue.metrics.measures import MEASURES


def print_comparison(comparison: Comparison) -> None:
    """A table a protocol, with what the methods decide differently below it; then the verdict."""
    for match in comparison.matches:
        _print_match(match)
    say_prose(verdict(comparison))
    signs = (
        f"{BEST} best; {ALIKE} cannot be told from it" if comparison.replicates else f"{BEST} best"
    )
    say_prose(f"percent; {signs}; ± over seeds", style="dim")
    if comparison.alone:
        remark(f"run by one method only: {', '.join(comparison.alone)}")
    if comparison.unevaluated:
        paths = ", ".join(str(p) for p in comparison.unevaluated)
        remark(f"not evaluated, passed over: {paths}")


def _print_match(match: Match) -> None:
    contest, table = match.contest, match.standings
    title = " ".join(p for p in (contest.terms.set_name, contest.name, contest.terms.title) if p)
    grid = Table(
        title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False
    )
    grid.add_column("", overflow="fold")
    others = [m for m in MEASURES.values() if not m.headline]
    heads = [MEASURES[match.headline].label, "95 %", *(m.label for m in others)]
    for head in heads:
        grid.add_column(head, justify="right", overflow="fold")
    for name, cells in table.cells.items():
        main = cells[match.headline]
        plain = [m.number(cells[m.name].mean, 1) for m in others]
        text = f"{mark(main)} {cell_text(main)}".strip()
        grid.add_row(name, text, interval_text(main.interval), *plain)
    show(grid)
    differing = match.disagreements
    say_prose(
        f"{differing.differ} of {differing.faces} faces decided differently, "
        f"{differing.all_wrong} wrongly by all; {table.units} {table.unit}s",
    )
    for note in contest.notes:
        say_prose(note)
    say("")


@click.command()
@click.argument(
    "runs",
    nargs=-1,
    required=True,
    metavar="RUN...",
    help="Evaluated runs, folds of a benchmark, or folders that hold them; NAME=PATH gives "
    "the method another name.",
)
@click.option("--out", type=PATH, default=Path("compare.html"), help="HTML file to write.")
@click.option(
    "--bootstrap",
    "replicates",
    type=click.IntRange(min=0),
    default=1000,
    metavar="N",
    help="Number of bootstrap replicates for 95 % intervals, drawn by person of the test "
    "split. 0: none.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Random seed of the bootstrap.")
@click.option(
    "--faces",
    type=click.IntRange(min=0),
    default=6,
    help="Largest number of faces shown of each group that the methods decide differently. "
    "0: none.",
)
@json_option
def compare(
    runs: tuple[str, ...],
    out: Path,
    replicates: int,
    seed: int,
    faces: int,
    as_json: bool,
) -> None:
    """Compare methods: rates with intervals, DET curves, and the faces they decide differently."""
    from spoofcue.cli.console import print_json, progress_bar
    from spoofcue.compare.comparison import compare as compare_runs
    from spoofcue.compare.comparison import to_dict
    from spoofcue.compare.page import write_page

    with progress_bar("comparing protocols", 1, quiet=as_json) as progress:
        comparison = compare_runs(runs, replicates, seed, faces, progress)
    page = write_page(comparison, out, _command(list(runs), replicates, seed, faces))
    if as_json:
        print_json(to_dict(comparison))
    else:
        print_comparison(comparison)
        remark(str(page))


def _command(runs: list[str], replicates: int, seed: int, faces: int) -> str:
    """What makes the same page again."""
    import shlex

    options = [f"--bootstrap={replicates}", f"--seed={seed}", f"--faces={faces}"]
    return shlex.join(["spoofcue", "compare", *runs, *options])
