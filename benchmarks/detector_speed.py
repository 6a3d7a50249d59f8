"""One face crop through `Detector.predict`, by model and runtime, side by side.

python benchmarks/detector_speed.py RUN PACKAGE PACKAGE:onnxruntime ... [--side 224] [--rounds 40]

Every round calls each model once, in turn, so that what else the machine does hits all alike.
Printed are medians in ms, the ratio to the first model, and what the quality checks take. One
thread: set OMP_NUM_THREADS=1 for PyTorch, the others are told.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from spoofcue import Detector
from spoofcue.detector.quality import measure_quality


def picture(side: int) -> np.ndarray:
    """Shades with fine texture, as a face has them; passes the quality checks."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:side, 0:side] / side
    shade = 110 + 50 * np.sin(5 * x) * np.cos(4 * y)
    return np.clip(shade[..., None] + rng.normal(0, 12, (side, side, 3)), 0, 255).astype(np.uint8)


def loaded(named: str) -> Detector:
    """MODEL or MODEL:runtime."""
    model, _, runtime = named.partition(":")
    is_exported = not (Path(model) / "checkpoints").is_dir()
    return Detector.load(
        model,
        runtime=runtime or None,
        face_detector="none",
        threads=1 if is_exported else None,
    )


def milliseconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--side", type=int, default=224)
    parser.add_argument("--rounds", type=int, default=40)
    given = parser.parse_args()
    image = picture(given.side)
    detectors = {name: loaded(name) for name in given.models}
    for detector in detectors.values():
        result = detector.predict(image)
        assert result.score is not None, result
    taken: dict[str, list[float]] = {name: [] for name in detectors}
    for _ in range(given.rounds):
        for name, detector in detectors.items():
            taken[name].append(milliseconds(lambda d=detector: d.predict(image)))  # type: ignore[misc]
    first = float(np.median(taken[given.models[0]]))
    for name, times in taken.items():
        middle = float(np.median(times))
        print(f"{middle:8.1f} ms  x{middle / first:.2f}  {Path(name).name}")
    checks = [milliseconds(lambda: measure_quality(image)) for _ in range(200)]
    print(f"{float(np.median(checks)):8.2f} ms  quality checks of a crop of {given.side} px")


if __name__ == "__main__":
    main()
