"""One tiny run of the whole job, shared by the tests of this folder."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

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


def spoofcue(*args: object, status: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    done = subprocess.run(
        [sys.executable, "-c", "from spoofcue.cli.main import main; main()", *map(str, args)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done


@dataclass(frozen=True)
class Job:
    photos: Path
    prepared: Path
    run: Path


@pytest.fixture(scope="session")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    root = tmp_path_factory.mktemp("job")
    made = Job(root / "set", root / "prepared", root / "run")
    spoofcue(
        "simulate",
        "--identities",
        3,
        "--takes",
        1,
        "--pai",
        "print-a,replay-b",
        "--workers",
        1,
        "--out",
        made.photos,
    )
    spoofcue("prepare", "folder", made.photos, "--out", made.prepared, "--workers", 1)
    spoofcue("train", "--data", made.prepared, "--out", made.run, *TINY)
    spoofcue("evaluate", made.run)
    return made
