"""``spoofcue compare``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def compare(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN...",
            help="Evaluated runs, benchmark folds, or folders above them; NAME=PATH renames.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="HTML file.")] = Path("compare.html"),
    replicates: Annotated[
        int,
        typer.Option(
            "--bootstrap", min=0, metavar="N", help="Draws of the test people; 0: no intervals."
        ),
    ] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Of the bootstrap.")] = 0,
    faces: Annotated[
        int, typer.Option(min=0, help="Faces shown of each group, at the most; 0: none.")
    ] = 6,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the tables and counts as JSON.")
    ] = False,
) -> None:
    """Compare methods: rates with intervals, DET curves, and the faces they decide differently."""
    from spoofcue.cli.compare_table import print_comparison
    from spoofcue.cli.console import err, print_json, progress_bar
    from spoofcue.compare.comparison import compare as compare_runs
    from spoofcue.compare.comparison import to_dict
    from spoofcue.compare.page import write_page

    with progress_bar("comparing protocols", 1, quiet=as_json) as progress:
        comparison = compare_runs(runs, replicates, seed, faces, progress)
    page = write_page(comparison, out, _command(runs, replicates, seed, faces))
    if as_json:
        print_json(to_dict(comparison))
    else:
        print_comparison(comparison)
        err.print(str(page), highlight=False, soft_wrap=True)


def _command(runs: list[str], replicates: int, seed: int, faces: int) -> str:
    """What makes the same page again."""
    import shlex

    options = [f"--bootstrap={replicates}", f"--seed={seed}", f"--faces={faces}"]
    return shlex.join(["spoofcue", "compare", *runs, *options])
