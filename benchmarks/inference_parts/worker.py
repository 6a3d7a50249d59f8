"""One cell in a process of its own: `worker.py TASK`, then "N" on stdin gives N samples on stdout.

So each cell has a peak memory of its own, and many can be asked in turn, round after round, that
whatever else the machine does hits all alike.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Samples = list[dict[str, float]]


def memory_mib(kind: str) -> float:
    """VmHWM (peak) or VmRSS (now) of this process.

    Not ru_maxrss where it can be avoided: a child begins with that of its parent.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text().splitlines():
            if line.startswith(kind + ":"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def import_runtime(runtime: str) -> None:
    """All that loading a model will import."""
    import cv2  # noqa: F401

    import spoofcue.scoring.exported

    if runtime == "openvino":
        from spoofcue.runtime.with_openvino import import_openvino

        import_openvino()
    elif runtime == "onnxruntime":
        from spoofcue.runtime.with_onnxruntime import import_onnxruntime

        import_onnxruntime()
    else:
        import torch  # noqa: F401

        import spoofcue.cue.generator  # noqa: F401


def opened(task: dict[str, Any]) -> Any:
    """The model behind the package's own call."""
    path, runtime, threads = Path(task["path"]), task["runtime"], task["threads"]
    if runtime == "eager":
        from spoofcue.scoring.checkpoint import TorchModel

        return TorchModel(path)
    from spoofcue.scoring.exported import PackagedModel

    if runtime == "compiled":
        import torch

        model = PackagedModel(path, "torch")
        network = model._experts[0].runtime
        network._network = torch.compile(network._network)  # type: ignore[union-attr]
        return model
    return PackagedModel(path, runtime, None if runtime == "torch" else threads)


def speed_sampler(task: dict[str, Any]) -> Callable[[int], Samples]:
    """One call of the network on a batch: ms."""
    import numpy as np

    model, side = opened(task), task["side"]
    shape = (task["batch"], 3, side, side)
    image = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
    assert model.cues(image).shape == shape

    def sample(count: int) -> Samples:
        # other cells ran in between: the first call finds cold caches and does not count
        model.cues(image)
        return [{"ms": _ms(lambda: model.cues(image))} for _ in range(count)]

    return sample


def predict_sampler(task: dict[str, Any]) -> Callable[[int], Samples]:
    """A picture file through `Detector.predict`, stage by stage, and the network alone: ms."""
    import cv2
    import numpy as np

    from spoofcue.detector.detector import Detector
    from spoofcue.faces.detect import make_detector
    from spoofcue.media.image import read_image
    from spoofcue.package.threshold import ThresholdFacts
    from spoofcue.patches.inputs import normalise, scoring_inputs

    cv2.setNumThreads(task["threads"])
    model, picture = opened(task), Path(task["picture"])
    facts = ThresholdFacts(value=0.5, rule="fixed", source="none")
    faces = make_detector("dlib")
    fast = Detector(model, faces, facts)
    full = Detector(model, faces, facts, search="full")
    result = fast.predict(picture)
    assert result.score is not None, result
    crop = model.facts.crop.view(read_image(picture), result.box).pixels
    settings = model.facts.input
    inputs = [normalise(i, settings.mean, settings.std) for i in scoring_inputs(crop, settings)]
    image = np.stack(inputs)

    def one() -> dict[str, float]:
        fast.predict(picture)  # finds cold caches
        bare = _ms(lambda: model.cues(image))
        told, slow = fast.predict(picture).timings, full.predict(picture).timings
        stages = {n: getattr(told, n) for n in ("decode", "detect", "crop", "network", "total")}
        return {
            **stages,
            "rest": told.total - told.decode - told.detect - told.crop - told.network,
            "bare": bare,
            "full_total": slow.total,
            "full_detect": slow.detect,
            "input_height": image.shape[2],
            "input_width": image.shape[3],
        }

    return lambda count: [one() for _ in range(count)]


def score_sampler(task: dict[str, Any]) -> Callable[[int], Samples]:
    """Scores of the crops, in the order of their paths."""
    from spoofcue.export.proof import scores_of

    model = opened(task)
    crops = [Path(path) for path in task["crops"]]
    return lambda count: [{"score": float(s)} for s in scores_of(model, crops)]


def peak_sampler(task: dict[str, Any]) -> Callable[[int], Samples]:
    """GFLOP/s by precision."""
    from inference_parts.peak import matrix_rates

    return lambda count: [matrix_rates(task["size"]) for _ in range(count)]


SAMPLERS = {
    "speed": speed_sampler,
    "predict": predict_sampler,
    "score": score_sampler,
    "peak": peak_sampler,
}


def main() -> None:
    task = json.loads(sys.argv[1])
    import_runtime(task["runtime"])
    imported = memory_mib("VmRSS")
    sample = SAMPLERS[task["kind"]](task)
    print(json.dumps({"imported_mib": imported}), flush=True)
    for line in sys.stdin:
        samples = sample(int(line))
        told = {"samples": samples, "peak_mib": memory_mib("VmHWM")}
        print(json.dumps(told), flush=True)


def _ms(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
