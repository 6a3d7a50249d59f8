"""What the processor can do at most: the largest rate of a big matrix product."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch


def matrix_rates(size: int, repeats: int = 3) -> dict[str, float]:
    """GFLOP/s by precision, the best of ``repeats``; a precision that is not there is left out.

    A product of two (size, size) matrices, and the same as a 1x1 convolution: fp32 products go
    to one library and convolutions to another, and neither is always the faster.
    """
    single = torch.rand(size, size)
    half = single.to(torch.bfloat16)
    image, kernel = single.view(1, size, 1, size), single.view(size, size, 1, 1)
    whole = torch.randint(-100, 100, (size, size), dtype=torch.int8)
    calls: dict[str, list[Callable[[], object]]] = {
        "fp32": [
            lambda: single @ single,
            lambda: torch.nn.functional.conv2d(image, kernel),
        ],
        "bf16": [
            lambda: half @ half,
            lambda: torch.nn.functional.conv2d(image.to(torch.bfloat16), kernel.to(torch.bfloat16)),
        ],
        "int8": [lambda: torch._int_mm(whole, whole)],
    }
    found = {}
    with torch.inference_mode():
        for precision, ways in calls.items():
            try:
                best = min(_seconds(call) for call in ways for _ in range(repeats + 1))
            except (AttributeError, RuntimeError):  # this PyTorch has no such product
                continue
            found[precision] = 2e-9 * size**3 / best
    return found


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
