"""What can be trained and judged on a fold."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from spoofcue.benchmark.launch import train_fold
from spoofcue.config import RunSettings
from spoofcue.data.manifest import read_manifest
from spoofcue.metrics.evaluation import Rule


class Method(Protocol):
    """Anything that is trained on a prepared folder and leaves evaluation/{dev,test}.csv."""

    @property
    def name(self) -> str:
        """As the user types it."""

    def run(self, data: Path, run: Path, rule: Rule) -> None:
        """Train on ``data`` (going on with what ``run`` holds) and score its dev and test.

        ``rule`` is the protocol's: a number where the threshold is fixed beforehand, and then
        ``data`` may have no dev.
        """


@dataclass(frozen=True, slots=True)
class ConfiguredMethod:
    """The method that the settings name; without dev the last epoch is kept."""

    settings: RunSettings

    @property
    def name(self) -> str:
        """As ``--method`` takes it."""
        return self.settings.method

    def run(self, data: Path, run: Path, rule: Rule) -> None:
        """See :class:`Method`."""
        from spoofcue.methods.registry import load_model
        from spoofcue.scoring.evaluate_run import evaluate_run

        record = run / "run.json"
        finished = record.is_file() and json.loads(record.read_text())["training"]["finished"]
        if not finished:
            settings = self.settings
            if "dev" not in set(read_manifest(data)["split"]):
                last = settings.training.model_copy(update={"select": "last"})
                settings = settings.model_copy(update={"training": last})
            train_fold(data, run, settings)
        evaluate_run(load_model(run), data, run / "evaluation", rule)


# The benchmark commands still say this name.
LGSCMethod = ConfiguredMethod


def settings_of(method: Method) -> dict[str, Any]:
    """What a result must have been made with to be this method's; empty if it has none."""
    settings = getattr(method, "settings", None)
    return settings.model_dump(mode="json") if isinstance(settings, RunSettings) else {}
