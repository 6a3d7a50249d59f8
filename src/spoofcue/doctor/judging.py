"""Whether a face is judged here as it should be: model, runtime, face finder, and the time."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from statistics import median

from spoofcue.detector.detector import Detector
from spoofcue.detector.result import Result
from spoofcue.doctor.check import Check, without_home
from spoofcue.doctor.installed import version_of
from spoofcue.errors import PackageError, SpoofCueError
from spoofcue.faces.box import Box
from spoofcue.package.read import is_package, read_package
from spoofcue.runtime.choice import RUNTIMES, choose_runtime, installed
from spoofcue.runtime.choice import VARIABLE as RUNTIME
from spoofcue.scoring.open_model import SHIPPED, locate_model
from spoofcue.scoring.open_model import VARIABLE as MODEL

# a rendered person, `RenderedPerson("person-7", 0).live("session-any", 3)`, at 320 px
FACE = Path(__file__).parent / "face.png"
# where its face is, px, and what the model that ships scores it: live
FACE_BOX = Box(104, 58, 128, 173)
FACE_SIZE = "320 x 320 px"
SCORE_OF = {"default-7e6586f53d4b": 0.0830}
# decoders and runtimes round differently; a wrong weight or a swapped channel moves it further
TOLERANCE = 0.03
LEAST_OVERLAP = 0.5
TIMES = 5
PART = "judging"


def check_judging(model: str | None = None, runtime: str | None = None) -> Iterator[Check]:
    """Runtimes, then the model and the self-test picture, as far as one leads to the next.

    Args:
        model: see :func:`~spoofcue.scoring.open_model.open_model`; None: what `predict` takes.
        runtime: None: what `predict` takes.

    """
    yield from _runtimes()
    try:
        path = locate_model(model)
        began = time.perf_counter()
        detector = Detector.load(path, runtime=runtime)
        loading = time.perf_counter() - began
        yield _loaded(path, model, runtime, detector, loading)
        detector.self_test()
    except SpoofCueError as error:
        yield Check(PART, "model", without_home(str(error)), "fault", _remedy(model, error))
        return
    yield from _picture(detector)


def _runtimes() -> Iterator[Check]:
    for name, runtime in RUNTIMES.items():
        has = version_of(name) if installed(name) else None
        words = has or "not installed"
        advice = None if has else f"pip install '{runtime.install}'"
        yield Check("runtimes", name, words, "ok" if has else "absent", advice, {"version": has})
    if said := os.environ.get(RUNTIME):
        yield Check("runtimes", RUNTIME, said, facts={"said": said})


def _loaded(
    path: Path, asked: str | None, runtime: str | None, detector: Detector, loading: float
) -> Check:
    from_variable = asked is None and os.environ.get(MODEL)
    where = "the model that ships" if path == SHIPPED else without_home(str(path))
    where += f", from {MODEL}" if from_variable else ""
    chosen, hashes = "onnxruntime" if path.suffix == ".onnx" else "torch", ""
    if is_package(path):
        spec = read_package(path).spec
        names = sorted({choose_runtime(e.format, e.precision, runtime) for e in spec.experts})
        chosen, hashes = " and ".join(names), "every hash is right, "
    return Check(
        PART,
        "model",
        f"{detector.model_id} ({where}): {hashes}runs in {chosen}, threshold "
        f"{detector.threshold:.4g}, loaded in {loading:.2f} s",
        facts={
            "id": detector.model_id,
            "shipped": path == SHIPPED,
            "runtime": chosen,
            "threshold": detector.threshold,
            "loading_s": round(loading, 3),
        },
    )


def _picture(detector: Detector) -> Iterator[Check]:
    """What is said of the picture of a face that comes with the program."""
    results = [detector.predict(FACE) for _ in range(1 + TIMES)]
    first, timed = results[0], results[1:]
    yield _found(first, timed)
    yield _scored(detector, results)
    total = median(r.timings.total for r in timed)
    network = median(r.timings.network for r in timed)
    yield Check(
        PART,
        "time",
        f"{total:.0f} ms a picture of {FACE_SIZE}, {network:.0f} ms of it in the network "
        f"(the first took {first.timings.total:.0f})",
        facts={"total_ms": round(total, 2), "network_ms": round(network, 2), "times": TIMES},
    )


def _found(first: Result, timed: list[Result]) -> Check:
    ms = median(r.timings.detect for r in timed)
    facts = {"box": asdict(first.box) if first.box else None, "ms": round(ms, 2)}
    if first.box is None or _overlap(first.box, FACE_BOX) < LEAST_OVERLAP:
        found = f"found at {first.box}" if first.box else f"not found ({first.reason})"
        return Check(
            PART,
            "face finder",
            f"the face of the self-test picture was {found} and is at {FACE_BOX}",
            "fault",
            "Install dlib-bin and opencv-python-headless again.",
            facts,
        )
    return Check(
        PART, "face finder", f"finds the face of the self-test picture in {ms:.0f} ms", facts=facts
    )


def _scored(detector: Detector, results: list[Result]) -> Check:
    scores = {r.score for r in results}
    first, wanted = results[0], SCORE_OF.get(detector.model_id)
    facts = {"decision": first.decision, "score": first.score, "expected": wanted}
    said = first.decision if first.score is None else f"{first.decision}, {first.score:.3f}"
    fault = None
    if first.score is None or not math.isfinite(first.score):
        fault = f"no score ({first.reason})"
    elif len(scores) > 1:
        fault = f"scored {len(scores)} times differently"
    elif wanted is not None and abs(first.score - wanted) > TOLERANCE:
        fault = f"{said}, and {wanted:.3f} is expected of this model"
    if fault:
        advice = "Choose another --runtime; if that says the same, please report it."
        return Check(PART, "self-test picture", fault, "fault", advice, facts)
    expected = "" if wanted is None else f", as expected ({wanted:.3f})"
    return Check(PART, "self-test picture", f"{said}{expected}", facts=facts)


def _overlap(one: Box, other: Box) -> float:
    """Area of the intersection over that of the union, 0..1."""
    width = min(one.x + one.w, other.x + other.w) - max(one.x, other.x)
    height = min(one.y + one.h, other.y + other.h) - max(one.y, other.y)
    both = max(0, width) * max(0, height)
    return both / (one.area + other.area - both)


def _remedy(model: str | None, error: SpoofCueError) -> str | None:
    if model is not None or os.environ.get(MODEL):
        return "Without --model and SPOOFCUE_MODEL the model that ships is looked at."
    if isinstance(error, PackageError):
        return "Install spoofcue again: pip install --force-reinstall spoofcue"
    return None  # of a runtime that is not there, say, the message says what to do
