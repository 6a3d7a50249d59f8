"""What several processes of one training agree on: to begin, to fail, and that one is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from lightning_fabric.plugins.environments.cluster_environment import ClusterEnvironment

from spoofcue.errors import SpoofCueError, system_error_text
from spoofcue.training.place import ElsewhereError, LostError, Place

# the longest that one process waits for the others; judging dev and writing a checkpoint are less
WAIT_MINUTES = 10
LOST = (
    "another process of this training has ended or cannot be reached, so this one ends too; what "
    "was finished is kept: give the same command with --resume to go on from the last checkpoint."
)
# what PyTorch's gloo says, in RuntimeErrors without a kind of their own
SAID_BY_GLOO = ("gloo", "connection closed", "connection reset", "timed out waiting", "broken pipe")
Result = TypeVar("Result")


@contextmanager
def joined(place: Place, on_gpu: bool) -> Iterator[None]:
    """Be one of the training's processes while the block runs; alone, nothing is opened.

    Args:
        place: of this process.
        on_gpu: whether they compute on GPUs, and then talk by NCCL.

    Raises:
        LostError: another process has ended, in the block or before it came here.

    """
    if place.processes == 1 or dist.is_initialized():  # as Ray Train has done already
        with _lost_in_words():
            yield
        return
    if on_gpu:
        torch.cuda.set_device(place.local_rank)
    with _lost_in_words():
        dist.init_process_group(
            "nccl" if on_gpu else "gloo",
            timeout=timedelta(minutes=WAIT_MINUTES),
            rank=place.rank,
            world_size=place.processes,
        )
        yield
    # after an error the others may never come to it
    dist.destroy_process_group()


def all_or_none(place: Place, work: Callable[[], Result]) -> Result:
    """Do ``work`` in every process; if it fails in one it fails in all, before any goes on.

    Raises:
        ElsewhereError: it failed in another process, with that one's words.
        SpoofCueError: it failed here; the same for OSError. Of several that fail, the first one
            tells it.

    """
    if place.processes == 1:
        return work()
    result: Any = None
    error: SpoofCueError | OSError | None = None
    try:
        result = work()
    except (SpoofCueError, OSError) as failed:
        error = failed
    words = system_error_text(error) if isinstance(error, OSError) else str(error or "")
    told: list[Any] = [None] * place.processes
    dist.all_gather_object(told, words if error else None)
    failed_in = [rank for rank, text in enumerate(told) if text is not None]
    if not failed_in:
        return result
    if error is not None and failed_in[0] == place.rank:
        raise error
    raise ElsewhereError(told[failed_in[0]])


def of_first(place: Place, work: Callable[[], Result]) -> Result:
    """What ``work`` gives in the first process, for all."""
    if place.processes == 1:
        return work()
    told: list[Any] = [work() if place.first else None]
    dist.broadcast_object_list(told, 0)
    return told[0]


class Started(ClusterEnvironment):
    """Tells Lightning what the place is, so that it starts no processes of its own."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place

    @property
    def creates_processes_externally(self) -> bool:
        """They are there already."""
        return True

    @property
    def main_address(self) -> str:
        """Not asked for, since the processes have met."""
        return ""

    @property
    def main_port(self) -> int:
        """As :attr:`main_address`."""
        return 0

    @staticmethod
    def detect() -> bool:
        """Given, not found."""
        return False

    def world_size(self) -> int:
        """All processes."""
        return self._place.processes

    def set_world_size(self, size: int) -> None:
        """It is known."""

    def global_rank(self) -> int:
        """Of all processes."""
        return self._place.rank

    def set_global_rank(self, rank: int) -> None:
        """It is known."""

    def local_rank(self) -> int:
        """Of those on this machine."""
        return self._place.local_rank

    def node_rank(self) -> int:
        """Number of the machine."""
        return self._place.rank // self._place.local_processes


@contextmanager
def _lost_in_words() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        said = str(error).lower()
        if isinstance(error, dist.DistError) or any(words in said for words in SAID_BY_GLOO):
            raise LostError(LOST) from error
        raise
