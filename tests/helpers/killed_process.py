"""One process of two that train a run in peace, then the same again, until the second is killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from spoofcue.training import one_of_several
from spoofcue.training.module import LearnedTraining
from spoofcue.training.place import place_of
from spoofcue.training.together import joined

BEFORE = 4  # steps, whole
take_step, train_once = LearnedTraining.training_step, one_of_several.train


def undisturbed(run: Path) -> Path:
    """Where the first training is."""
    return run.with_name(run.name + "-undisturbed")


def killed(self: LearnedTraining, *batch: Any) -> Any:
    if self.global_step == BEFORE:
        os.kill(os.getpid(), signal.SIGKILL)
    return take_step(self, *batch)


def train_twice(job: dict[str, Any]) -> None:
    place = place_of()
    assert place is not None
    with joined(place, on_gpu=False):  # once: a second meeting at one port may find the first
        train_once(job | {"run": str(undisturbed(Path(job["run"])))})
        if not place.first:
            LearnedTraining.training_step = killed  # type: ignore[method-assign]
        train_once(job)


if __name__ == "__main__":
    one_of_several.train = train_twice
    one_of_several.main()
