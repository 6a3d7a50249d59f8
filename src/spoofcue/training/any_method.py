"""Train whatever method the settings name; heavy packages are imported only where it needs them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from spoofcue.config import RunSettings
from spoofcue.errors import InputError
from spoofcue.methods.method import ClassicalMethod
from spoofcue.methods.registry import build_network, method_of_name


def train_run(
    data: Path,
    run: Path,
    settings: RunSettings,
    *,
    resume: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Fit ``settings.method`` on the train split of ``data``; any choice is made on its dev split.

    Args:
        data: a prepared folder.
        run: the run folder, new unless ``resume``.
        settings: of the run; when resuming, those stored in it.
        resume: go on from the last checkpoint; the classical methods have none.
        progress: of a classical method: called with (faces described, all of them). A training by
            gradient prints a line an epoch on stderr.

    Returns:
        What run.json holds.

    Raises:
        InputError: the folder is in use, there is nothing to resume, or a class is missing.

    """
    if isinstance(method_of_name(settings.method), ClassicalMethod):
        if resume:
            raise InputError(
                f"method {settings.method} is fitted in one go; there is nothing to resume."
            )
        from spoofcue.training.classical import fit

        def train_first(first: RunSettings, at: Path) -> Path:
            again = (at / "checkpoints" / "last.ckpt").is_file()
            train_run(data, at, first, resume=again)
            return at / "checkpoints" / "best.ckpt"

        return fit(data, run, settings, train_first, progress)
    from spoofcue.training.gradient import train

    return train(data, run, settings, build_network, resume=resume)
