"""What is shown of studies: which tables, and what stands in their cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from transfer_parts.answers import kinds_in
from transfer_parts.left_out import Choice
from transfer_parts.set_figures import Count, Rates, Separation, Spread, over_sets
from transfer_parts.sheets import Sheet
from transfer_parts.study import OwnRule, Study

from spoofcue.metrics.intervals import clopper_pearson

NONE = "—"
SILENT = (
    "Behind > stands the rate with faces without an answer as refused live and stopped attacks."
)


def sheets_of(
    studies: Sequence[Study], own: OwnRule, faceless: Mapping[str, Sequence[int]]
) -> list[Sheet]:
    """All tables.

    Args:
        studies: of contenders on the same sets.
        own: how the sets' own thresholds were made.
        faceless: set -> how many live pictures and attacks had no face for any contender.

    """
    return [
        summary(studies, own),
        unanswered(studies, faceless),
        *apart(studies),
        *at_default(studies),
        at_own(studies, own),
        *(at_others(studies, rate) for rate in _rates(studies)),
        *kinds(studies),
    ]


def _rates(studies: Sequence[Study]) -> list[float]:
    return next((list(s.left_out) for s in studies if s.left_out), [])


def at_own(studies: Sequence[Study], own: OwnRule) -> Sheet:
    """Errors at thresholds from live pictures of the set itself."""
    return by_set(
        studies,
        "Threshold of the set's own live faces: BPCER / APCER, %",
        f"Set so that {100 * own.rate:g} % of {own.pictures} live pictures of the set, or of half "
        "of them where it has fewer than twice as many, are refused; judged on its others and on "
        f"all attacks; mean of {own.draws} draws. {SILENT}",
        [study.own_rates for study in studies],
    )


def at_others(studies: Sequence[Study], rate: float) -> Sheet:
    """Errors at thresholds from live faces of the other sets."""
    return by_set(
        studies,
        f"Threshold of the other sets (BPCER {100 * rate:g} % on them): BPCER / APCER, %",
        f"Each set weighs the same and is judged at the threshold that the others have. {SILENT}",
        [study.left_out[rate].rates if study.left_out else {} for study in studies],
    )


def summary(studies: Sequence[Study], own: OwnRule) -> Sheet:
    """One row a contender."""
    rates = _rates(studies)
    rows = []
    for s in studies:
        row = [s.name, _spread(s.area, len(s.answers)), _worst(s.area, percent=False)]
        row += [_area(s.pooled), _pair(mean_of(s.own_rates)), _worst_pair(s.own_rates)]
        row += [_pair(mean_of(s.left_out[r].rates)) if s.left_out else NONE for r in rates]
        rows.append(row)
    mine = f"own {own.pictures}"
    return Sheet(
        "All sets",
        "AUC: mean, worst set, all sets pooled. Then BPCER / APCER in %, of faces with an answer, "
        f"at a threshold from {own.pictures} of a set's own live pictures (mean, worst sets) and "
        "at one from the other sets' live faces (mean), by the BPCER that these were held to.",
        [
            "",
            "mean",
            "worst",
            "pooled",
            mine,
            f"{mine}, worst",
            *(f"left out {100 * r:g} %" for r in rates),
        ],
        rows,
    )


def unanswered(studies: Sequence[Study], faceless: Mapping[str, Sequence[int]]) -> Sheet:
    """Pictures without an answer, by set and class."""
    rows = []
    for name, first in studies[0].answers.items():
        gone = [_gone(s.answers[name].live, s.answers[name].attack) for s in studies]
        pictures = f"{len(first.live)} / {len(first.attack)}"
        rows.append([name, pictures, " / ".join(map(str, faceless[name])), *gone])
    return Sheet(
        "Without an answer: live / attack",
        "No face found or not readable; and these with those that show an expert too little.",
        ["set", "pictures", "no face", *(s.name for s in studies)],
        rows,
    )


def apart(studies: Sequence[Study]) -> list[Sheet]:
    """AUC and EER by set."""
    rows = [[name, *(_area(s.apart[name]) for s in studies)] for name in studies[0].answers]
    rows.append(["mean", *(_spread(s.area, len(s.answers)) for s in studies)])
    rows.append(["worst", *(_worst(s.area, percent=False) for s in studies)])
    rows.append(["pooled", *(_area(s.pooled) for s in studies)])
    equal = [[name, *(_eer(s.apart[name]) for s in studies)] for name in studies[0].answers]
    equal.append(["mean", *(_percent(_mean(s.eer)) for s in studies)])
    equal.append(["worst", *(_worst(s.eer) for s in studies)])
    equal.append(["pooled", *(_eer(s.pooled) for s in studies)])
    head = ["set", *(s.name for s in studies)]
    note = "Intervals: bootstrap over pictures; frames of a set are alike, so true ones are wider."
    return [Sheet("AUC (95 %)", note, head, rows), Sheet("EER, % (95 %)", note, head, equal)]


def at_default(studies: Sequence[Study]) -> list[Sheet]:
    """BPCER and APCER by set at the contenders' own thresholds, with exact intervals."""
    made = []
    limits = "; ".join(f"{s.name} {s.threshold:.4g}" for s in studies)
    for title, name in (("BPCER", "bpcer"), ("APCER", "apcer")):
        rows = [
            [of_set, *(_count(getattr(s.default[of_set], name)) for s in studies)]
            for of_set in studies[0].answers
        ]
        both = [
            (over_sets({n: getattr(r, name) for n, r in s.default_rates.items()}),
             over_sets({n: getattr(r, f"{name}_of_all") for n, r in s.default_rates.items()}))
            for s in studies
        ]  # fmt: skip
        rows.append(["mean", *(_with_all(_mean(a), _mean(b)) for a, b in both)])
        rows.append(["worst", *(_worst(a) for a, _ in both)])
        rows.append(["pooled", *(_count(getattr(s.pooled_default, name)) for s in studies)])
        made.append(
            Sheet(
                f"{title} at the model's own threshold, % (95 % exact)",
                f"Thresholds: {limits}. {SILENT}",
                ["set", *(s.name for s in studies)],
                rows,
            )
        )
    return made


def by_set(
    studies: Sequence[Study], title: str, note: str, found: Sequence[Mapping[str, Rates]]
) -> Sheet:
    """BPCER and APCER of each set, and over the sets."""
    rows = [
        [name, *(_pair(rates[name]) if name in rates else NONE for rates in found)]
        for name in studies[0].answers
    ]
    rows.append(["mean", *(_pair(mean_of(rates)) for rates in found)])
    rows.append(["worst", *(_worst_pair(rates) for rates in found)])
    return Sheet(title, note, ["set", *(s.name for s in studies)], rows)


def kinds(studies: Sequence[Study]) -> list[Sheet]:
    """Attacks of each kind that pass, a table a kind."""
    rates = _rates(studies)
    made = []
    for kind in kinds_in(studies[0].answers):
        rows = []
        for s in studies:
            own = s.own_apcer_of_kind(kind)
            left = [s.left_out[r].apcer_of_kind(kind) if s.left_out else None for r in rates]
            passed = _count(s.pooled_default.apcer_by_kind[kind])
            rows.append([s.name, _area_alone(s.auc_of_kind(kind)), passed, _percent(_mean(own))])
            rows[-1] += [_percent(c.rate) if c else NONE for c in left]
        sets = sum(kind in answers.kinds for answers in studies[0].answers.values())
        attacks = sum(answers.kinds.count(kind) for answers in studies[0].answers.values())
        made.append(
            Sheet(
                f"Attacks of kind {kind}: {attacks} in {sets} set(s)",
                "AUC: mean over these sets. APCER, %: at the model's own threshold (95 % exact), "
                "at the sets' own (mean over sets), at those of the other sets.",
                ["", "AUC", "default", "own", *(f"left out {100 * r:g} %" for r in rates)],
                rows,
            )
        )
    return made


def chosen(choice: Choice[Any], of: str) -> Sheet:
    """What was chosen for each set on the others, and what came of it."""
    rows = [
        [name, str(choice.chosen[name]), NONE if area is None else f"{area:.3f}",
         *(_pair(Rates.of(by_name[name])) for by_name in choice.points.values())]
        for name, area in choice.auc.items()
    ]  # fmt: skip
    spread = over_sets(choice.auc, min)
    means = [
        _pair(mean_of({n: Rates.of(e) for n, e in by_name.items()}))
        for by_name in choice.points.values()
    ]
    rows.append(["mean", "", _area_alone(spread), *means])
    times = ", ".join(f"{value} {n} times" for value, n in choice.times.items())
    return Sheet(
        f"{of}, chosen on the other sets by mean AUC",
        f"Chosen: {times}. The best on all sets is {choice.on_all[0]} (mean AUC "
        f"{choice.on_all[1]:.3f}, chosen on what it is judged on). BPCER / APCER, %, at the "
        "threshold of the other sets. " + SILENT,
        ["set", "chosen", "AUC", *(f"left out {100 * r:g} %" for r in choice.points)],
        rows,
    )


def rejections(found: Mapping[str, Mapping[str, int]], *, counted: bool) -> Sheet:
    """Faces that the detector's checks reject unseen.

    Args:
        found: model -> class and reason -> how many.
        counted: whether these count as without an answer.

    """
    reasons = dict.fromkeys(reason for of_model in found.values() for reason in of_model)
    rows = [[reason, *(str(f.get(reason, 0)) for f in found.values())] for reason in reasons]
    count = "They count" if counted else "They do not count"
    return Sheet(
        "Faces that `Detector` would reject before a score",
        f"{count} as without an answer above.",
        ["class, reason", *found],
        rows or [["none", *("0" for _ in found)]],
    )


def mean_of(rates: Mapping[str, Rates]) -> Rates:
    """Over sets."""
    return Rates.mean(rates.values())


def _gone(*classes: Any) -> str:
    return " / ".join(str(int(np.isnan(scores).sum())) for scores in classes)


def _area(apart: Separation | None) -> str:
    if apart is None:
        return NONE
    area = apart.auc
    return f"{area.value:.3f} ({area.low:.3f}–{area.high:.3f})"


def _eer(apart: Separation | None) -> str:
    if apart is None:
        return NONE
    rate = apart.eer
    return f"{100 * rate.value:.1f} ({100 * rate.low:.1f}–{100 * rate.high:.1f})"


def _area_alone(area: Spread | None) -> str:
    return f"{area.mean:.3f}" if area else NONE


def _spread(area: Spread | None, sets: int) -> str:
    if area is None:
        return NONE
    return f"{area.mean:.3f}" + (f" of {area.sets}" if area.sets < sets else "")


def _worst(spread: Spread | None, percent: bool = True) -> str:
    if spread is None:
        return NONE
    return f"{_percent(spread.worst) if percent else f'{spread.worst:.3f}'} {spread.worst_set}"


def _mean(spread: Spread | None) -> float | None:
    return spread.mean if spread else None


def _percent(value: float | None) -> str:
    return NONE if value is None else f"{100 * value:.1f}"


def _count(count: Count) -> str:
    text = NONE
    if count.answered:
        low, high = clopper_pearson(count.errors, count.answered)
        text = f"{_percent(count.rate)} ({100 * low:.0f}–{100 * high:.0f})"
    return text + (f" > {_percent(count.rate_of_all)}" if count.silent else "")


def _with_all(answered: float | None, of_all: float | None) -> str:
    text = _percent(answered)
    return text if _percent(of_all) == text else f"{text} > {_percent(of_all)}"


def _pair(rates: Rates) -> str:
    text = f"{_percent(rates.bpcer)} / {_percent(rates.apcer)}"
    whole = f"{_percent(rates.bpcer_of_all)} / {_percent(rates.apcer_of_all)}"
    return text if whole == text else f"{text} > {whole}"


def _worst_pair(rates: Mapping[str, Rates]) -> str:
    pair: Iterable[str] = (
        _worst(over_sets({n: getattr(r, name) for n, r in rates.items()}))
        for name in ("bpcer", "apcer")
    )
    return " / ".join(pair)
