"""How many threads a training takes: what is asked for, what it had before, or what is free.

Threads of PyTorch wait for each other after every operator, by spinning. Where another program
holds a core, all of them wait for the one that has none, and two threads are slower than one.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from spoofcue.training.machine import Cores, look_at_cores

# A core that others use for less than this part of the time counts as free.
SPARE = 0.25
MOST_WORKERS = 8
KEY = "training.threads"


@dataclass(frozen=True, slots=True)
class Threads:
    """A choice.

    Attributes:
        count: PyTorch's threads for one operator, at least 1.
        why: a clause.
        before: of the training that goes on, if it was another number; else None.

    """

    count: int
    why: str
    before: int | None = None

    def line(self) -> str:
        """What the user is told: the choice, why, and how to make another."""
        many = f"training with {self.count} thread{'s' * (self.count != 1)}"
        line = f"{self.why}: {many}; --set {KEY}=N to choose"
        if self.before is not None:
            line += (
                f". Before the stop it had {self.before}: losses repeat to the last digit only "
                "with the same number"
            )
        return line


def choose_threads(
    cores: Cores | None,
    asked: int | None = None,
    environment: int | None = None,
    stored: int | None = None,
    processes: int = 1,
) -> Threads:
    """Settings win over the environment, that over what a resumed training had, that over a look.

    A resumed training keeps its number, since sums depend on it in the last digits.

    Args:
        cores: of the machine now; needed if none of the next three is given.
        asked: ``training.threads``.
        environment: OMP_NUM_THREADS.
        stored: of the training that is resumed.
        processes: of this training on this machine, which share the cores.

    """
    for count, why in ((asked, f"as {KEY} says"), (environment, "as OMP_NUM_THREADS says")):
        if count is not None:
            return Threads(count, why, stored if stored not in (None, count) else None)
    if stored is not None:
        return Threads(stored, "as before the stop")
    if cores is None:
        raise ValueError("no cores to choose from")
    plural = "s" * (cores.count != 1)
    why = f"{cores.count} core{plural}, {cores.busy:.1f} of them busy"
    if processes > 1:
        why += f", {processes} processes"
    return Threads(free_cores(cores, processes), why)


def choose_workers(cores: Cores, processes: int = 1) -> int:
    """Processes that load pictures: one core is the training's, the other free ones are theirs."""
    return min(MOST_WORKERS, free_cores(cores, processes) - 1)


def free_cores(cores: Cores, processes: int = 1) -> int:
    """Whole cores for each of our processes; at least 1, at most its share of all."""
    share = min(cores.free + SPARE, cores.count) / processes
    return max(1, int(share))


def threads_of_environment() -> int | None:
    """OMP_NUM_THREADS as OpenMP reads it (the outermost level); None if it is not a number > 0."""
    first = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    return int(first) if first.isdecimal() and int(first) > 0 else None


def score_with_free_cores() -> str | None:
    """Let PyTorch score with no more threads than cores are free.

    OMP_NUM_THREADS and a number of threads that is no larger anyway stay.

    Returns:
        What the user is told if there are fewer now; else None.

    """
    import torch

    if threads_of_environment() is not None or torch.get_num_threads() == 1:
        return None
    choice = choose_threads(look_at_cores())
    if choice.count >= torch.get_num_threads():
        return None
    torch.set_num_threads(choice.count)
    plural = "s" * (choice.count != 1)
    return f"{choice.why}: scoring with {choice.count} thread{plural}; OMP_NUM_THREADS=N to choose"
