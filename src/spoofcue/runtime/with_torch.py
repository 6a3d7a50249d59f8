"""PyTorch as a runtime: a trained network, folded to run faster with the same values."""

from __future__ import annotations

from copy import deepcopy
from itertools import pairwise

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from spoofcue.config import ModelSettings
from spoofcue.errors import InputError
from spoofcue.runtime.session import Planes, checked_image

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


class TorchRuntime:
    """The network, folded for speed, on the GPU if there is one.

    Args:
        weights: the .safetensors file's content, fp32.
        settings: the network.
        precision: of the computation: bf16 for all of it; anything else is fp32.
        threads: must be None: PyTorch's number of threads belongs to the whole process.

    Raises:
        InputError: it is no safetensors file of this network, or ``threads`` is given.

    """

    name = "torch"

    def __init__(
        self,
        weights: bytes,
        settings: ModelSettings,
        precision: str = "fp32",
        threads: int | None = None,
    ) -> None:
        if threads is not None:
            raise InputError(
                "PyTorch's number of threads belongs to the whole process: set OMP_NUM_THREADS "
                "or call torch.set_num_threads, and leave threads out."
            )
        import torch
        from safetensors import SafetensorError
        from safetensors.torch import load

        from spoofcue.cue.generator import CueGenerator

        network = CueGenerator(**settings.generator())
        try:
            network.load_state_dict(load(weights))
        except (SafetensorError, RuntimeError) as error:
            raise InputError(f"the weights are not this network's: {error}") from error
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._type = torch.bfloat16 if precision == "bf16" else torch.float32
        # folded in fp32: a normalisation's tiny divisors do not survive bf16
        self._network = folded(network).to(self._device, self._type)
        self._network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def cues(self, image: Planes) -> Planes:
        """See :class:`~spoofcue.runtime.session.CueRuntime`."""
        import torch

        with torch.inference_mode():
            batch = torch.from_numpy(checked_image(image)).to(
                self._device, self._type, memory_format=torch.channels_last
            )
            out: Planes = self._network(batch).cue.float().cpu().contiguous().numpy()
        return out
