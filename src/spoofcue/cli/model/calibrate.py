"""``spoofcue model calibrate``: a package with a threshold from own pictures or scores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from spoofcue.cli.options import PATH, json_option

if TYPE_CHECKING:
    from spoofcue.detector.threshold_from_pictures import OwnPictures
    from spoofcue.package.calibration import Calibrated


@click.command()
@click.option(
    "--out", type=PATH, required=True, help="Package to write: a folder or NAME.spoofcue."
)
@click.argument(
    "package",
    required=False,
    help="Package folder, .spoofcue file or hf:owner/name. Default: the model that ships "
    "with spoofcue.",
)
@click.option(
    "--live",
    type=PATH,
    help="Folder of your live pictures and videos; each folder in it is one person. "
    "Default: --scores is used.",
)
@click.option(
    "--attack",
    type=PATH,
    help="Folder of your attacks, with --live; each folder in it is one PAI species. "
    "Default: none.",
)
@click.option(
    "--scores",
    type=PATH,
    help="Instead of --live, a score file of this model as `spoofcue evaluate` writes "
    "dev.csv: score,label,pai,video,subject; may have the columns split and model.",
)
@click.option(
    "--target",
    help="Rate that the threshold keeps: apcer=RATE (attacks of any species that pass), "
    "bpcer=RATE (live faces that are refused), RATE from 0 to 1; expected-bpcer=RATE, what "
    "is to be expected of further live faces, which uses all of few; or eer. Default: "
    "expected-bpcer=0.08 with --live alone, else eer.",
)
@click.option(
    "--profile/--no-profile",
    default=True,
    help="With --live, also store how live faces look before this camera (averages, no "
    "pictures) and align the model to it; --no-profile sets the threshold alone.",
)
@click.option(
    "--protocol",
    help="Name of the protocol that the scores belong to, for the record. Default: none.",
)
@click.option(
    "--split",
    help="Split whose rows of --scores are used. Default: dev, if there is a column split.",
)
@json_option
def calibrate(
    out: Path,
    package: str | None,
    live: Path | None,
    attack: Path | None,
    scores: Path | None,
    target: str | None,
    profile: bool,
    protocol: str | None,
    split: str | None,
    as_json: bool,
) -> None:
    """Write a copy of a package fitted to your camera: a profile and a threshold; weights stay.

    The profile takes 5 live faces or more, and 30 are far better; a threshold is set on scores that
    each live face gets from the profile of all others.

    A promised rate takes 3 / RATE attempts of each kind (rule of three). With fewer the threshold
    is set all the same, and a warning says so.

    Exit status: 1 if something in the folders that looks like media was not read; 2 if the call
    was wrong.
    """
    from spoofcue.cli.console import progress_bar
    from spoofcue.errors import InputError
    from spoofcue.scoring.open_model import locate_model

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
        _print_calibrated(done, out, as_json, None)
        return
    assert live is not None
    from spoofcue.cli.console import remark
    from spoofcue.detector.result import UNREADABLE
    from spoofcue.detector.threshold_from_pictures import calibrate_on_folders
    from spoofcue.media.folders import left_out_words

    with progress_bar("scoring files", 1, quiet=as_json) as progress:
        done, pictures = calibrate_on_folders(
            path,
            live,
            out,
            target or ("eer" if attack else "expected-bpcer=0.08"),
            attack=attack,
            protocol=protocol,
            profile=profile,
            progress=progress,
        )
    _print_calibrated(done, out, as_json, pictures)
    for line in left_out_words(pictures.left_out, all_in="--json"):
        remark(line)
    reasons = {reason for why in pictures.rejected.values() for reason in why}
    if pictures.left_out or not reasons.isdisjoint(UNREADABLE):
        raise Exit(1)


def _profile_row(done: Calibrated) -> dict[str, object] | None:
    profile = done.package.spec.profile
    if profile is None:
        return None
    return {
        "pictures": profile.pictures,
        "experts": {name: e.pictures for name, e in profile.experts.items()},
    }


def _print_calibrated(
    done: Calibrated, out: Path, as_json: bool, pictures: OwnPictures | None
) -> None:
    from spoofcue.cli.console import print_json, say, warn

    facts = done.package.spec.threshold
    if done.doubt:
        warn(done.doubt)
    for note in pictures.notes if pictures else []:
        warn(note)
    if as_json:
        record = {
            "id": done.package.id,
            "path": str(out),
            "threshold": facts.model_dump(mode="json"),
            "threshold_before": done.before.value,
            "profile": _profile_row(done),
            "warning": done.doubt or None,
        }
        of_pictures = {}
        if pictures:
            of_pictures = {"rejected": pictures.rejected, "left_out": pictures.left_out}
        print_json(record | of_pictures)
        return
    say(f"{out}: {done.package.id}")
    say(
        f"threshold {facts.value:.6g} ({facts.rule}), before {done.before.value:.6g}; on "
        f"{facts.live} live, {facts.attack} attacks"
        + (f", {facts.people} people" if facts.people is not None else "")
    )
    if pictures is None:
        return
    own, plain = pictures.scores, pictures.before
    if profile := done.package.spec.profile:
        what = ", ".join(f"{name} ({e.pictures})" for name, e in profile.experts.items())
        say(f"camera profile of {profile.pictures} live faces; aligns {what}")
    refused = int((own.live > facts.value).sum())
    say(f"live refused: {refused} of {len(own.live)}, before {plain.live_refused}")
    if len(own.attack):
        passed = int((own.attack <= facts.value).sum())
        say(f"attacks passed: {passed} of {len(own.attack)}, before {plain.attacks_passed}")
    else:
        say("how many attacks pass is not known; give --attack FOLDER to see")
    for kind in pictures.rejected:
        if why := pictures.why_rejected(kind):
            say(f"{kind}, not scored and not counted: {why}")
