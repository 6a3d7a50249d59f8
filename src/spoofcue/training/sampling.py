"""Balanced batches whose order is a pure function of (seed, epoch, step).

Nothing here carries state from step to step, so a killed training resumes with the very batches
and the very crops that an uninterrupted one would have seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler

from spoofcue.errors import InputError


class Draw(NamedTuple):
    """One sample to load: which row, and the numbers that seed its random crop."""

    row: int
    epoch: int
    position: int


class BalancedBatches(Sampler[list[Draw]]):
    """Batches of half live, half attack faces, the smaller class repeated (section 4.1).

    An epoch goes once through the larger class; each pass over the smaller one is a fresh
    permutation. A last incomplete batch is dropped, but an epoch has at least one batch.

    Args:
        label: (N,) with 0 live, 1 attack.
        batch_size: of all processes together; even.
        seed: of the whole run.
        images_per_epoch: overrides the length of an epoch.
        rank, world: this process takes the part ``rank`` of ``world`` of each batch: as many live
            faces as attacks, seeded by their places in the whole batch, so that the processes
            together see what one would see.

    Raises:
        InputError: a class has no sample, or a batch cannot be shared out evenly.

    """

    def __init__(
        self,
        label: NDArray[np.integer],
        batch_size: int,
        seed: int,
        *,
        images_per_epoch: int | None = None,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        self.live = np.flatnonzero(label == 0)
        self.attack = np.flatnonzero(label == 1)
        if not len(self.live) or not len(self.attack):
            raise InputError(
                f"training needs live and attack faces; the train split has {len(self.live)} live "
                f"and {len(self.attack)} attack faces."
            )
        if batch_size % (2 * world):
            raise InputError(
                f"training.batch_size={batch_size} is that of all {world} processes together, each "
                f"of which takes as many live faces as attacks: give a multiple of {2 * world}."
            )
        self.half = batch_size // 2
        self.seed, self.rank, self.world = seed, rank, world
        longest = (
            images_per_epoch // 2 if images_per_epoch else max(len(self.live), len(self.attack))
        )
        self.steps = max(1, longest // self.half)
        self.epoch = 0
        self._resume_at = (0, 0)

    def __len__(self) -> int:
        return self.steps

    def set_epoch(self, epoch: int) -> None:
        """Choose the order; called before each epoch."""
        self.epoch = epoch

    def resume(self, global_step: int) -> None:
        """Begin at this optimiser step: the epoch it falls in starts part way."""
        self._resume_at = divmod(global_step, self.steps)
        # The first batches are fetched before the training can name the epoch.
        self.epoch = self._resume_at[0]

    def __iter__(self) -> Iterator[list[Draw]]:
        first = self._resume_at[1] if self.epoch == self._resume_at[0] else 0
        needed, share = self.steps * self.half, self.half // self.world
        live = _passes(self.live, needed, np.random.default_rng([self.seed, self.epoch, 0]))
        attack = _passes(self.attack, needed, np.random.default_rng([self.seed, self.epoch, 1]))
        for step in range(first, self.steps):
            start = step * self.half
            rows = [*live[start : start + self.half], *attack[start : start + self.half]]
            whole = [Draw(int(r), self.epoch, 2 * start + i) for i, r in enumerate(rows)]
            own = slice(self.rank * share, (self.rank + 1) * share)
            yield [*whole[: self.half][own], *whole[self.half :][own]]


def _passes(rows: NDArray[np.intp], needed: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """``needed`` rows: whole permutations one after another, so that repeats are spread evenly."""
    count = -(-needed // len(rows))
    return np.concatenate([rng.permutation(rows) for _ in range(count)])[:needed]
