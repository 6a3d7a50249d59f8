"""A threshold for a target, and a package that carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from spoofcue.errors import InputError
from spoofcue.metrics.csv_scores import csv_marks
from spoofcue.metrics.intervals import Support, support_of
from spoofcue.metrics.score_files import detect_format, read_scores
from spoofcue.metrics.scores import ScoreSet, by_video
from spoofcue.metrics.thresholds import TARGETS, ThresholdRule
from spoofcue.package.profile import CameraProfile
from spoofcue.package.read import Package, check_model, read_package
from spoofcue.package.schema import CardSection
from spoofcue.package.threshold import ThresholdFacts
from spoofcue.package.write import Content, changed, with_profile, write_package
from spoofcue.records.evaluation_record import METRICS_FILE, EvaluationRecord


def target_rule(target: str) -> ThresholdRule:
    """Read ``apcer=RATE``, ``bpcer=RATE``, ``expected-bpcer=RATE`` or ``eer``.

    Raises:
        InputError: it is none of them.

    """
    return ThresholdRule.parse(target, among=TARGETS, what="target")


def threshold_facts(
    scores: ScoreSet,
    target: str,
    source: str,
    *,
    people: int | None = None,
    data: str | None = None,
    protocol: str | None = None,
) -> ThresholdFacts:
    """The threshold that meets a target on some scores, with their counts.

    Args:
        scores: of independent attempts, in 0..1, not those that it will be judged by.
        target: ``apcer=RATE``: at most that part of the attacks of every species passes;
            ``bpcer=RATE``: at most that part of the live faces is refused;
            ``expected-bpcer=RATE``: that part of further ones is to be expected; or ``eer``.
        source: where the threshold comes from, in words.
        people: how many people are in the scores, None: as many as they name.
        data: name of the prepared folder or score file.
        protocol: name of the protocol.

    Raises:
        InputError: a target that is none, the class that it is of is missing (``eer`` is of
            both), or the target cannot be met within 0..1.

    """
    rule = target_rule(target)
    value = rule.on(scores).value
    if not 0 <= value <= 1:
        raise InputError(
            f"target {target} needs the threshold {value:g}, outside 0..1: an attack scores as "
            "low as a score can be."
        )
    support = _support(scores, rule)
    return ThresholdFacts(
        value=value,
        rule=str(rule),
        source=source,
        data=data,
        protocol=protocol,
        target=rule.value,
        live=len(scores.live),
        attack=len(scores.attack),
        people=(len({*scores.subjects.names} - {""}) or None) if people is None else people,
        supported=support.supported if support else None,
    )


def doubt_of(scores: ScoreSet, target: str) -> str:
    """Why a target that a threshold meets on some scores cannot be promised; empty if it can."""
    rule = target_rule(target)
    if rule.rule == "expected-bpcer" and len(scores.live) < ENOUGH:
        return (
            f"of {len(scores.live)} live faces what is to be expected of others is a guess: give "
            f"{ENOUGH} or more, better thirty"
        )
    support = _support(scores, rule)
    if support is None or support.supported:
        return ""
    return f"{target} cannot be promised: {support.reason.replace('dev has', 'there are', 1)}"


# live faces; with ten a third more attacks passed (docs/results/pretrained.md, "How many pictures")
ENOUGH = 20


def _support(scores: ScoreSet, rule: ThresholdRule) -> Support | None:
    """Whether there are attempts enough for the promise; None where no rate is promised."""
    if rule.value is None or rule.rule == "expected-bpcer":
        return None
    by_species = {species: len(s) for species, s in scores.ranking.by_pai.items()}
    attempts = by_species if rule.rule == "apcer" else {"live": len(scores.live)}
    return support_of(rule.value, attempts)


DEFAULT_SPLIT = "dev"
RATES_AT = "dev and test rates are at the threshold"


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What came of a calibration.

    Attributes:
        package: the new one.
        before: the old one's threshold.
        doubt: why the target cannot be promised; empty if it can.

    """

    package: Package
    before: ThresholdFacts
    doubt: str


def calibrate_package(
    path: Path,
    scores: Path,
    target: str,
    out: Path,
    *,
    protocol: str | None = None,
    split: str | None = None,
) -> Calibrated:
    """Write a copy of a package with a threshold from a score file; all else stays.

    Frames of one video are one attempt, with their mean, as `evaluate` and `predict` take them.

    Args:
        path: the package.
        scores: a score file of this very model; one with several splits has a column ``split``.
        target: see :func:`spoofcue.package.calibration.threshold_facts`.
        out: a folder, or a file that ends in ``.spoofcue``; an older package is replaced.
        protocol: of the scores, for the record.
        split: whose rows are taken; None: ``dev`` where there is a column ``split``.

    Raises:
        PackageError: the package is refused.
        InputError: the scores are of another model, or cannot carry the target; nothing is
            written.

    """
    target_rule(target)
    package = read_package(path)
    chosen_split = _check_marks(package, scores, split)
    given = read_scores(scores, split=chosen_split)
    if given.has_videos:
        given = by_video(given)
    outside = int(((given.score < 0) | (given.score > 1)).sum())
    if outside:
        raise InputError(
            f"{scores}: {outside} of {len(given)} scores are outside 0..1; they are no scores of "
            f"{package.id}."
        )
    what = f"{chosen_split} scores" if chosen_split else "scores"
    facts = threshold_facts(
        given, target, f"calibrated on {what} of {scores.name}", data=scores.name, protocol=protocol
    )
    return write_calibrated(package, facts, doubt_of(given, target), out)


def write_calibrated(
    package: Package,
    facts: ThresholdFacts,
    doubt: str,
    out: Path,
    camera: tuple[CameraProfile, Mapping[str, bytes]] | None = None,
) -> Calibrated:
    """Write a copy of a package with another threshold; all else stays.

    Args:
        package: as it was read.
        facts: the threshold, chosen on scores of this package.
        doubt: why its target cannot be promised; empty if it can.
        out: a folder, or a file that ends in ``.spoofcue``; an older package is replaced.
        camera: the profile that the threshold goes with, and its file; None: the package's own
            stays, if it has one.

    """
    written = write_package(out, *calibrated_content(package, facts, camera))
    return Calibrated(written, package.spec.threshold, doubt)


def calibrated_content(
    package: Package,
    facts: ThresholdFacts,
    camera: tuple[CameraProfile, Mapping[str, bytes]] | None = None,
) -> Content:
    """What :func:`write_calibrated` writes; the arguments are the same."""
    before = package.spec.threshold
    # the stored rates stay true of the threshold that they were counted at
    metrics = {RATES_AT: before.value, **package.spec.metrics} if package.spec.metrics else {}
    changes = {"threshold": facts, "metrics": metrics, "card": _kept(package, before)}
    if camera is None:
        return changed(package, changes)
    return with_profile(package, camera, changes)


def _kept(package: Package, before: ThresholdFacts) -> CardSection | None:
    """The card, whose rates at the package's own threshold name the one that they are true of."""
    card = package.spec.card
    if card is None:
        return None
    at = {"threshold": before.value, "threshold_rule": before.rule}
    entries = [
        entry if entry.threshold is not None else entry.model_copy(update=at)
        for entry in card.evaluation
    ]
    return card.model_copy(update={"evaluation": entries})


def _check_marks(package: Package, scores: Path, split: str | None) -> str | None:
    """The split to take, after the file was found to be of the package."""
    models: list[str] = []
    splits: list[str] = []
    if detect_format(scores) == "csv":
        marks = csv_marks(scores)
        models, splits = marks.models, marks.splits
    for model in models:
        check_model(package, model, f"{scores}, column model,")
    # `evaluate` names the model in a file beside its scores
    beside = scores.with_name(METRICS_FILE)
    if scores.name in ("dev.csv", "test.csv") and beside.is_file():
        if scores.name == "test.csv":
            raise InputError(
                f"{scores} holds the test scores of `spoofcue evaluate`, and a threshold must not "
                "come from the scores it is evaluated on; give the dev.csv beside it."
            )
        named = EvaluationRecord.read(beside).model
        if named is not None and not models:
            check_model(package, named, f"{scores} ({beside.name} beside it)")
    if split is None and splits and DEFAULT_SPLIT not in splits:
        raise InputError(
            f"{scores} has the splits {', '.join(splits)} and no {DEFAULT_SPLIT}; name one "
            "(--split). A threshold must not come from the scores it is evaluated on."
        )
    if split is not None and splits and split not in splits:
        raise InputError(f"{scores} has no split {split!r}; there are {', '.join(splits)}.")
    return split if split is not None or not splits else DEFAULT_SPLIT
