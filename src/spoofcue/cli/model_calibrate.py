"""``spoofcue model calibrate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def calibrate(
    package: Annotated[Path, typer.Argument(help="Package folder or .spoofcue file.")],
    scores: Annotated[
        Path,
        typer.Option(
            help="Score file of this model, as `evaluate` writes dev.csv: "
            "score,label,pai,video,subject, also split and model."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The new package: a folder or NAME.spoofcue.")],
    target: Annotated[
        str,
        typer.Option(
            help="apcer=RATE: no more of any species passes; bpcer=RATE: no more live faces are "
            "refused; or eer."
        ),
    ] = "eer",
    protocol: Annotated[str | None, typer.Option(help="Of the scores, for the record.")] = None,
    split: Annotated[
        str | None, typer.Option(help="Whose scores; default: dev, if there is a column split.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write a copy of a package with a threshold from own scores; weights stay as they are.

    To promise a rate takes 3 / RATE attempts of each kind (rule of three); with fewer the
    threshold is set, and a warning says so.
    """
    from spoofcue.cli.console import err, print_json
    from spoofcue.scoring.calibrate_package import calibrate_package

    done = calibrate_package(package, scores, target, out, protocol=protocol, split=split)
    facts = done.package.spec.threshold
    if done.doubt:
        err.print(f"warning: {done.doubt}", markup=False, soft_wrap=True)
    if as_json:
        print_json(
            {
                "id": done.package.id,
                "path": str(out),
                "threshold": facts.model_dump(mode="json"),
                "threshold_before": done.before.value,
                "warning": done.doubt or None,
            }
        )
        return
    typer.echo(f"{out}: {done.package.id}")
    typer.echo(
        f"threshold {facts.value:.6g} ({facts.rule}), before {done.before.value:.6g}; on "
        f"{facts.live} live, {facts.attack} attacks"
        + (f", {facts.people} people" if facts.people is not None else "")
    )
