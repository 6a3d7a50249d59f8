"""Which of a training's processes this is, as torchrun, Slurm or the command itself tells it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from spoofcue.config import RunSettings
from spoofcue.errors import InputError
from spoofcue.version import documentation


@dataclass(frozen=True, slots=True)
class Place:
    """One process of a training.

    Attributes:
        rank: from 0, of all.
        processes: all of them, at least 1.
        local_rank: from 0, of those on this machine; its GPU.
        local_processes: those on this machine, as many as on each other one.

    """

    rank: int = 0
    processes: int = 1
    local_rank: int = 0
    local_processes: int = 1

    @property
    def first(self) -> bool:
        """Whether this is the process that writes the run folder."""
        return self.rank == 0

    @property
    def machines(self) -> int:
        """On which the training runs."""
        return self.processes // self.local_processes


class LostError(InputError):
    """Another process is gone; whoever started them knows more."""


class ElsewhereError(InputError):
    """Another process has met an error, and tells it itself."""


def place_of(environment: Mapping[str, str] = os.environ) -> Place | None:
    """What the variables of torchrun (of Ray Train and others too) or of Slurm's srun tell.

    Args:
        environment: names and values.

    Returns:
        None where nobody has started several processes, or one as one of several.

    Raises:
        InputError: they contradict each other, or do not say where the processes meet.

    """
    if environment.get("WORLD_SIZE"):
        names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
        place = Place(*(_number(environment, name) for name in names))
    elif int(environment.get("SLURM_STEP_NUM_TASKS") or 1) > 1:
        place = Place(
            _number(environment, "SLURM_PROCID"),
            _number(environment, "SLURM_STEP_NUM_TASKS"),
            _number(environment, "SLURM_LOCALID"),
            _tasks_of_each_node(environment.get("SLURM_STEP_TASKS_PER_NODE", "1")),
        )
    else:
        return None
    if place.processes % place.local_processes or not (
        place.local_rank < place.local_processes and place.rank < place.processes
    ):
        raise InputError(
            f"the environment tells of process {place.rank} of {place.processes}, "
            f"{place.local_rank} of {place.local_processes} on this machine, which do not fit "
            "together; start as many processes on each machine: "
            f"{documentation('howto/several-devices.md')}"
        )
    for name in ("MASTER_ADDR", "MASTER_PORT"):
        if place.processes > 1 and not environment.get(name):
            raise InputError(
                f"{place.processes} processes were started and {name} does not say where they "
                "meet; start them by torchrun, or set it as examples/slurm/train.sbatch does."
            )
    return place


def processes_to_start(settings: RunSettings) -> int:
    """How many processes the settings ask the command to start on this machine; 1: none beside it.

    ``training.devices=auto`` is every GPU of CUDA, as far as the batch can be shared out evenly.
    """
    t = settings.training
    if t.devices != "auto":
        return int(t.devices)
    if t.accelerator not in ("auto", "gpu", "cuda"):
        return 1
    import torch

    half = t.batch_size // 2
    return max((n for n in range(1, torch.cuda.device_count() + 1) if half % n == 0), default=1)


def _number(environment: Mapping[str, str], name: str) -> int:
    value = environment.get(name) or ("1" if name == "LOCAL_WORLD_SIZE" else "0")
    if not value.isdecimal():
        raise InputError(f"{name}={value} in the environment is no number of a process.")
    return int(value)


def _tasks_of_each_node(text: str) -> int:
    """``2(x3)`` is 2 on each of 3 machines."""
    found = re.fullmatch(r"(\d+)(\(x\d+\))?", text)
    if not found:
        raise InputError(
            f"SLURM_STEP_TASKS_PER_NODE={text}: give each machine as many processes "
            "(--ntasks-per-node)."
        )
    return int(found[1])
