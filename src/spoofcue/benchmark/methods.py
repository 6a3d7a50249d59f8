"""What can be trained and judged on a fold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from spoofcue.benchmark.launch import train_fold
from spoofcue.config import METHOD_NAMES, RunSettings, load_settings
from spoofcue.data.manifest import read_manifest
from spoofcue.errors import InputError
from spoofcue.metrics.evaluation import Rule


class Method(Protocol):
    """Anything that is trained on a prepared folder and scores others like it."""

    def train(self, data: Path, run: Path) -> None:
        """Train on ``data``'s train and dev, or go on with what ``run`` holds; test is not read."""

    def score(self, data: Path, run: Path, out: Path, rule: Rule) -> None:
        """Score dev and test of ``data`` with what ``run`` holds, to ``out``/{dev,test}.csv.

        ``rule`` is the protocol's: a number where the threshold is fixed beforehand, and then
        ``data`` may have no dev.
        """


@dataclass(frozen=True, slots=True)
class ConfiguredMethod:
    """The method that the settings name; without dev the last epoch is kept."""

    settings: RunSettings

    def train(self, data: Path, run: Path) -> None:
        """See :class:`Method`."""
        record = run / "run.json"
        if record.is_file() and json.loads(record.read_text())["training"]["finished"]:
            return
        settings = self.settings
        if "dev" not in set(read_manifest(data)["split"]):
            last = settings.training.model_copy(update={"select": "last"})
            settings = settings.model_copy(update={"training": last})
        train_fold(data, run, settings)

    def score(self, data: Path, run: Path, out: Path, rule: Rule) -> None:
        """See :class:`Method`."""
        from spoofcue.methods.registry import load_model
        from spoofcue.scoring.evaluate_run import evaluate_run

        evaluate_run(load_model(run), data, out, rule)


def choose_methods(wanted: str) -> list[str]:
    """Methods by name, several by commas, or ``all``.

    Raises:
        InputError: an unknown name.

    """
    names = list(METHOD_NAMES) if wanted == "all" else [n.strip() for n in wanted.split(",")]
    if unknown := [name for name in names if name not in METHOD_NAMES]:
        raise InputError(
            f"--method {', '.join(unknown)}: there are {', '.join(METHOD_NAMES)}, all."
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
    """Each method with a preset and ``section.key=value`` overrides.

    Raises:
        InputError: as :func:`spoofcue.config.load_settings`.

    """
    return {
        name: ConfiguredMethod(load_settings(preset, None, [f"method={name}", *overrides]))
        for name in names
    }


def with_seed(method: Method, seed: int) -> Method:
    """The same method with the seed of one training; one without settings has none to change."""
    if not isinstance(method, ConfiguredMethod):
        return method
    training = method.settings.training.model_copy(update={"seed": seed})
    return replace(method, settings=method.settings.model_copy(update={"training": training}))


def settings_of(method: Method) -> dict[str, Any]:
    """What a result must have been made with to be this method's; empty if it has none."""
    settings = getattr(method, "settings", None)
    return settings.model_dump(mode="json") if isinstance(settings, RunSettings) else {}
