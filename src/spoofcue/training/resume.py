"""Where a killed training continues."""

from __future__ import annotations

from pathlib import Path

import torch

from spoofcue.config import InputSettings, RunSettings
from spoofcue.errors import InputError
from spoofcue.methods.checkpoint import CHECKPOINT_KEY


def steps_done(checkpoint: Path, settings: RunSettings) -> int:
    """The optimiser steps that a checkpoint comes after.

    Args:
        checkpoint: checkpoints/last.ckpt of the run.
        settings: that it would go on with.

    Raises:
        InputError: its faces became network input in another way.

    """
    stored = torch.load(checkpoint, map_location="cpu", weights_only=False)
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
