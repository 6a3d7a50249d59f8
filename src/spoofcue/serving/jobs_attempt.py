"""The tasks of attempts by id: look at one frame, and decide over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from spoofcue.detector.attempt import AGAIN, KEPT_PIXELS, Attempt, AttemptRule
from spoofcue.detector.detector import Detector
from spoofcue.detector.finder import Look
from spoofcue.detector.receipt import operating_point
from spoofcue.errors import MediaError
from spoofcue.media.image import Image, opened, shown_frames, still_pixels
from spoofcue.serving.jobs_check import drawn
from spoofcue.serving.settings import ServiceSettings
from spoofcue.serving.work import Done, Task

MOST_FRAMES = 300  # that an attempt's rule may name
# s without a face; frames come by a network, more unevenly than from a camera that is watched
AWAY = 1.0


def look_task(frame: bytes) -> Task:
    """One frame, to be looked at and not judged."""
    return Task("look", (frame,))


def attempt_task(frames: Sequence[tuple[bytes, float]], *, cues: bool = False) -> Task:
    """An attempt to be decided.

    Args:
        frames: with the time of arrival of each, s, rising.
        cues: whether the evidence is drawn.

    """
    files, times = tuple(file for file, _ in frames), [at for _, at in frames]
    return Task("attempt", files, {"times": times, "cues": cues})


def look(detector: Detector, most_pixels: int, task: Task) -> Done:
    """Where the face of a frame is, and what is wrong with it; no score.

    Args:
        detector: looks.
        most_pixels: of a frame.
        task: of :func:`look_task`.

    Returns:
        Facts ``width``, ``height``, ``box``, ``faces``, ``reason``, ``detail``, ``advice`` and
        ``quality``; the reason is null for a face that is fit to be judged.

    """
    try:
        image = _still(task.files[0], most_pixels)
    except MediaError as error:
        unread = dict.fromkeys(("width", "height", "box", "quality", "advice"))
        return Done({**unread, "faces": 0, "reason": error.reason, "detail": str(error)})
    seen = detector.look(image)
    refusal = seen.refusal
    facts: dict[str, Any] = {
        "width": image.shape[1],
        "height": image.shape[0],
        "box": None if seen.box is None else asdict(seen.box),
        "faces": seen.faces,
        "reason": _reason(seen),
        "detail": refusal.detail if refusal else None,
        "advice": refusal.advice if refusal else None,
        "quality": None if seen.quality is None else asdict(seen.quality),
    }
    return Done(facts)


def rule_of(settings: ServiceSettings) -> AttemptRule:
    """What an attempt by id is: all frames that came within its time."""
    return AttemptRule(
        seconds=settings.attempt_seconds,
        frames=MOST_FRAMES,
        min_frames=settings.attempt_min_frames,
        away=AWAY,
        spread=False,
    )


def decide(detector: Detector, rule: AttemptRule, most_pixels: int, task: Task) -> Done:
    """Judge an attempt by its frames, as if they came now.

    Args:
        detector: judges.
        rule: of :func:`rule_of`.
        most_pixels: of a frame.
        task: of :func:`attempt_task`.

    Returns:
        Facts ``result`` (:meth:`spoofcue.detector.result.Result.to_dict`) and
        ``operating_point``; a PNG where evidence is drawn.

    """
    replayed = _replayed(detector, rule, most_pixels, task)
    result = replayed.judged(detector, cues=task.options["cues"])
    sheet = drawn(result)
    facts = {"result": result.to_dict(), "operating_point": operating_point(detector)}
    return Done(facts, () if sheet is None else (sheet,))


def _replayed(detector: Detector, rule: AttemptRule, most_pixels: int, task: Task) -> Attempt:
    attempt, came, pixels = Attempt(rule, 0.0), False, 0
    sent = zip(task.files, task.options["times"], strict=True)
    for place, (file, at) in enumerate(sent):
        try:
            image = _still(file, most_pixels)
        except MediaError as error:
            if error.reason == "too_large":
                attempt.breaks("too_large", str(error))
                return attempt
            attempt.lost(1)
            continue
        pixels += image.shape[0] * image.shape[1]
        if pixels > KEPT_PIXELS:
            attempt.breaks("too_large", f"its frames have more than {KEPT_PIXELS} pixels together")
            return attempt
        seen = detector.look(image)
        if not came and seen.box is None and _reason(seen) != "error":
            continue  # who has not come yet is not missing
        if not came:
            came, damaged = True, attempt.damaged
            attempt = Attempt(rule, at)
            attempt.lost(damaged)
        attempt.see(image, seen, at, place)
        if attempt.left:
            attempt.breaks("face_left", f"no face was there for {rule.away:g} s", AGAIN)
        if attempt.over:
            return attempt
    if not came and len(task.files) > attempt.damaged:
        attempt.breaks("no_face", "no frame shows a face")
    return attempt


def _still(file: bytes, most_pixels: int) -> Image:
    """A picture; of an animation nothing is decoded.

    Raises:
        MediaError: it is none, or too large.

    """
    with opened(file, most_pixels) as (image, name):
        if shown_frames(image) > 1:
            raise MediaError("a frame of the attempt is an animation of several pictures")
        return still_pixels(image, name)


def _reason(seen: Look) -> str | None:
    return seen.refusal.reason if seen.refusal else None
