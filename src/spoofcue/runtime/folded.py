"""A trained network rewritten to run faster, with the same values."""

from __future__ import annotations

from copy import deepcopy
from itertools import pairwise

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

# a convolution and the normalisation behind it, as the residual blocks name them
PAIRS = (("conv1", "bn1"), ("conv2", "bn2"), ("conv1", "norm1"), ("conv2", "norm2"))


def folded(network: nn.Module) -> nn.Module:
    """A copy for scoring alone.

    Batch normalisations become part of the convolutions before them. Instance normalisations
    become group normalisations of one channel a group: the same by definition, but PyTorch's
    instance normalisation copies channels-last maps to another layout and back.

    Args:
        network: on the CPU.

    """
    made = deepcopy(network).eval()
    for module in list(made.modules()):
        names = list(module._modules)
        pairs = pairwise(names) if isinstance(module, nn.Sequential) else PAIRS
        for layer, norm in pairs:
            _fold(module, layer, norm)
        for name, child in list(module.named_children()):
            if isinstance(child, nn.InstanceNorm2d) and not child.track_running_stats:
                setattr(module, name, _by_group(child))
    return made


def _fold(module: nn.Module, layer: str, norm: str) -> None:
    conv, batch = getattr(module, layer, None), getattr(module, norm, None)
    if isinstance(conv, nn.Conv2d) and isinstance(batch, nn.BatchNorm2d):
        setattr(module, layer, fuse_conv_bn_eval(conv, batch))
        setattr(module, norm, nn.Identity())


def _by_group(norm: nn.InstanceNorm2d) -> nn.GroupNorm:
    channels = norm.num_features
    group = nn.GroupNorm(channels, channels, eps=norm.eps, affine=norm.affine)
    group.load_state_dict(norm.state_dict())
    return group.eval()
