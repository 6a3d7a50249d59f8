"""Training steps in fp32 and bf16 at 224 and 112 px: images/s and the ratio to fp32 at 224.

python benchmarks/training_speed.py [--batch 16] [--steps 4]
"""

from __future__ import annotations

import argparse
import resource
import time

import torch

from spoofcue.cue.generator import LGSC
from spoofcue.cue.losses import lgsc_loss
from spoofcue.patches.geometry import next_multiple


def images_per_second(size: int, bf16: bool, batch: int, steps: int, width: int) -> float:
    torch.manual_seed(0)
    model = LGSC(width=width).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    adam = torch.optim.Adam(model.parameters(), lr=1e-4)
    side = next_multiple(size)
    image = torch.rand(batch, 3, side, side).contiguous(memory_format=torch.channels_last) * 2 - 1
    label = torch.arange(batch) % 2

    def step() -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            output, logit = model(image)
        loss = lgsc_loss(output, logit, label).total
        adam.zero_grad()
        loss.backward()
        adam.step()

    step()
    began = time.perf_counter()
    for _ in range(steps):
        step()
    return batch * steps / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--width", type=int, default=64)
    given = parser.parse_args()
    baseline = 0.0
    for size in (224, 112):
        for bf16 in (False, True):
            rate = images_per_second(size, bf16, given.batch, given.steps, given.width)
            baseline = baseline or rate
            name = "bf16" if bf16 else "fp32"
            print(f"{size} px {name}: {rate:6.2f} images/s, {rate / baseline:5.2f} x fp32 at 224")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"peak memory {peak:.2f} GiB, batch {given.batch}, {torch.get_num_threads()} threads")


if __name__ == "__main__":
    main()
