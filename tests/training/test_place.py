from __future__ import annotations

import pytest

from spoofcue.errors import InputError
from spoofcue.methods.settings import load_settings
from spoofcue.training.place import Place, place_of, processes_to_start

MEET = {"MASTER_ADDR": "node-1", "MASTER_PORT": "29500"}
TORCHRUN = {"RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "4"} | MEET
SRUN = {
    "SLURM_PROCID": "3",
    "SLURM_STEP_NUM_TASKS": "4",
    "SLURM_LOCALID": "1",
    "SLURM_STEP_TASKS_PER_NODE": "2(x2)",
} | MEET


def test_places_by_torchrun_and_by_slurm() -> None:
    place = place_of(TORCHRUN)
    assert place == Place(5, 8, 1, 4)
    assert (place.machines, place.first) == (2, False)
    assert place_of(SRUN) == Place(3, 4, 1, 2)
    assert place_of(SRUN | TORCHRUN) == place  # torchrun within a job of Slurm


def test_nobody_has_started_several() -> None:
    assert place_of({}) is None
    # the script of sbatch itself, and a job of one task
    assert place_of({"SLURM_PROCID": "0", "SLURM_NTASKS": "4"}) is None
    assert place_of(SRUN | {"SLURM_STEP_NUM_TASKS": "1"}) is None
    assert place_of({"WORLD_SIZE": "1", "RANK": "0"}) == Place()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"LOCAL_WORLD_SIZE": "3"}, "do not fit together"),
        ({"RANK": "8"}, "do not fit together"),
        ({"RANK": "one"}, "RANK=one"),
        ({"MASTER_ADDR": ""}, "MASTER_ADDR does not say where"),
    ],
)
def test_contradictions_are_refused(change: dict[str, str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        place_of(TORCHRUN | change)


def test_machines_with_unlike_numbers_of_tasks_are_refused() -> None:
    with pytest.raises(InputError, match="--ntasks-per-node"):
        place_of(SRUN | {"SLURM_STEP_TASKS_PER_NODE": "2,1"})


def test_auto_is_one_process_without_a_gpu_and_every_gpu_that_the_batch_is_shared_out_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch

    auto = load_settings("small", None, ["training.batch_size=12"])
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    assert processes_to_start(auto) == 1
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)
    assert processes_to_start(auto) == 3
    assert processes_to_start(load_settings("small", None, ["training.accelerator=cpu"])) == 1
    assert processes_to_start(load_settings("small", None, ["training.devices=2"])) == 2
