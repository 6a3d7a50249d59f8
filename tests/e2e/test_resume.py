"""A training that is killed goes on to the very losses of one that was not."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from conftest import TINY, Job
from helpers.command import spoofcue

LONGER = [
    "--set=training.epochs=4",
    "--set=training.images_per_epoch=20",
    "--set=training.checkpoint_every_steps=2",
    "--set=model.auxiliary_dropout=0.5",
]


def losses(run: Path) -> list[tuple[str, str, str]]:
    with (run / "log" / "metrics.csv").open() as file:
        return [(r["step"], r["train/total"], r["dev/acer"]) for r in csv.DictReader(file)]


def test_sigkill_costs_no_exactness(job: Job, tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    call = ["train", "--data", job.prepared, *TINY, *LONGER]
    spoofcue(*call, "--out", whole)
    main = "from spoofcue.cli.main import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", main, *map(str, call), "--out", str(killed)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    # killed in mid-epoch: an epoch has five steps, checkpoints come every second one
    log, deadline = killed / "log" / "metrics.csv", time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        if log.is_file() and len(log.read_text().splitlines()) > 9:
            break
        time.sleep(0.01)
    assert process.poll() is None, "the training ended before it could be killed"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = losses(killed)
    assert 8 <= len(before) < len(losses(whole))
    spoofcue("train", "--data", job.prepared, "--out", killed, "--resume")
    assert losses(killed) == losses(whole)
    assert not list((killed / "checkpoints").glob("*.part"))
