"""Training steps in fp32 and bf16 at 224 and 112 px: images/s and the ratio to fp32 at 224.

python benchmarks/training_speed.py [--batch 16] [--steps 4]
python benchmarks/training_speed.py --shared 2   # beside so many busy processes: the threads that
    # `train` chooses against one a core, asked in turn, and the ratio
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import torch

from spoofcue.cue.generator import LGSC
from spoofcue.cue.losses import lgsc_loss
from spoofcue.cue.score import next_multiple
from spoofcue.training.machine import look_at_cores, processor_name
from spoofcue.training.threads import choose_threads


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


@contextmanager
def busy_processes(count: int) -> Iterator[None]:
    """Another program that keeps so many cores busy, from the first line of the block on."""
    context = multiprocessing.get_context("spawn")
    started = context.Barrier(count + 1)
    others = [context.Process(target=_spin, args=(started,), daemon=True) for _ in range(count)]
    for other in others:
        other.start()
    started.wait()
    try:
        yield
    finally:
        for other in others:
            other.terminate()
            other.join()


def _spin(started: object) -> None:
    started.wait()  # type: ignore[attr-defined]
    while True:
        pass


def shared(count: int, batch: int, steps: int, width: int, rounds: int = 3) -> None:
    """Training at 112 px in fp32 beside busy processes, with the chosen threads and with all."""
    with busy_processes(count):
        choice = choose_threads(cores := look_at_cores())
        print(f"{processor_name()}, {count} busy processes; {choice.line()}")
        rates: dict[int, list[float]] = {choice.count: [], cores.count: []}
        for _ in range(rounds):
            for threads, found in rates.items():
                torch.set_num_threads(threads)
                found.append(images_per_second(112, False, batch, steps, width))
    for threads, found in rates.items():
        told = ", ".join(f"{rate:.2f}" for rate in found)
        print(f"threads {threads}: {median(found):6.2f} images/s ({told})")
    print(f"ratio {median(rates[choice.count]) / median(rates[cores.count]):.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--shared", type=int, default=0, help="busy processes beside the training")
    given = parser.parse_args()
    if given.shared:
        shared(given.shared, given.batch, given.steps, given.width)
        return
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
