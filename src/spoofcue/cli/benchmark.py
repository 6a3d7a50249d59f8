"""``spoofcue benchmark``: every fold of a protocol, and the paper's tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spoofcue.cli.benchmark_dataset import benchmark_dataset, table
from spoofcue.errors import InputError

# Named here and not read from the protocols' files: that would cost each start of the command.
SETS = {
    "siw": "Table 1: SiW; ten train subjects are dev.",
    "siw-all-90": "Table 1: SiW; no dev, threshold 0.01.",
    "oulu-npu": "Table 2: OULU-NPU.",
    "casia-replay": "Table 3: CASIA-MFSD <-> Replay-Attack.",
    "siw-oulu": "Table 4: SiW to OULU-NPU.",
    "ocim-ssdg": "OULU, CASIA, Replay-Attack, MSU: leave one out; no dev parts.",
    "ocim-all": "OULU, CASIA, Replay-Attack, MSU: leave one out; all of each.",
    "casia-mfsd": "CASIA-MFSD within itself.",
    "replay-attack": "Replay-Attack within itself.",
    "msu-mfsd": "MSU-MFSD within itself.",
    "siw-m": "SiW-M: leave one kind of attack out.",
    "celeba-spoof": "CelebA-Spoof.",
    "rose-youtu": "ROSE-Youtu within itself.",
    "lcc-fasd": "LCC-FASD within itself.",
    "faceforensics": "FaceForensics++, the official code's benchmark.",
}

app = typer.Typer(no_args_is_help=True, help="Train and judge every fold of a set's protocols.")


@app.callback()
def _group() -> None:
    """Train and judge every fold of a set's protocols."""


@app.command()
def openpad(
    protocol: Annotated[
        str, typer.Option(help="P1..P4, S1..S3, M, X1, X2, several by commas, or all.")
    ] = "P1",
    out: Annotated[Path, typer.Option(help="Results folder.")] = Path("openpad"),
    size: Annotated[str, typer.Option(help="small or full.")] = "small",
    identities: Annotated[
        str, typer.Option(help="rendered, portraits (CC0; `fetch portraits`), or a folder.")
    ] = "rendered",
    people: Annotated[int | None, typer.Option(min=10, help="At most so many people.")] = None,
    method: Annotated[str, typer.Option(help="lgsc.")] = "lgsc",
    overrides: Annotated[
        list[str] | None, typer.Option("--set", help="section.key=value of the training.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the set and of the training.")] = 0,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that simulate.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan with counts.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Simulate the set once, train and judge each fold; a fold that is done is not done again."""
    from spoofcue.benchmark.dataset_run import choose_protocols
    from spoofcue.benchmark.folds import plan, run_folds
    from spoofcue.benchmark.methods import LGSCMethod
    from spoofcue.benchmark.openpad import SIZES, build
    from spoofcue.benchmark.table import grids_of, markdown, table_of
    from spoofcue.cli.benchmark_table import print_grids, print_plan
    from spoofcue.cli.console import err, print_json, progress_bar
    from spoofcue.config import load_settings
    from spoofcue.protocols.reader import load_set

    if size not in SIZES:
        raise InputError(f"--size {size}: there are {', '.join(SIZES)}.")
    if method != "lgsc":
        raise InputError(f"--method {method}: there is lgsc.")
    chosen = choose_protocols(load_set("openpad"), protocol)
    wanted = SIZES[size]
    data = out / "set"
    with progress_bar("simulating people", 1, quiet=as_json) as progress:
        rows = build(
            data,
            identities=identities,
            count=people or wanted.identities,
            scale=wanted.scale,
            seed=seed,
            workers=workers,
            progress=progress,
        )
    tasks = plan("openpad", chosen, data, out, method)
    if dry_run:
        print_plan(tasks, rows)
        return
    settings = load_settings(
        wanted.preset, None, [*wanted.overrides, f"training.seed={seed}", *(overrides or [])]
    )
    records = run_folds(
        tasks, rows, LGSCMethod(settings), seed, lambda line: err.print(line, highlight=False)
    )
    rows_of_table = table_of(records)
    (out / "tables.md").write_text(markdown(rows_of_table), encoding="utf-8")
    if as_json:
        print_json(records)
    else:
        print_grids(grids_of(rows_of_table))
        err.print(f"results in {out}: tables.md, and a result.json with its run in every fold")


app.command(name="table")(table)
for _name, _help in SETS.items():
    _more = "Trains and judges each fold; a fold that is done is not done again."
    app.command(name=_name, help=f"{_help} {_more}", short_help=_help)(benchmark_dataset)
