"""A threshold for a target, with the facts that a package keeps of it."""

from __future__ import annotations

from dataclasses import dataclass

from spoofcue.errors import InputError
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.support import support_of
from spoofcue.metrics.thresholds import apcer_threshold, bpcer_threshold, eer_threshold
from spoofcue.package.schema import ThresholdFacts


@dataclass(frozen=True, slots=True)
class Chosen:
    """A threshold.

    Attributes:
        facts: with the counts of the scores it was chosen on.
        doubt: why its target cannot be promised; empty if it can, or if there is none.

    """

    facts: ThresholdFacts
    doubt: str


def choose_threshold(
    scores: ScoreSet,
    target: str,
    source: str,
    *,
    people: int | None = None,
    data: str | None = None,
    protocol: str | None = None,
) -> Chosen:
    """The threshold that meets a target on some scores.

    Args:
        scores: of independent attempts, in 0..1, not those that it will be judged by.
        target: ``apcer=RATE``: at most that part of the attacks of every species passes;
            ``bpcer=RATE``: at most that part of the live faces is refused; or ``eer``.
        source: where the threshold comes from, in words.
        people: how many people are in the scores, None: as many as they name.
        data: name of the prepared folder or score file.
        protocol: name of the protocol.

    Raises:
        InputError: a target that is none, the class that it is of is missing (``eer`` is of
            both), or the target cannot be met within 0..1.

    """
    rule, rate = parse_target(target)
    if rule == "eer":
        value = eer_threshold(scores).value
    elif rule == "apcer":
        value = apcer_threshold(scores, rate).value
    else:
        value = bpcer_threshold(scores, rate).value
    if not 0 <= value <= 1:
        raise InputError(
            f"target {target} needs the threshold {value:g}, outside 0..1: an attack scores as "
            "low as a score can be."
        )
    supported, doubt = None, ""
    if rule != "eer":
        attempts = (
            {species: len(s) for species, s in scores.ranking.by_pai.items()}
            if rule == "apcer"
            else {"live": len(scores.live)}
        )
        support = support_of(rate, attempts)
        supported = support.supported
        doubt = support.reason.replace("dev has", "there are", 1)
    facts = ThresholdFacts(
        value=value,
        rule="eer" if rule == "eer" else f"{rule}<={rate:g}",
        source=source,
        data=data,
        protocol=protocol,
        target=None if rule == "eer" else rate,
        live=len(scores.live),
        attack=len(scores.attack),
        people=(len({*scores.subjects.names} - {""}) or None) if people is None else people,
        supported=supported,
    )
    return Chosen(facts, f"{target} cannot be promised: {doubt}" if doubt else "")


def parse_target(target: str) -> tuple[str, float]:
    """Rule and rate, 0 for ``eer``.

    Raises:
        InputError: it is none.

    """
    rule, equals, text = target.partition("=")
    if target == "eer":
        return "eer", 0.0
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    if rule not in ("apcer", "bpcer") or not equals or not 0 < rate < 1:
        raise InputError(
            f"target {target!r}: write apcer=RATE or bpcer=RATE with a rate between 0 and 1, or eer"
        )
    return rule, rate
