"""Where tasks are done: a detector, and how much one task may be."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spoofcue.detector.detector import Detector
from spoofcue.detector.receipt import operating_point
from spoofcue.errors import SpoofCueError
from spoofcue.scoring.open_model import locate_model
from spoofcue.serving.jobs_attempt import decide, look, rule_of
from spoofcue.serving.jobs_check import check, check_together
from spoofcue.serving.jobs_fit import FIT_JOBS, Fitter
from spoofcue.serving.limits import Limits
from spoofcue.serving.model_facts import model_answer
from spoofcue.serving.places import place_of
from spoofcue.serving.problems import Problem
from spoofcue.serving.settings import ServiceSettings
from spoofcue.serving.work import Done, Outcome, Task

LOG = logging.getLogger("spoofcue.serving")


@dataclass(frozen=True, slots=True)
class Bench:
    """A loaded detector and the settings that bound its work; threads may share one.

    Attributes:
        detector: judges.
        settings: of the service.
        model: path that the detector was loaded from.
        limits: of one task.

    """

    detector: Detector
    settings: ServiceSettings
    model: Path
    limits: Limits

    @classmethod
    def of(cls, detector: Detector, settings: ServiceSettings, model: Path) -> Bench:
        """With the limits that the settings name."""
        limits = Limits(
            settings.max_pixels, settings.max_clip_pixels, settings.max_seconds, settings.frames
        )
        return cls(detector, settings, model, limits)

    @classmethod
    def load(cls, settings: ServiceSettings, model: str | None = None) -> Bench:
        """With the model of the settings, or another.

        Raises:
            InputError: it is no usable model.

        """
        path = locate_model(model or settings.model)
        detector = Detector.load(
            path,
            runtime=settings.runtime,
            threads=settings.threads_each,
            threshold=settings.threshold,
            profile=settings.profile,
            frames=settings.frames,
        )
        return cls.of(detector, settings, path)

    def hello(self) -> dict[str, Any]:
        """What the service says of the model, and why it must not judge (None: nothing)."""
        not_ready = None
        try:
            self.detector.self_test()
        except SpoofCueError as error:
            not_ready = str(error)
        except Exception as error:  # whatever a runtime raises
            not_ready = f"the self-test failed ({type(error).__name__})"
        facts = model_answer(self.detector, self.model, profile=self.settings.profile)
        point = operating_point(self.detector)
        return {"not_ready": not_ready, "model": facts.model_dump(), "operating_point": point}

    def do(self, tasks: Sequence[Task]) -> list[Outcome]:
        """What came of each; a fault of the program is a problem, and never a decision."""
        if len(tasks) > 1 and all(task.name == "check" for task in tasks):
            try:
                return check_together(self.detector, self.limits, self.settings.max_frames, tasks)
            except Exception as error:  # whichever it was of: each is tried by itself
                LOG.error("a batch of %d failed: %s", len(tasks), place_of(error))
        return [self._one(task) for task in tasks]

    def _one(self, task: Task) -> Outcome:
        try:
            return JOBS[task.name](self, task)
        except Problem as problem:
            return problem
        except Exception as error:
            LOG.error("%s failed: %s", task.name, place_of(error))
            return Problem("failed", "the service failed; its log tells more.")


Job = Callable[[Bench, Task], Done]


def _check(bench: Bench, task: Task) -> Done:
    return check(bench.detector, bench.limits, bench.settings.max_frames, task)


def _look(bench: Bench, task: Task) -> Done:
    return look(bench.detector, bench.settings.max_pixels, task)


def _decide(bench: Bench, task: Task) -> Done:
    return decide(bench.detector, rule_of(bench.settings), bench.settings.max_pixels, task)


def _fit(job: Callable[[Fitter, Task], Done]) -> Job:
    return lambda bench, task: job(Fitter(bench.detector, bench.limits, bench.model), task)


JOBS: dict[str, Job] = {"check": _check, "look": _look, "attempt": _decide} | {
    name: _fit(job) for name, job in FIT_JOBS.items()
}
