"""One tiny run of the whole job, shared by the tests of this folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from helpers.command import spoofcue
from helpers.once import made_once

TINY = [
    "--preset=small",
    "--set=model.width=8",
    "--set=input.size=32",
    "--set=input.max_side=96",
    "--set=training.batch_size=4",
    "--set=training.epochs=2",
    "--set=training.images_per_epoch=12",
    "--set=training.precision=fp32",
    "--set=training.workers=0",
    # trainings that are compared need one number, whatever else the machine does
    *([] if "OMP_NUM_THREADS" in os.environ else ["--set=training.threads=2"]),
]


@dataclass(frozen=True)
class Job:
    photos: Path
    prepared: Path
    run: Path

    @classmethod
    def below(cls, root: Path) -> Job:
        return cls(root / "set", root / "prepared", root / "run")


@pytest.fixture(scope="session")
def job() -> Job:
    def make(root: Path) -> None:
        made = Job.below(root)
        people = ("--identities", 3, "--takes", 1, "--pai", "print-a,replay-b")
        spoofcue("simulate", *people, "--workers", 1, "--out", made.photos)
        spoofcue("prepare", "folder", made.photos, "--out", made.prepared, "--workers", 1)
        spoofcue("train", "--data", made.prepared, "--out", made.run, *TINY)
        spoofcue("evaluate", made.run)

    return Job.below(made_once("job", make))
