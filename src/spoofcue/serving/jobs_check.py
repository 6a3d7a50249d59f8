"""The task ``check``: the body of a request is one recording or picture, and is judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from spoofcue.detector.detector import Detector
from spoofcue.detector.result import Result
from spoofcue.serving.limits import Limits
from spoofcue.serving.problems import Problem
from spoofcue.serving.submission import Submission, submission
from spoofcue.serving.work import Done, Outcome, Task


def check_task(content_type: str, body: bytes, *, cues: bool) -> Task:
    """A body to be judged.

    Args:
        content_type: of the request.
        body: whole.
        cues: whether the evidence is drawn.

    """
    return Task("check", (body,), {"content_type": content_type, "cues": cues})


def check(detector: Detector, limits: Limits, most: int, task: Task) -> Done:
    """Judge one.

    Args:
        detector: judges.
        limits: of what may be decoded.
        most: pictures of one request.
        task: of :func:`check_task`.

    Returns:
        Facts ``kind`` and ``result`` (:meth:`Result.to_dict`); a PNG where evidence is drawn.

    Raises:
        Problem: it is no attempt, or more than the limits.

    """
    asked = _asked(limits, most, task)
    return _done(asked, _decided(detector, asked, task.options["cues"]))


def check_together(
    detector: Detector, limits: Limits, most: int, tasks: Sequence[Task]
) -> list[Outcome]:
    """The same of several; pictures go through the network together."""
    outcomes: dict[int, Outcome] = {}
    pictures: dict[int, Submission] = {}
    for at, task in enumerate(tasks):
        try:
            asked = _asked(limits, most, task)
        except Problem as problem:
            outcomes[at] = problem
            continue
        if asked.kind == "picture" and not task.options["cues"]:
            pictures[at] = asked
        else:
            outcomes[at] = _done(asked, _decided(detector, asked, task.options["cues"]))
    results = detector.predict([asked.files[0] for asked in pictures.values()])
    for (at, asked), result in zip(pictures.items(), results, strict=True):
        outcomes[at] = _done(asked, result)
    return [outcomes[at] for at in range(len(tasks))]


def _asked(limits: Limits, most: int, task: Task) -> Submission:
    asked = submission(task.options["content_type"], task.files[0], most)
    limits.check(asked)
    return asked


def _decided(detector: Detector, asked: Submission, cues: bool) -> Result:
    if asked.kind == "frames":
        return detector.predict(iter(asked.files), cues=cues)  # type: ignore[arg-type]
    return detector.predict(asked.files[0], cues=cues)


def _done(asked: Submission, result: Result) -> Done:
    facts: dict[str, Any] = {"kind": asked.kind, "result": result.to_dict()}
    sheet = drawn(result)
    return Done(facts, () if sheet is None else (sheet,))


def drawn(result: Result) -> bytes | None:
    """A PNG of the evidence; None: nothing to show, or it was not asked for."""
    import cv2

    sheet = result.picture()
    if sheet is None:
        return None
    written, data = cv2.imencode(".png", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    return data.tobytes() if written else None
