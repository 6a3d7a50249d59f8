"""``spoofcue benchmark``: every fold of a protocol, and the paper's tables."""

from __future__ import annotations

import typer

from spoofcue.cli.benchmark.dataset import benchmark_dataset, table
from spoofcue.cli.benchmark.folder import benchmark_folder
from spoofcue.cli.benchmark.openpad import openpad

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

app = typer.Typer(no_args_is_help=True, help="Train and evaluate every fold of a set's protocols.")


@app.callback()
def _group() -> None:
    """Train and evaluate every fold of a set's protocols."""


app.command(name="openpad")(openpad)
app.command(name="folder")(benchmark_folder)
app.command(name="table")(table)
for _name, _help in SETS.items():
    _more = "Trains and evaluates each fold; finished folds are kept."
    app.command(name=_name, help=f"{_help} {_more}", short_help=_help)(benchmark_dataset)
