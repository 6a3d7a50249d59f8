"""How a benchmark trains one fold: by which method, settings and seed, on which devices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from spoofcue.config import RunSettings
from spoofcue.data.manifest import read_manifest
from spoofcue.errors import InputError
from spoofcue.methods.registry import loadable_methods, method_names
from spoofcue.methods.settings import load_settings
from spoofcue.metrics.evaluation import EvaluationOptions
from spoofcue.package.read import Package, is_package, read_package
from spoofcue.plain_lines import plain_progress
from spoofcue.records.run_folder import RunFolder
from spoofcue.scoring.evaluate_run import evaluate_run
from spoofcue.scoring.exported import PackagedModel
from spoofcue.scoring.open_model import open_model
from spoofcue.training.any_method import train_run


def train_fold(data: Path, run: Path, settings: RunSettings) -> None:
    """Train, or go on with what ``run`` holds.

    Raises:
        InputError: a class is missing, or one of several processes failed.

    """
    train_run(data, run, settings, resume=RunFolder(run).last_checkpoint.is_file())


class Method(Protocol):
    """Anything that is trained on a prepared folder and scores others like it."""

    def train(self, data: Path, run: Path) -> None:
        """Train on ``data``'s train and dev, or go on with what ``run`` holds; test is not read."""

    def score(self, data: Path, run: Path, out: Path, options: EvaluationOptions) -> None:
        """Score dev and test of ``data`` with what ``run`` holds, to ``out``/{dev,test}.csv.

        The threshold is the protocol's; where it is fixed beforehand ``data`` may have no dev.
        """


@dataclass(frozen=True, slots=True)
class ConfiguredMethod:
    """The method that the settings name; without dev the last epoch is kept."""

    settings: RunSettings

    def train(self, data: Path, run: Path) -> None:
        """See :class:`Method`."""
        record = RunFolder(run).record_if_any()
        if record and record.training.finished:
            return
        settings = self.settings
        if not read_manifest(data, ["split"], ["dev"]).height:
            last = settings.training.model_copy(update={"select": "last"})
            settings = settings.model_copy(update={"training": last})
        train_fold(data, run, settings)

    def score(self, data: Path, run: Path, out: Path, options: EvaluationOptions) -> None:
        """See :class:`Method`."""
        with plain_progress("scoring faces", 1, closing=False) as progress:
            evaluate_run(open_model(run), data, out, options, progress)


@dataclass(frozen=True, slots=True)
class PackagedMethod:
    """A model package, ours or one of others: there is nothing to train, and it has no seed.

    Attributes:
        package: as it was read and checked.

    """

    package: Package

    def train(self, data: Path, run: Path) -> None:
        """See :class:`Method`."""

    def score(self, data: Path, run: Path, out: Path, options: EvaluationOptions) -> None:
        """See :class:`Method`."""
        evaluate_run(PackagedModel(self.package), data, out, options)


def choose_methods(wanted: str) -> list[str]:
    """Methods by name, or packages by path, several by commas; or ``all`` methods.

    Raises:
        InputError: an unknown name.

    """
    names = loadable_methods() if wanted == "all" else [n.strip() for n in wanted.split(",")]
    known = method_names()
    if unknown := [n for n in names if n not in known and not (n and is_package(Path(n)))]:
        raise InputError(
            f"--method {', '.join(unknown)}: there are {', '.join(known)}, all; or give the path "
            "of a model package."
        )
    return list(dict.fromkeys(names))


def choose_seeds(wanted: str) -> list[int]:
    """``0,1,2`` to numbers.

    Raises:
        InputError: one is no whole number of at least 0.

    """
    names = [name.strip() for name in wanted.split(",")]
    if not all(name.isdecimal() for name in names):
        raise InputError(f"--seeds {wanted}: write whole numbers with commas, as 0,1,2.")
    return list(dict.fromkeys(int(name) for name in names))


def configured(
    names: Sequence[str], preset: str, overrides: Sequence[str] = ()
) -> dict[str, Method]:
    """Each method with a preset and ``section.key=value`` overrides; packages are as they are.

    Returns:
        By name; of a package its own.

    Raises:
        InputError: as :func:`spoofcue.methods.settings.load_settings`, or a package is called as
            another method or package is.
        PackageError: a package is refused.

    """
    methods: dict[str, Method] = {}
    for name in names:
        if name in method_names():
            settings = load_settings(preset, None, [f"method={name}", *overrides])
            methods[name] = ConfiguredMethod(settings)
            continue
        package = read_package(Path(name))
        own = package.spec.name
        if own in methods or own in method_names():
            raise InputError(f"{name} is called {own}, as another method is: results would mix.")
        methods[own] = PackagedMethod(package)
    return methods


def with_seed(method: Method, seed: int) -> Method:
    """The same method with the seed of one training; one without settings has none to change."""
    if not isinstance(method, ConfiguredMethod):
        return method
    training = method.settings.training.model_copy(update={"seed": seed})
    return replace(method, settings=method.settings.model_copy(update={"training": training}))


def settings_of(method: Method) -> dict[str, Any]:
    """What a result must have been made with to be this method's; empty if it has none."""
    if isinstance(method, PackagedMethod):
        return {"model": method.package.id}
    settings = getattr(method, "settings", None)
    return settings.model_dump(mode="json") if isinstance(settings, RunSettings) else {}
