"""One face of a frame through `Detector.predict`, by model and runtime, side by side.

python benchmarks/detector_speed.py RUN PACKAGE PACKAGE:onnxruntime ... [--side 224] [--rounds 40]

The frame has 640 x 480 px and the face's crop SIDE; the face is not searched for. Every round calls
each model once, in turn, so that what else the machine does hits all alike. Printed are medians and
least times in ms, the ratio to the first model, and what the quality checks take. One thread: set
OMP_NUM_THREADS=1 for PyTorch, the others are told.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from spoofcue import Detector
from spoofcue.detector.quality import measure_quality
from spoofcue.faces.box import DEFAULT_MARGIN, Box


def picture(height: int, width: int) -> np.ndarray:
    """Shades with fine texture, as a face has them; passes the quality checks."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:height, 0:width] / height
    shade = 110 + 50 * np.sin(9 * x) * np.cos(8 * y)
    noise = rng.normal(0, 12, (height, width, 3))
    return np.clip(shade[..., None] + noise, 0, 255).astype(np.uint8)


class Middle:
    """A face in the middle of the frame, whose crop with the usual margin has that side."""

    name = "middle"

    def __init__(self, side: int) -> None:
        self._side = round(side / (1 + 2 * DEFAULT_MARGIN))

    def detect(self, image: np.ndarray) -> list[Box]:
        height, width = image.shape[:2]
        return [Box((width - self._side) // 2, (height - self._side) // 2, self._side, self._side)]


def loaded(named: str, side: int) -> Detector:
    """MODEL or MODEL:runtime."""
    model, _, runtime = named.partition(":")
    is_exported = not (Path(model) / "checkpoints").is_dir()
    return Detector.load(
        model,
        runtime=runtime or None,
        face_detector=Middle(side),
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
    image = picture(480, 640)
    detectors = {name: loaded(name, given.side) for name in given.models}
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
        print(
            f"{middle:8.1f} ms  least {min(times):5.1f}  x{middle / first:.2f}  {Path(name).name}"
        )
    crop = picture(given.side, given.side)
    checks = [milliseconds(lambda: measure_quality(crop)) for _ in range(200)]
    print(f"{float(np.median(checks)):8.2f} ms  quality checks of a crop of {given.side} px")


if __name__ == "__main__":
    main()
