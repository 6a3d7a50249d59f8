"""Several packages as one, whose experts are added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from spoofcue.errors import InputError, validation_text
from spoofcue.export.recipe import apply_change
from spoofcue.package.read import Package
from spoofcue.package.schema import CardSection, PackageSpec
from spoofcue.package.write import check_target, write_package
from spoofcue.source import source_commit
from spoofcue.version import __version__

KEYS = ("name", "missing", "detector", "min_face_px", "threshold")
UNSET = "not set on any data: where the weighted sum says that live and attack are equally likely"


def combine_packages(
    packages: Sequence[Package],
    out: Path,
    changes: Sequence[str] = (),
    command: str | None = None,
) -> Package:
    """Write a package of the experts of others, in their order.

    Detector and least face are those of the first; the threshold is one half until it is set
    (`spoofcue model calibrate`). What was measured of the parts is not true of the whole and is
    left out.

    Args:
        packages: as they were read; at least two, all experts of different names.
        out: a folder, or a file that ends in ``.spoofcue``; an older package is replaced.
        changes: ``KEY=VALUE``: one of :data:`KEYS`, or of an expert, as ``cue.weight=0.5``,
            ``cue.calibration.slope=15``; an expert whose evidence is no log-odds needs the latter.
        command: how it was called, for the card.

    Raises:
        InputError: names that occur twice, a calibration that is missing, a value that cannot be.

    """
    check_target(out)
    if len(packages) < 2:
        raise InputError("one package is no combination: give two or more.")
    first = packages[0].spec
    tree: dict[str, Any] = {
        "name": "-".join(dict.fromkeys(p.spec.name for p in packages))[:100].rstrip("-._"),
        "missing": "rejected",
        "detector": first.detector,
        "min_face_px": first.min_face_px,
        "threshold": 0.5,
        "experts": [e.model_dump(mode="json") for p in packages for e in p.spec.experts],
    }
    for change in changes:
        apply_change(tree, change, KEYS)
    weights: dict[str, bytes] = {}
    of_expert = [package for package in packages for _ in package.spec.experts]
    for expert, package in zip(tree["experts"], of_expert, strict=True):
        weights |= _renamed(expert, package)
    value = tree.pop("threshold")
    source = UNSET if value == 0.5 else "given"
    try:
        spec = PackageSpec.model_validate(
            {
                **tree,
                "threshold": {"value": value, "rule": "fixed", "source": source},
                "card": _card(packages, command),
                "spoofcue": __version__,
                "commit": source_commit(),
                "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            }
        )
    except ValidationError as error:
        raise InputError(
            f"these do not make a package: {validation_text(error, 'package')} (a calibration: "
            "--set NAME.calibration.slope=15; another name: --set NAME.name=OTHER)."
        ) from error
    return write_package(out, spec, weights)


def _renamed(expert: dict[str, Any], package: Package) -> dict[str, bytes]:
    """The weights under their expert's name, also in ``expert``: of runs all are ``model``."""
    old = dict(expert["files"])
    new = {name: f"{expert['name']}.{name.rpartition('.')[2]}" for name in old}
    expert["files"] = {new[name]: facts for name, facts in old.items()}
    return {new[name]: package.weights[name] for name in old}


def _card(packages: Sequence[Package], command: str | None) -> CardSection:
    """What the parts' cards say, each under its name."""
    cards = [(p.spec.name, p.spec.card or CardSection()) for p in packages]

    def each(key: str, limit: int) -> str | None:
        texts = {name: getattr(card, key) for name, card in cards if getattr(card, key)}
        if len({text.casefold() for text in texts.values()}) == 1 and len(texts) == len(cards):
            return next(iter(texts.values()))
        return "; ".join(f"{name}: {text}" for name, text in texts.items())[:limit] or None

    return CardSection(
        training_data=each("training_data", 5000),
        not_for=each("not_for", 5000),
        limitations=each("limitations", 5000),
        fairness=each("fairness", 5000),
        licence=each("licence", 300),
        authors=each("authors", 300),
        origin=each("origin", 300),
        source=[command[:300]] if command else [],
    )
