"""``spoofcue model profile``: what a package knows of a camera, and a copy that knows none."""

from __future__ import annotations

from pathlib import Path

import click

from spoofcue.cli.options import PATH, json_option


@click.command()
@click.argument("package", type=PATH, help="Package folder or .spoofcue file.")
@click.option(
    "--remove",
    is_flag=True,
    help="Write a copy without the profile, with the threshold from before it.",
)
@click.option(
    "--out",
    type=PATH,
    help="With --remove, the package to write: a folder or NAME.spoofcue. Default: none.",
)
@json_option
def profile(
    package: Path,
    remove: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Print the camera profile of a package, or write a copy without it.

    `spoofcue model calibrate --live` makes one, and replaces one that is there.
    """
    from spoofcue.cli.console import print_json, say
    from spoofcue.errors import InputError
    from spoofcue.package.read import read_package
    from spoofcue.package.write import without_profile

    if remove != (out is not None):
        raise InputError("--remove and --out go together.")
    read = read_package(package)
    if out is not None:
        made = without_profile(read, out)
        record = {"id": made.id, "path": str(out), "threshold": made.spec.threshold.value}
        if as_json:
            print_json(record)
        else:
            say(f"{out}: {made.id}, no camera profile; threshold {made.spec.threshold.value:.6g}")
        return
    stored = read.spec.profile
    if as_json:
        print_json({"id": read.id, "profile": stored and stored.model_dump(mode="json")})
        return
    if stored is None:
        say(f"{read.id} has no camera profile; `spoofcue model calibrate --live` makes one.")
        return
    say(f"{read.id}: of {stored.pictures} live faces of one camera, made {stored.made}")
    for name, known in stored.experts.items():
        if known.kind == "features":
            say(f"{name}: mean and covariance of its features, of {known.pictures} faces")
        else:
            say(
                f"{name}: log-odds {known.mean:.2f} ± {known.spread:.2f}, of {known.pictures} faces"
            )
    without = stored.without
    say(f"without it: attack if score > {without.value:.6g} ({without.rule})")
