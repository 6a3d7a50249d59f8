"""A batch that several processes share, joined again where a loss looks at all of it.

A loss over pairs and triplets of faces is no mean of the losses of parts. So each process joins
what the network made of all parts, computes the one loss, and hands its own part's gradient back.
Alone, or where no process group is open, nothing here does anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import torch
import torch.distributed as dist
from torch import Tensor

_alone = False


def sharing() -> int:
    """How many processes share a batch now; 1: none does."""
    if _alone or not dist.is_available() or not dist.is_initialized():
        return 1
    return dist.get_world_size()


@contextmanager
def alone() -> Iterator[None]:
    """Within the block each process has a whole batch of its own, the same as the others'."""
    global _alone  # of this process, as the process group is
    before, _alone = _alone, True
    try:
        yield
    finally:
        _alone = before


def whole_batch(part: Tensor) -> Tensor:
    """The parts of all processes, one after another; ``part`` itself if nobody shares.

    Its gradient is the own part's, times the number of processes: each of them computes the same
    loss of the whole, and the mean of their gradients, which is taken afterwards, is then the
    loss's. A term that comes from the weights alone has the right gradient as it is.

    Args:
        part: (B, ...), B alike in all processes; what is shorter than float32 becomes float32,
            as it does in every loss.

    Returns:
        (processes x B, ...), equal to the last bit in all processes.

    """
    if sharing() == 1:
        return part
    if part.is_floating_point() and part.element_size() < 4:
        part = part.float()
    return cast(Tensor, _Joined.apply(part))  # type: ignore[no-untyped-call]


def every_part(part: Tensor) -> Tensor:
    """(processes, *shape) of equal shapes, without a gradient.

    Sums over the first dimension are the same to the last bit in all processes.
    """
    part = part.contiguous()
    parts = [torch.empty_like(part) for _ in range(sharing())]
    dist.all_gather(parts, part)
    return torch.stack(parts)


class _Joined(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, part: Tensor) -> Tensor:
        return every_part(part).flatten(0, 1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (gradient,) = gradients
        return sharing() * gradient.chunk(sharing())[dist.get_rank()]
