"""What the experts of a package say of a face, and how their words become one score."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from spoofcue.faces.box import Box
from spoofcue.package.expert import AnyExpert, Calibration, ClassOutput
from spoofcue.package.profile import OddsAlignment

# A float32 probability of 1 is no certainty, but its odds would be infinite.
LEAST_PROBABILITY = 1e-7


@dataclass(frozen=True, slots=True)
class Evidence:
    """One expert's part in a score.

    Attributes:
        expert: its name.
        raw: of a cue map the mean magnitude, 0..1; of a classifier the log-odds of an attack by
            its own output. None: it had nothing to look at.
        log_odds: of an attack, after the expert's calibration; None also where a package's only
            expert has none, whose raw evidence is the score.
        weight: of the log-odds in the sum; larger than in the package where others are missing.
        contribution: weight times log-odds; the logistic function of their sum is the score.
        box: the rectangle that it looked at, or would have, px of the frame.
        inside: the pixels of the frame in it, as a part of those that it wants, 0..1.
        missing: why it has no part: it had too little to look at, or its output was no number,
            which rejects the face. None: it has.
        features: (C,) float64 of an expert with features, which a camera's profile is made of;
            not part of :meth:`to_dict`.

    """

    expert: str
    raw: float | None
    log_odds: float | None
    weight: float | None
    contribution: float | None
    box: Box
    inside: float
    missing: str | None = None
    features: NDArray[np.float64] | None = field(default=None, compare=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        plain = asdict(replace(self, features=None))
        del plain["features"]
        return plain


@dataclass(frozen=True, slots=True)
class Unscored:
    """Why a face that was cropped has no score.

    Attributes:
        reason: ``no_context``: an expert had too little to look at; ``error``: an output that is no
            number.
        detail: in words, with figures.

    """

    reason: Literal["no_context", "error"]
    detail: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What one expert gave before it is weighed.

    Attributes:
        expert: which.
        box: see :class:`Evidence`.
        inside: see :class:`Evidence`.
        raw: None where it did not look.
        features: see :class:`Evidence`.
        alignment: of its log-odds to a camera; None: there is none.

    """

    expert: AnyExpert
    box: Box
    inside: float
    raw: float | None
    features: NDArray[np.float64] | None = None
    alignment: OddsAlignment | None = None

    @property
    def missing(self) -> str | None:
        """Why there is no evidence, in words; None if there is."""
        if self.raw is not None:
            return None
        return (
            f"{100 * self.inside:.0f} % of what {self.expert.name} looks at lies in the picture; "
            f"it takes {100 * self.expert.least_inside:g} %"
        )


def too_little(expert: AnyExpert, inside: float) -> bool:
    """Whether an expert has nothing to look at, by the rule that its package states."""
    return inside < expert.least_inside or inside <= 0


def attack_log_odds(output: NDArray[np.floating], kind: str, of: ClassOutput) -> float:
    """Log-odds of an attack by a classifier's own output; NaN for one that is no number.

    Args:
        output: of one image, ``classes`` numbers in any shape.
        kind: ``logits`` or ``probabilities``.
        of: which number says what.

    """
    values = np.asarray(output, dtype=np.float64).reshape(-1)
    if len(values) != of.classes or not np.isfinite(values).all():
        return math.nan
    if kind == "logits":
        others = np.delete(values, of.index)
        odds = float(values[of.index] - (np.logaddexp.reduce(others) if len(others) else 0.0))
    else:
        if values.min() < -LEAST_PROBABILITY or values.max() > 1 + LEAST_PROBABILITY:
            return math.nan
        p = min(max(float(values[of.index]), LEAST_PROBABILITY), 1 - LEAST_PROBABILITY)
        odds = math.log(p) - math.log1p(-p)
    return odds if of.means == "attack" else -odds


def combined(
    looked: Sequence[Looked], missing: Literal["rejected", "without"]
) -> tuple[float, tuple[Evidence, ...], Unscored | None]:
    """The score of one face, each expert's part in it, and why there is none.

    Args:
        looked: of each expert of the package.
        missing: the package's rule for experts that had nothing to look at.

    Returns:
        The score is NaN where there is none. An output that is no number is never left out.

    """
    there = [one for one in looked if one.raw is not None]
    wanted = sum(one.expert.weight for one in looked)
    share = wanted / sum(one.expert.weight for one in there) if there else 0.0
    evidence = tuple(_weighed(one, share) for one in looked)
    broken = [one.expert.name for one in there if not math.isfinite(one.raw or 0.0)]
    if broken:
        names = ", ".join(broken)
        return math.nan, evidence, Unscored("error", f"{names} gave an output that is no number")
    gone = [one.missing for one in looked if one.missing]
    if gone and (missing == "rejected" or not there):
        return math.nan, evidence, Unscored("no_context", "; ".join(gone))
    (first, *others) = there
    if not others and first.expert.calibration is None:
        return first.raw if first.raw is not None else math.nan, evidence, None
    return logistic(sum(e.contribution or 0.0 for e in evidence)), evidence, None


def _weighed(one: Looked, share: float) -> Evidence:
    expert, raw, why = one.expert, one.raw, one.missing
    log_odds = weight = contribution = None
    if raw is not None and not math.isfinite(raw):
        raw, why = None, f"the output of {expert.name} is no number"
    if raw is not None and expert.calibration is not None:
        log_odds = calibrated(raw, expert.calibration)
        if one.alignment is not None:
            log_odds = one.alignment.aligned(log_odds)
        weight = expert.weight * share
        contribution = weight * log_odds
    return Evidence(
        expert.name,
        raw,
        log_odds,
        weight,
        contribution,
        one.box,
        one.inside,
        why,
        one.features,
    )


def calibrated(raw: float, calibration: Calibration) -> float:
    """Log-odds from raw evidence."""
    log_odds = calibration.slope * raw + calibration.offset
    if calibration.limit is None:
        return log_odds
    return min(max(log_odds, -calibration.limit), calibration.limit)


def logistic(log_odds: float) -> float:
    """1 / (1 + exp(-x)), without overflow."""
    if log_odds >= 0:
        return 1 / (1 + math.exp(-log_odds))
    odds = math.exp(log_odds)
    return odds / (1 + odds)
