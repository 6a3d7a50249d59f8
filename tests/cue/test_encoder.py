"""Narrow networks on a processor: the backward pass of every width that the settings allow."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import torch

from spoofcue.cue.encoder import BasicBlock, PointwiseOfFew

# What a training step runs, three times, beside the same in double precision and plain memory.
# oneDNN's fault shows as a crash or a hang with one thread and as other gradients with two.
BACKWARD = """
import sys
from copy import deepcopy
import torch
from spoofcue.cue.generator import LGSC
torch.set_num_threads(int(sys.argv[1]))
for width in (4, 5, 6, 7, 8):
    torch.manual_seed(width)
    network = LGSC(width=width)
    exact = deepcopy(network).double()
    network.to(memory_format=torch.channels_last)
    image = torch.rand(2, 3, 64, 64) * 2 - 1
    for model, seen in ((network, image.contiguous(memory_format=torch.channels_last)),) * 3 + (
        (exact, image.double()),
    ):
        model.zero_grad()
        output, logit = model(seen)
        (output.cue.abs().mean() + logit.mean() + output.encoder.e5.square().mean()).backward()
    for (name, mine), theirs in zip(network.named_parameters(), exact.parameters(), strict=True):
        far = (mine.grad.double() - theirs.grad).norm() / (theirs.grad.norm() + 1e-6)
        assert far < 0.02, (width, name, float(far))
print("every width")
"""


@pytest.mark.parametrize("threads", [1, 2])
def test_every_width_trains_in_channels_last_without_corrupted_memory(threads: int) -> None:
    """In a process of its own, as oneDNN runs on a processor that has AVX2 and no more."""
    environment = os.environ | {"ONEDNN_MAX_CPU_ISA": "AVX2", "OMP_NUM_THREADS": str(threads)}
    done = subprocess.run(
        [sys.executable, "-c", BACKWARD, str(threads)],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
        env=environment,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "every width\n"


@pytest.mark.parametrize(("height", "width"), [(8, 6), (7, 5)])
def test_leaving_places_out_first_is_the_same_convolution(height: int, width: int) -> None:
    torch.manual_seed(0)
    few = PointwiseOfFew(3, 5, 1, 2)
    x = torch.randn(2, 3, height, width)
    plain = torch.nn.functional.conv2d(x, few.weight, few.bias, stride=2)
    assert torch.allclose(few(x), plain, atol=1e-6)


def test_only_few_channels_take_another_way() -> None:
    """From 8 channels on, the paper's 64 among them, the shortcut is PyTorch's convolution."""
    kinds = [type(BasicBlock(c, 2 * c, 2, "batch", True).downsample[0]) for c in (1, 7, 8, 64)]  # type: ignore[index]
    assert kinds == [PointwiseOfFew, PointwiseOfFew, torch.nn.Conv2d, torch.nn.Conv2d]
