"""Two processes train what one trains; one of them is killed, and the training goes on exactly."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import torch

import spoofcue
from helpers import killed_process
from helpers.killed_process import undisturbed
from helpers.striped_faces import prepared
from spoofcue.config import RunSettings
from spoofcue.data.pack import pack
from spoofcue.errors import InputError
from spoofcue.methods.registry import build_network
from spoofcue.records.run_folder import RunFolder
from spoofcue.training.any_method import settings_of
from spoofcue.training.gradient import train
from spoofcue.training.several import train_in_processes

# two epochs of three steps; the weights are stored after steps 2 and 4, in mid-epoch
TINY = {
    "model.width": 8,
    "model.weights": "none",
    "model.auxiliary_dropout": 0.5,
    "input.size": 32,
    "training.batch_size": 8,
    "training.epochs": 2,
    "training.images_per_epoch": 24,
    "training.checkpoint_every_steps": 2,
    "training.precision": "fp32",
    "training.workers": 0,
    "training.threads": 1,
    "training.accelerator": "cpu",
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("several") / "data")


@pytest.fixture(scope="module")
def run(data: Path) -> Path:
    """Of two processes, one of which was killed; undisturbed(run) is what it would have become."""
    run = data.parent / "run"
    settings = settings_in(run, **{"training.devices": 2})
    command = (sys.executable, killed_process.__file__)
    with pytest.raises(InputError, match=r"process 2 of the 2 .* killed \(SIGKILL\).*--resume"):
        train_in_processes(data, run, settings, 2, command=command)
    return run


def settings_in(run: Path, **changes: Any) -> RunSettings:
    overrides = [f"{name}={value}" for name, value in {**TINY, **changes}.items()]
    return settings_of(run, None, "small", None, overrides)


def test_losses_are_those_of_one_process_with_the_same_batch(
    data: Path, run: Path, tmp_path: Path
) -> None:
    train(data, tmp_path / "one", settings_in(tmp_path), build_network)
    one, two = RunFolder(tmp_path / "one").history(), RunFolder(undisturbed(run)).history()
    assert [row["step"] for row in one] == [row["step"] for row in two]
    names = ("train/total", "train/regression", "train/triplet", "train/classification")
    # then rounding goes as far as Adam takes it, which divides a gradient by its size
    for step, tolerance in ((0, 5e-6), (1, 5e-5)):
        for name in names:
            assert float(two[step][name]) == pytest.approx(float(one[step][name]), rel=tolerance)


def test_after_one_process_was_killed_the_training_goes_on_to_the_same_bits(
    data: Path, run: Path, tmp_path: Path
) -> None:
    pack(data, tmp_path / "shards", shard_rows=7, workers=1)  # where crops lie changes nothing
    assert not RunFolder(run).record().training.finished
    assert stored(run)["global_step"] == killed_process.BEFORE
    lines: list[str] = []
    record = spoofcue.train(tmp_path / "shards", run, resume=True, tell=lines.append)
    assert (record.training.finished, record.training.processes) == (True, 2)
    # each line once, whichever process it comes from
    assert [line.split("  ")[0] for line in lines[2:]] == ["epoch 2/2"]
    whole = undisturbed(run)
    assert same(stored(run), stored(whole))
    assert RunFolder(run).history_file.read_bytes() == RunFolder(whole).history_file.read_bytes()


def stored(run: Path) -> dict[str, Any]:
    """What the last checkpoint holds of network and optimiser."""
    kept: dict[str, Any] = torch.load(RunFolder(run).last_checkpoint, weights_only=True)
    return {name: kept[name] for name in ("global_step", "state_dict", "optimizer_states")}


def same(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)
