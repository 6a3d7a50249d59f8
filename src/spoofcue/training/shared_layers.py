"""Layers that look at a whole batch, where several processes share it.

PyTorch's SyncBatchNorm has kernels for CUDA alone. This one is the same on every device, so that
what the tests see on a processor is what a GPU computes.
"""

from __future__ import annotations

from typing import Any, cast

import torch
import torch.distributed as dist
import torch.nn.functional as F
from pytorch_lightning.plugins.layer_sync import LayerSync
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from spoofcue.methods.whole_batch import every_part, sharing


class SharedBatchNorm(_BatchNorm):
    """Batch normalisation whose mean and variance are those of all processes' parts together.

    Each part must have as many faces. State dict, and whatever is not training, as PyTorch's.
    """

    def _check_input_dim(self, input: Tensor) -> None:
        """Of any number of dimensions, as :class:`torch.nn.SyncBatchNorm`."""

    def forward(self, input: Tensor) -> Tensor:
        """(B, C, ...) to the same shape."""
        if not self.training or sharing() == 1:
            return super().forward(input)
        out, mean, variance = cast(
            tuple[Tensor, Tensor, Tensor],
            _Normalised.apply(input, self.weight, self.bias, self.eps),  # type: ignore[no-untyped-call]
        )
        self._remember(mean, variance, sharing() * input.numel() // input.shape[1])
        return out

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor, count: int) -> None:
        if self.running_mean is None or self.running_var is None:
            return
        assert self.num_batches_tracked is not None
        self.num_batches_tracked.add_(1)
        share = self.momentum
        if share is None:
            share = 1 / float(self.num_batches_tracked)
        for kept, now in (
            (self.running_mean, mean),
            (self.running_var, variance * (count / max(1, count - 1))),
        ):
            kept.mul_(1 - share).add_(now.to(kept.dtype), alpha=share)


class _Normalised(torch.autograd.Function):
    """(x - mean) / sqrt(variance + eps) of the joined batch, times a weight, plus a bias."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float
    ) -> tuple[Tensor, Tensor, Tensor]:
        over = [0, *range(2, x.ndim)]
        exact = x if x.element_size() >= 4 else x.float()
        variance, mean = torch.var_mean(exact, dim=over, correction=0)
        # of parts of one size; squares of differences, since those of values cancel
        parts = every_part(torch.stack([mean, variance]))
        mean = parts[:, 0].mean(0)
        variance = (parts[:, 1] + (parts[:, 0] - mean).square()).mean(0)
        out = F.batch_norm(x, mean, variance, weight, bias, False, 0.0, eps)
        ctx.save_for_backward(x, weight, mean, torch.rsqrt(variance + eps))
        ctx.mark_non_differentiable(mean, variance)
        return out, mean, variance

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor | None, Tensor | None, None]:
        x, weight, mean, scale = ctx.saved_tensors
        over, along = [0, *range(2, x.ndim)], [1, -1, *[1] * (x.ndim - 2)]
        gradient = gradients[0].to(mean.dtype)
        standard = (x.to(mean.dtype) - mean.view(along)) * scale.view(along)
        own = torch.stack([gradient.sum(over), (gradient * standard).sum(over)])
        count = sharing() * x.numel() // x.shape[1]
        of_bias, of_weight = (every_part(own).sum(0) / count).unbind()
        factor = scale if weight is None else scale * weight
        of_x = gradient - of_bias.view(along) - standard * of_weight.view(along)
        of_x = (of_x * factor.view(along)).to(x.dtype)
        return of_x, None if weight is None else own[1], None if weight is None else own[0], None


class SharedDropout(nn.Dropout):
    """Dropout that drops what it would drop in one process with the whole batch.

    Its input is a batch of half live faces, half attacks, a face a row; all processes' random
    numbers have one seed, as those of a training step have.
    """

    def forward(self, input: Tensor) -> Tensor:
        """(B, ...) to the same shape."""
        processes = sharing()
        if not self.training or self.p == 0 or processes == 1:
            return super().forward(input)
        kept = F.dropout(input.new_ones(processes * len(input), *input.shape[1:]), self.p)
        half = len(input) // 2
        own = kept.view(2, processes, half, *input.shape[1:])[:, dist.get_rank()]
        return input * own.reshape(input.shape)


class SharedLayers(LayerSync):
    """Turns a network's layers into shared ones when a training begins, and back when it ends.

    Args:
        batch_norm: whether batch normalisation too; else each process has its own statistics.

    """

    def __init__(self, batch_norm: bool = True) -> None:
        self._batch_norm = batch_norm
        self._were: list[tuple[nn.Module, type[nn.Module]]] = []

    def apply(self, model: nn.Module) -> nn.Module:
        """In place: weights, buffers and the names of both stay."""
        for module in model.modules():
            if isinstance(module, nn.Dropout):
                self._become(module, SharedDropout)
            elif isinstance(module, _BatchNorm) and self._batch_norm:
                self._become(module, SharedBatchNorm)
        return model

    def revert(self, model: nn.Module) -> nn.Module:
        """As they were."""
        for module, kind in self._were:
            module.__class__ = kind
        self._were = []
        return model

    def _become(self, module: nn.Module, kind: type[nn.Module]) -> None:
        self._were.append((module, type(module)))
        module.__class__ = kind
