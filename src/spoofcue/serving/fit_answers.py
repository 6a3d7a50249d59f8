"""What the service says of a camera's fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from spoofcue.faces.box import Box
from spoofcue.metrics.intervals import clopper_pearson
from spoofcue.serving.answers import Answer
from spoofcue.serving.fits import KINDS, Fit


class Goal(Answer):
    """What a good profile takes."""

    goal: str = Field(description="live, people, turns, distance or light")
    have: float
    want: float
    met: bool


class Counted(Answer):
    """Errors of so many, with the exact interval at 95 % (Clopper-Pearson)."""

    errors: int
    of: int
    low: float
    high: float


class Expected(Answer):
    """What part of further live faces is to be expected above the threshold."""

    rate: float
    low: float = Field(description="2.5 % of thresholds set on so many faces refuse less")
    high: float = Field(description="2.5 % of them refuse more")


class WouldDo(Answer):
    """What the model would do with the profile."""

    threshold: float
    rule: str
    doubt: str | None = Field(description="why the rule cannot be promised")
    expected_bpcer: Expected
    refused: Counted = Field(description="live faces, each judged with what the others tell")
    passed: dict[str, Counted] = Field(description="attacks that were shown, by kind")
    scores: dict[str, list[float]] = Field(description="by kind")


class Does(Answer):
    """What the model in force did."""

    threshold: float
    refused: Counted
    passed: dict[str, Counted]
    scores: dict[str, list[float]]


class FitAnswer(Answer):
    """A fit so far."""

    request_id: str
    id: str
    model: str = Field(description="that is fitted, without a camera's profile")
    expires_in_s: float
    people: int
    counts: dict[str, int] = Field(description="faces that were taken, by kind")
    left_out: dict[str, int] = Field(description="reason -> pictures that were not taken")
    goals: list[Goal]
    steps: dict[str, int] = Field(
        description="live faces: least, enough, best; attacks of a kind, of which none may pass, "
        "for a claim of a tenth"
    )
    now: Does
    result: WouldDo | None = Field(description="null: too few live faces for a profile")
    adopted: str | None = Field(description="package that the service was given of this fit")


class FitPictureAnswer(Answer):
    """One picture that was looked at."""

    request_id: str
    taken: bool
    reason: str | None = Field(
        description="why it was not taken: as of a check, or repeated, alike or enough"
    )
    advice: str | None
    score: float | None
    threshold: float
    box: Box | None
    size: list[int] | None = Field(description="width and height of the picture, px")
    counts: dict[str, int]
    people: int
    goals: list[Goal]


class AdoptedAnswer(Answer):
    """The model that judges from now on."""

    request_id: str
    model: str
    threshold: float
    kept: bool = Field(description="whether it is used after the next start too")


def fit_answer(
    fit: Fit,
    result: Mapping[str, Any] | None,
    seconds: float,
    request_id: str,
    digits: int | None,
) -> FitAnswer:
    """The fit for whoever makes it.

    Args:
        fit: so far.
        result: of the task ``fit-result``.
        seconds: until it is gone.
        request_id: of the request.
        digits: of scores; None: all.

    """
    would = None
    if result is not None:
        fields = {name: result[name] for name in WouldDo.model_fields}
        would = WouldDo.model_validate(fields | {"scores": _rounded(result["scores"], digits)})
    return FitAnswer(
        request_id=request_id,
        id=fit.id,
        model=fit.model,
        expires_in_s=round(seconds, 1),
        people=fit.people,
        counts=fit.counted(),
        left_out=dict(fit.left_out),
        goals=[Goal.model_validate(goal) for goal in fit.goals()],
        steps=fit.steps(),
        now=_does(fit, digits),
        result=would,
        adopted=fit.adopted,
    )


def picture_answer(
    fit: Fit, look: Mapping[str, Any], why: str | None, request_id: str, digits: int | None
) -> FitPictureAnswer:
    """What came of one picture.

    Args:
        fit: it was shown to.
        look: facts of the task ``fit-look``.
        why: it was not taken; None: it was.
        request_id: of the request.
        digits: of the score; None: all.

    """
    score = look["score"]
    return FitPictureAnswer(
        request_id=request_id,
        taken=why is None,
        reason=why,
        advice=look["advice"],
        score=score if score is None or digits is None else round(score, digits),
        threshold=look["threshold"],
        box=look["box"],
        size=look["size"],
        counts=fit.counted(),
        people=fit.people,
        goals=[Goal.model_validate(goal) for goal in fit.goals()],
    )


def _does(fit: Fit, digits: int | None) -> Does:
    refused = {kind: sum(face.refused for face in fit.of(kind)) for kind in KINDS}
    counts = fit.counted()
    return Does(
        threshold=fit.threshold,
        refused=_counted(refused["live"], counts["live"]),
        passed={
            kind: _counted(counts[kind] - refused[kind], counts[kind])
            for kind in KINDS
            if kind != "live" and counts[kind]
        },
        scores=_rounded(fit.scores_now(), digits),
    )


def _counted(errors: int, total: int) -> Counted:
    low, high = clopper_pearson(errors, total)
    return Counted(errors=errors, of=total, low=low, high=high)


def _rounded(scores: Mapping[str, Sequence[float]], digits: int | None) -> dict[str, list[float]]:
    return {
        kind: [score if digits is None else round(score, digits) for score in said]
        for kind, said in scores.items()
    }
