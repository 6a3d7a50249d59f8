"""Train one fold in this process, or on several devices in processes of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from spoofcue.config import RunSettings, dump_yaml
from spoofcue.errors import InputError
from spoofcue.methods.registry import CLASSICAL, train_run
from spoofcue.whole_files import write_text

STDERR = 2
COMMAND = "from spoofcue.cli.main import main; main()"


def train_fold(data: Path, run: Path, settings: RunSettings) -> None:
    """Train, or go on with what ``run`` holds.

    Lightning's own launcher would start this whole command again for every device, and each copy
    would walk through the folds; so several devices get a torchrun a fold.

    Raises:
        InputError: a class is missing, or the processes of several devices failed.

    """
    resume = (run / "checkpoints" / "last.ckpt").is_file()
    devices = 1 if settings.method in CLASSICAL else device_count(settings)
    if devices == 1:
        train_run(data, run, settings, resume=resume)
        return
    run.mkdir(parents=True, exist_ok=True)
    stored = run / "config.yaml"
    # --resume reads it in the run folder; a new run is given it
    write_text(stored, dump_yaml(settings))
    how = ["--resume"] if resume else ["--config", str(stored)]
    torchrun = ("torch.distributed.run", "--standalone", "--nproc-per-node", str(devices))
    ours = (sys.executable, "-c", COMMAND, "train", "--data", str(data), "--out", str(run), *how)
    command = [sys.executable, "-m", *torchrun, "--no-python", *ours]
    # stdout is for results alone: every process would print its own closing line there
    done = subprocess.run(command, check=False, stdout=STDERR)
    if done.returncode:
        raise InputError(
            f"training {run} on {devices} devices ended with status {done.returncode}; its own "
            "messages are above. --devices 1 trains in one process."
        )


def device_count(settings: RunSettings) -> int:
    """How many processes the settings ask for; ``auto`` is all GPUs, or one process."""
    wanted = settings.training.devices
    if wanted != "auto":
        return int(wanted)
    if settings.training.accelerator == "cpu":
        return 1
    import torch

    return max(1, torch.cuda.device_count())
