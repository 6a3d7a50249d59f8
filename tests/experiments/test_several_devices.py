from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from spoofcue.errors import InputError
from spoofcue.experiments import methods as launch
from spoofcue.methods.settings import load_settings


def test_auto_is_one_process_without_a_gpu_and_a_number_is_itself() -> None:
    cpu = load_settings("small", None, ["training.accelerator=cpu"])
    assert launch.device_count(cpu) == 1
    assert launch.device_count(load_settings("small", None, ["training.devices=3"])) == 3


def test_several_devices_get_one_torchrun_a_fold_with_the_same_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings("small", None, ["training.devices=2", "training.strategy=ddp"])
    started: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        started.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    launch.train_fold(tmp_path / "data", tmp_path / "run", settings)
    (command,) = started
    assert command[command.index("--nproc-per-node") + 1] == "2"
    assert load_settings("paper", Path(command[command.index("--config") + 1])) == settings

    (tmp_path / "run" / "checkpoints").mkdir()
    (tmp_path / "run" / "checkpoints" / "last.ckpt").touch()
    launch.train_fold(tmp_path / "data", tmp_path / "run", settings)
    assert started[1][-1] == "--resume"


def test_a_failure_of_the_processes_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings("small", None, ["training.devices=2"])
    monkeypatch.setattr(
        subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 3)
    )
    with pytest.raises(InputError, match="2 devices ended with status 3"):
        launch.train_fold(tmp_path / "data", tmp_path / "run", settings)
