"""Where a killed training continues."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from spoofcue.config import RESUMABLE, InputSettings, RunSettings
from spoofcue.errors import InputError
from spoofcue.methods.checkpoint import CHECKPOINT_KEY, read_checkpoint
from spoofcue.methods.settings import load_settings
from spoofcue.records.run_folder import DataEntry, RunFolder, RunRecord

# beside those: settings that say where a training computes, and how far it goes
HARMLESS = ("training.accelerator", "training.strategy", "training.epochs")


def stored_record(folder: RunFolder) -> RunRecord | None:
    """The record of the training that goes on; None where a damaged one is to be written again."""
    try:
        return folder.record_if_any()
    except InputError:
        return None


def refuse_other_training(folder: RunFolder, settings: RunSettings, data: DataEntry) -> None:
    """Let a checkpoint go on only with the settings and the faces that it began with.

    Args:
        folder: of the run.
        settings: that it would go on with.
        data: what it would go on with.

    Raises:
        InputError: naming what differs, as it was and as it is.

    """
    began = load_settings(file=folder.settings_file) if folder.settings_file.is_file() else settings
    old, new = flat(began), flat(settings)
    free = {*RESUMABLE, *HARMLESS}
    if settings.training.mean_of_epochs:
        free.discard("training.epochs")  # it says which steps are in the mean
    other = [n for n in new if old.get(n) != new[n] and n not in free]
    names = [n for n in other if not n.startswith("input.")]  # steps_done asks the checkpoint
    if names:
        changed = "; ".join(f"{n} was {old.get(n)} and is {new[n]}" for n in names)
        raise InputError(
            f"{folder.path} was begun with other settings ({changed}). Give the same ones to go on "
            "with it, or another --out."
        )
    record = stored_record(folder)
    if record is not None and record.data.rows not in (None, data.rows):
        raise InputError(
            f"{folder.path} was trained on other faces, those of {record.data.root} as they were, "
            f"than {data.root} has now. Give the same --data to go on, or another --out."
        )


def flat(settings: RunSettings) -> dict[str, Any]:
    """Every setting by its name: ``section.key``."""
    tree = settings.model_dump(mode="json")
    named = {k: v for k, v in tree.items() if not isinstance(v, dict)}
    sections = {k: v for k, v in tree.items() if isinstance(v, dict)}
    return named | {f"{s}.{k}": v for s, values in sections.items() for k, v in values.items()}


def steps_done(checkpoint: Path, settings: RunSettings) -> int:
    """The optimiser steps that a checkpoint comes after.

    Args:
        checkpoint: checkpoints/last.ckpt of the run.
        settings: that it would go on with.

    Raises:
        InputError: it is no checkpoint of ours, or its faces became network input in another way.

    """
    stored = read_checkpoint(checkpoint)
    tree = stored[CHECKPOINT_KEY]["settings"]
    began, now = InputSettings.model_validate(tree["input"]), settings.input
    other = [
        f"input.{name}={getattr(began, name)}"
        for name in InputSettings.model_fields
        if getattr(began, name) != getattr(now, name)
    ]
    if other:
        raise InputError(
            f"{checkpoint} was trained with {', '.join(other)}, and would go on with other faces; "
            f"give these settings (--set {' --set '.join(other)}), or another --out."
        )
    return int(stored["global_step"])
