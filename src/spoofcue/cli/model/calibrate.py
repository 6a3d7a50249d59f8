"""``spoofcue model calibrate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from spoofcue.detector.threshold_from_pictures import OwnPictures
    from spoofcue.package.calibration import Calibrated


def calibrate(
    out: Annotated[Path, typer.Option(help="The new package: a folder or NAME.spoofcue.")],
    package: Annotated[
        str | None,
        typer.Argument(
            help="Package folder, .spoofcue file or hf:owner/name; default: the model that ships.",
        ),
    ] = None,
    live: Annotated[
        Path | None,
        typer.Option(help="Folder of own live pictures and videos; a folder in it is a person."),
    ] = None,
    attack: Annotated[
        Path | None,
        typer.Option(help="Folder of own attacks, beside --live; a folder in it is a species."),
    ] = None,
    scores: Annotated[
        Path | None,
        typer.Option(
            help="Instead of --live: score file of this model, as `evaluate` writes dev.csv: "
            "score,label,pai,video,subject, also split and model."
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            help="apcer=RATE: no more of any species passes; bpcer=RATE: no more live faces are "
            "refused; or eer. Default: bpcer=0.05 for --live alone, else eer."
        ),
    ] = None,
    protocol: Annotated[str | None, typer.Option(help="Of the scores, for the record.")] = None,
    split: Annotated[
        str | None,
        typer.Option(help="Whose rows of --scores; default: dev, if there is a column split."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write a copy of a package with a threshold from own pictures; weights stay as they are.

    To promise a rate takes 3 / RATE attempts of each kind (rule of three); with fewer the
    threshold is set, and a warning says so.
    """
    from spoofcue.cli.console import progress_bar
    from spoofcue.detector.finder import locate_model
    from spoofcue.errors import InputError

    if (live is None) == (scores is None):
        raise InputError("give --live FOLDER, or --scores FILE: one of the two.")
    if scores is not None and attack is not None:
        raise InputError("--attack goes with --live; a score file holds both classes.")
    if live is not None and split is not None:
        raise InputError("--split goes with --scores.")
    path = locate_model(package)
    if scores is not None:
        from spoofcue.package.calibration import calibrate_package

        done = calibrate_package(path, scores, target or "eer", out, protocol=protocol, split=split)
        _tell(done, out, as_json, None)
        return
    assert live is not None
    from spoofcue.detector.threshold_from_pictures import calibrate_on_folders

    with progress_bar("judging files", 1, quiet=as_json) as progress:
        done, pictures = calibrate_on_folders(
            path,
            live,
            out,
            target or ("eer" if attack else "bpcer=0.05"),
            attack=attack,
            protocol=protocol,
            progress=progress,
        )
    _tell(done, out, as_json, pictures)


def _tell(done: Calibrated, out: Path, as_json: bool, pictures: OwnPictures | None) -> None:
    from spoofcue.cli.console import print_json, stderr

    facts = done.package.spec.threshold
    if done.doubt:
        stderr().print(f"warning: {done.doubt}", markup=False, soft_wrap=True)
    if as_json:
        told = {
            "id": done.package.id,
            "path": str(out),
            "threshold": facts.model_dump(mode="json"),
            "threshold_before": done.before.value,
            "warning": done.doubt or None,
        }
        print_json(told | ({"rejected": pictures.rejected} if pictures else {}))
        return
    typer.echo(f"{out}: {done.package.id}")
    typer.echo(
        f"threshold {facts.value:.6g} ({facts.rule}), before {done.before.value:.6g}; on "
        f"{facts.live} live, {facts.attack} attacks"
        + (f", {facts.people} people" if facts.people is not None else "")
    )
    if pictures is None:
        return
    own = pictures.scores
    refused, before = (int((own.live > t).sum()) for t in (facts.value, done.before.value))
    typer.echo(f"live refused: {refused} of {len(own.live)}, before {before}")
    if len(own.attack):
        passed, before = (int((own.attack <= t).sum()) for t in (facts.value, done.before.value))
        typer.echo(f"attacks passed: {passed} of {len(own.attack)}, before {before}")
    else:
        typer.echo("how many attacks pass is not known: give --attack to see")
    for kind in pictures.rejected:
        if why := pictures.why_rejected(kind):
            typer.echo(f"{kind}, not judged and not counted: {why}")
