from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.scripted_training import prepared

MAIN = "from spoofcue.cli.main import main; main()"


def stopped(call: list[str], begun: Path, after: str = "") -> tuple[int, str]:
    """A command that gets a Ctrl-C, with its whole group, once ``begun`` is there."""
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, *call],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        if begun.exists() and (not after or after in begun.read_text(errors="ignore")):
            break
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=90)
    return process.returncode, errors


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
def test_ctrl_c_in_prepare_says_that_it_goes_on(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for person in "abc":
        for kind in ("live", "attack"):
            folder = tmp_path / "photos" / person / kind
            folder.mkdir(parents=True)
            for number in range(150):
                picture = rng.integers(0, 255, (200, 200, 3), np.uint8)
                Image.fromarray(picture).save(folder / f"{number}.png")
    call = ["prepare", "folder", str(tmp_path / "photos"), "--out", str(tmp_path / "out")]
    call += ["--detector", "none", "--workers", "2"]
    status, errors = stopped(call, tmp_path / "out" / ".shards" / "rows")
    assert status == 130, errors
    assert "give the same command again" in errors
    assert "Traceback" not in errors


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
def test_ctrl_c_in_train_says_resume(tmp_path: Path) -> None:
    data = prepared(tmp_path / "data")
    out = tmp_path / "run"
    call = ["train", "--data", str(data), "--out", str(out), "--preset", "small"]
    call += ["--set", "training.epochs=500", "--set", "training.images_per_epoch=8"]
    call += ["--set", "training.workers=0", "--set", "input.size=32", "--set", "model.width=8"]
    status, errors = stopped(call, out / "log" / "metrics.csv", "\n1,")
    assert status == 130, errors
    assert "--resume" in errors
    assert "Traceback" not in errors
