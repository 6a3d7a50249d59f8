"""What is shown of studies: which tables, and what stands in their cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from transfer_parts import cells
from transfer_parts.answers import kinds_in
from transfer_parts.cells import NONE
from transfer_parts.left_out import Choice
from transfer_parts.set_figures import Rates, over_sets
from transfer_parts.sheets import Sheet
from transfer_parts.study import OwnRule, Study

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
        *at_points(studies),
        at_own(studies, own),
        *(at_others(studies, rate) for rate in _rates(studies)),
        *kinds(studies),
    ]


def _rates(studies: Sequence[Study]) -> list[float]:
    return next((list(s.left_out) for s in studies if s.left_out), [])


def at_points(studies: Sequence[Study]) -> list[Sheet]:
    """Errors at the thresholds that packages name; no table if none does."""
    rows = []
    for study in studies:
        for point, by_set in study.points.items():
            rates = study.point_rates(point)
            at = next(iter(by_set.values())).threshold
            rows.append([f"{study.name}, {point}", f"{at:.4g}"])
            rows[-1] += [cells.mean_pair(rates), cells.worst_pair(rates)]
    note = (
        "Where a package's points were chosen on these sets, these are rates of the choice; those "
        f"on sets left out are in the tables of the other sets' thresholds. {SILENT}"
    )
    title = "Operating points that packages name: BPCER / APCER, %"
    return [Sheet(title, note, ["point", "threshold", "mean", "worst"], rows)] if rows else []


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
        row = [s.name, cells.mean_area(s.area, len(s.answers)), cells.worst_area(s.area)]
        row += [cells.area(s.pooled), cells.mean_pair(s.default_rates)]
        row += [cells.mean_pair(s.own_rates), cells.worst_pair(s.own_rates)]
        row += [cells.mean_pair(s.left_out[r].rates) if s.left_out else NONE for r in rates]
        rows.append(row)
    mine = f"own {own.pictures}"
    return Sheet(
        "All sets",
        "AUC: mean, worst set, all sets pooled. Then BPCER / APCER in %, of faces with an answer, "
        f"at the model's own threshold (mean), at one from {own.pictures} of a set's own live "
        "pictures (mean, worst sets), and at one from the other sets' live faces (mean), by the "
        f"BPCER that these were held to. Means are of the sets that have answers. {SILENT}",
        [
            "",
            "mean",
            "worst",
            "pooled",
            "default",
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
        gone = [cells.gone(s.answers[name]) for s in studies]
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
    rows = [[name, *(cells.area(s.apart[name]) for s in studies)] for name in studies[0].answers]
    rows.append(["mean", *(cells.mean_area(s.area, len(s.answers)) for s in studies)])
    rows.append(["worst", *(cells.worst_area(s.area) for s in studies)])
    rows.append(["pooled", *(cells.area(s.pooled) for s in studies)])
    equal = [
        [name, *(cells.equal_errors(s.apart[name]) for s in studies)] for name in studies[0].answers
    ]
    equal.append(["mean", *(cells.mean(s.eer) for s in studies)])
    equal.append(["worst", *(cells.worst(s.eer) for s in studies)])
    equal.append(["pooled", *(cells.equal_errors(s.pooled) for s in studies)])
    head = ["set", *(s.name for s in studies)]
    note = "Intervals: bootstrap over pictures; frames of a set are alike, so true ones are wider."
    return [Sheet("AUC (95 %)", note, head, rows), Sheet("EER, % (95 %)", note, head, equal)]


def at_default(studies: Sequence[Study]) -> list[Sheet]:
    """BPCER and APCER by set at the contenders' own thresholds, with exact intervals."""
    made = []
    limits = "; ".join(f"{s.name} {s.threshold:.4g}" for s in studies)
    for title, name in (("BPCER", "bpcer"), ("APCER", "apcer")):
        rows = [
            [of_set, *(cells.counted(getattr(s.default[of_set], name)) for s in studies)]
            for of_set in studies[0].answers
        ]
        both = [
            (over_sets({n: getattr(r, name) for n, r in s.default_rates.items()}),
             over_sets({n: getattr(r, f"{name}_of_all") for n, r in s.default_rates.items()}))
            for s in studies
        ]  # fmt: skip
        rows.append(["mean", *(cells.with_all(cells.mean(a), cells.mean(b)) for a, b in both)])
        rows.append(["worst", *(cells.worst(a) for a, _ in both)])
        rows.append(["pooled", *(cells.counted(getattr(s.pooled_default, name)) for s in studies)])
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
        [name, *(cells.pair(rates[name]) if name in rates else NONE for rates in found)]
        for name in studies[0].answers
    ]
    rows.append(["mean", *(cells.mean_pair(rates) for rates in found)])
    rows.append(["worst", *(cells.worst_pair(rates) for rates in found)])
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
            passed = cells.counted(s.pooled_default.apcer_by_kind[kind])
            rows.append([s.name, cells.mean_area(s.auc_of_kind(kind)), passed, cells.mean(own)])
            rows[-1] += [cells.percent(c.rate) if c else NONE for c in left]
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
         *(cells.pair(Rates.of(by_name[name])) for by_name in choice.points.values())]
        for name, area in choice.auc.items()
    ]  # fmt: skip
    spread = over_sets(choice.auc, min)
    means = [
        cells.mean_pair({n: Rates.of(e) for n, e in by_name.items()})
        for by_name in choice.points.values()
    ]
    rows.append(["mean", "", cells.mean_area(spread), *means])
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
