"""Tasks that fit a camera: a picture becomes numbers, and numbers become a profile.

No picture outlives its task. What experts said of a face goes back as numbers, the features of the
package's experts among them: averages over all places of a face, from which none can be rebuilt.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoofcue.detector.camera_fit import TARGET, CameraFit, fit_camera
from spoofcue.errors import InputError, MediaError
from spoofcue.faces.box import Box
from spoofcue.metrics.expected_range import expected_bpcer_range
from spoofcue.metrics.intervals import clopper_pearson
from spoofcue.package.calibration import calibrated_content, target_rule
from spoofcue.package.read import Package, is_package, read_package
from spoofcue.package.write import packed, unprofiled
from spoofcue.scoring.combination import Evidence
from spoofcue.serving.problems import Problem
from spoofcue.serving.submission import submission
from spoofcue.serving.work import Done, Task

if TYPE_CHECKING:
    from spoofcue.detector.detector import Detector
    from spoofcue.detector.result import Result
    from spoofcue.faces.yunet import YuNetDetector
    from spoofcue.media.image import Image
    from spoofcue.scoring.camera_profile import Seen
    from spoofcue.serving.limits import Limits

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fitter:
    """What fits: a detector, and how much one picture may be.

    Attributes:
        detector: judges.
        limits: of a picture.
        model: path that the detector was loaded from.

    """

    detector: Detector
    limits: Limits
    model: Path


def fit_start(by: Fitter, task: Task) -> Done:
    """Whether the model that judges can be fitted.

    Returns:
        Facts ``model``: id of the package without a camera's profile, and ``threshold`` in force.

    Raises:
        Problem: cannot-fit.

    """
    return Done({"model": unprofiled(_package(by)).id, "threshold": by.detector.threshold})


def fit_look(by: Fitter, task: Task) -> Done:
    """Look at one picture.

    Args:
        by: judges.
        task: the body of a request, and its ``content_type``.

    Returns:
        Facts ``model`` and ``threshold`` as of :func:`fit_start`; ``score`` in force, or None with
        ``reason`` and ``advice``; ``box``; ``face``: where it is, how it is turned and lit;
        ``seen``: what the experts said; ``pixels``: a digest of the picture.

    Raises:
        Problem: it is no picture, or more than the limits.

    """
    from spoofcue.media.image import read_image
    from spoofcue.media.picture_sums import sum_of

    asked = submission(task.options["content_type"], task.files[0], 1)
    if asked.kind == "clip":
        raise Problem("unsupported", "a fit takes one picture at a time, and this is a video.")
    by.limits.check(asked)
    facts = fit_start(by, task).facts
    try:
        image = read_image(asked.files[0])
    except MediaError as error:
        missing = {"score": None, "box": None, "face": None, "seen": None, "pixels": None}
        return Done(facts | missing | {"reason": error.reason, "advice": None, "size": None})
    result = by.detector.predict(image)
    return Done(
        facts
        | {
            "score": result.score,
            "reason": result.reason,
            "advice": result.advice,
            "box": None if result.box is None else asdict(result.box),
            "size": [image.shape[1], image.shape[0]],
            "face": _pose(image, result),
            "seen": None if result.score is None else _plain(result.evidence),
            "pixels": sum_of(image).pixels,
        }
    )


def fit_result(by: Fitter, task: Task) -> Done:
    """What the numbers of faces so far would make of the model; no network runs.

    Args:
        by: judges.
        task: ``model``, ``live`` (what was ``seen`` of each), ``attacks`` (kind -> the same) and
            ``people``.

    Returns:
        Facts ``threshold``, ``doubt``, ``scores`` by kind, ``expected_bpcer``, ``refused`` and
        ``passed`` with their intervals.

    Raises:
        Problem: fit-stale, not-enough or cannot-fit.

    """
    return Done(_told(_fitted(by, task)))


def fit_package(by: Fitter, task: Task) -> Done:
    """The same, and the package with the profile as a file.

    Returns:
        The facts of :func:`fit_result` with the package's ``id``, and the file.

    Raises:
        Problem: see :func:`fit_result`.

    """
    fit = _fitted(by, task)
    # in memory: a service needs no folder that it may write to
    data, name = packed(*calibrated_content(fit.package, fit.threshold, fit.profile))
    return Done(_told(fit) | {"id": name}, (data,))


FIT_JOBS: dict[str, Callable[[Fitter, Task], Done]] = {
    "fit-start": fit_start,
    "fit-look": fit_look,
    "fit-result": fit_result,
    "fit-package": fit_package,
}


def _package(by: Fitter) -> Package:
    if not is_package(by.model):
        raise Problem("cannot-fit", "the model that judges is no package, which a profile is for.")
    return read_package(by.model)


def _fitted(by: Fitter, task: Task) -> CameraFit:
    asked = task.options
    package = unprofiled(_package(by))
    if package.id != asked["model"]:
        raise Problem(
            "fit-stale", "the model has changed since the pictures were looked at: begin again."
        )
    names = [expert.name for expert in package.spec.experts]
    try:
        return fit_camera(
            package,
            [_seen(names, one) for one in asked["live"]],
            {kind: [_seen(names, one) for one in said] for kind, said in asked["attacks"].items()},
            people=asked["people"],
        )
    except InputError as error:
        raise Problem("not-enough", str(error)) from error


def _told(fit: CameraFit) -> Plain:
    limit = fit.threshold.value
    rate = target_rule(TARGET).value
    assert rate is not None
    low, high = expected_bpcer_range(len(fit.live), rate)
    return {
        "threshold": limit,
        "rule": fit.threshold.rule,
        "doubt": fit.doubt or None,
        "expected_bpcer": {"rate": rate, "low": low, "high": high},
        "refused": _counted(sum(score > limit for score in fit.live), len(fit.live)),
        "passed": {
            kind: _counted(sum(score <= limit for score in scores), len(scores))
            for kind, scores in fit.attacks.items()
        },
        "scores": {"live": list(fit.live)} | {k: list(s) for k, s in fit.attacks.items()},
    }


def _counted(errors: int, total: int) -> Plain:
    low, high = clopper_pearson(errors, total)
    return {"errors": errors, "of": total, "low": low, "high": high}


def _plain(evidence: Seen) -> list[Plain]:
    return [
        {
            "raw": one.raw,
            "box": [one.box.x, one.box.y, one.box.w, one.box.h],
            "inside": one.inside,
            "features": None if one.features is None else one.features.tolist(),
        }
        for one in evidence
    ]


def _seen(names: list[str], said: list[Plain]) -> Seen:
    import numpy as np

    return tuple(
        Evidence(
            name, one["raw"], None, None, None, Box(*one["box"]), one["inside"],
            features=None if one["features"] is None else np.array(one["features"], np.float64),
        )
        for name, one in zip(names, said, strict=True)
    )  # fmt: skip


def _pose(image: Image, result: Result) -> Plain | None:
    """Where the face is, as parts of the picture, how it is turned, and its mean grey."""
    from spoofcue.faces.turn import turn_of

    box = result.box
    if box is None or result.score is None:
        return None
    height, width = image.shape[:2]
    points = _finder().points(image, box)
    return {
        "across": (box.x + box.w / 2) / width,
        "down": (box.y + box.h / 2) / height,
        "width": box.w / width,
        "height": box.h / height,
        "turn": None if points is None else turn_of(points),
        "brightness": None if result.quality is None else result.quality.brightness,
    }


@functools.cache
def _finder() -> YuNetDetector:
    """Finds the parts of a face, whatever finds faces for the model."""
    from spoofcue.faces.yunet import YuNetDetector

    return YuNetDetector()
