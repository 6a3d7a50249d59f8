"""Versions: of Python, of spoofcue, of what it needs, and of what its extras would add."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib import metadata

from packaging.requirements import Requirement

from spoofcue.doctor.check import Check
from spoofcue.version import __version__

OLDEST_PYTHON = (3, 10)
# extra -> what it gives, for whoever has not installed it
EXTRAS = {
    "simulate": "attacks rendered from photos (`spoofcue simulate`)",
    "data": "prepared data sets (`prepare`, `evaluate`, `protocols`)",
    "train": "training, the only extra with torch (`train`, `benchmark`, `export`)",
    "methods": "the compared methods (`train --method`)",
    "report": "pages and figures (`report`, `figures`, `compare`)",
    "serve": "the service and its page (`serve`)",
    "batch": "archives as Parquet (`score`)",
    "ray": "archives on several machines (`score --engine ray`)",
    "hub": "models of the Hugging Face hub (`hf:owner/name`)",
    "openvino": "a second runtime, often faster on processors of Intel",
    "heic": "photos of iPhones (HEIC)",
}


def check_versions() -> Iterator[Check]:
    """Python, spoofcue and the packages that every decision needs."""
    python = platform.python_version()
    old = sys.version_info < OLDEST_PYTHON
    yield Check(
        "spoofcue",
        "spoofcue",
        __version__,
        facts={"version": __version__},
    )
    yield Check(
        "spoofcue",
        "Python",
        f"{python} ({platform.python_implementation()}), {platform.platform(terse=True)}",
        "fault" if old else "ok",
        "spoofcue needs Python 3.10 or newer." if old else None,
        {"version": python, "system": platform.system(), "machine": platform.machine()},
    )
    for wanted in _wanted_by(""):
        yield _package("spoofcue", wanted)


def check_extras() -> Iterator[Check]:
    """What is installed of each extra, and what a missing one would give."""
    for extra, gives in EXTRAS.items():
        install = f"pip install 'spoofcue[{extra}]'"
        asked = list(_wanted_by(extra))
        if not asked:  # an editable install keeps the facts of the day on which it was made
            value = "this installation does not know it"
            yield Check("extras", extra, value, "note", install, {"gives": gives})
            continue
        lacking, unfit = [], []
        for wanted in asked:
            has = version_of(wanted.name)
            if has is None:
                lacking.append(wanted.name)
            elif not _fits(wanted, has):
                unfit.append(f"{wanted.name} {has} (needs {wanted.specifier})")
        facts = {"missing": lacking, "unfit": unfit, "gives": gives}
        if unfit:
            yield Check("extras", extra, "too old: " + ", ".join(unfit), "note", install, facts)
        elif lacking:
            yield Check("extras", extra, f"not installed: {gives}", "absent", install, facts)
        else:
            yield Check("extras", extra, f"installed: {gives}", facts=facts)


def version_of(package: str) -> str | None:
    """The version of an installed package; None where it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _package(part: str, wanted: Requirement) -> Check:
    has = version_of(wanted.name)
    facts = {"version": has, "wanted": str(wanted.specifier)}
    install = f"pip install '{wanted.name}{wanted.specifier}'"
    if has is None:
        return Check(part, wanted.name, "not installed", "fault", install, facts)
    if not _fits(wanted, has):
        value = f"{has}, and {wanted.specifier} is needed"
        return Check(part, wanted.name, value, "fault", install, facts)
    return Check(part, wanted.name, has, facts=facts)


def _fits(wanted: Requirement, has: str) -> bool:
    return wanted.specifier.contains(has, prereleases=True)


def _wanted_by(extra: str, seen: frozenset[str] = frozenset()) -> Iterator[Requirement]:
    """What an extra asks for, its own extras' included; what all need for the empty name."""
    for line in metadata.requires("spoofcue") or []:
        wanted = Requirement(line)
        always = wanted.marker is None or wanted.marker.evaluate({"extra": ""})
        if always != (not extra):
            continue
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": extra}):
            continue
        if wanted.name != "spoofcue":
            yield wanted
            continue
        for inner in sorted(wanted.extras - seen):
            yield from _wanted_by(inner, seen | wanted.extras)
