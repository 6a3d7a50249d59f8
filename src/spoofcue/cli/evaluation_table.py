"""An evaluation as tables that fit a terminal of 80 columns."""

from __future__ import annotations

from rich import box
from rich.table import Table

from spoofcue.cli.console import out
from spoofcue.metrics.intervals import clopper_pearson
from spoofcue.metrics.rate import Rate
from spoofcue.metrics.results import Evaluation, LevelResult, OperatingPoint

Row = tuple[str, str, str, str, str]
UNSUPPORTED = "†"


def print_evaluation(result: Evaluation) -> None:
    """Frame level and, where recordings have several frames, video level."""
    _print_level("frame", result.frame)
    if result.video:
        _print_level("video", result.video)


def _print_level(name: str, level: LevelResult) -> None:
    rule, value = level.threshold.rule, level.threshold.value
    origin = "fixed beforehand" if rule == "fixed" else f"{rule} on dev"
    table = Table(
        title=f"{name} level, species by {level.grouping}, threshold {value:.5g} ({origin})",
        box=box.SIMPLE_HEAD,
        padding=(0, 1),
        collapse_padding=True,
        pad_edge=False,
    )
    drawn = level.bootstrap
    table.add_column("test", overflow="fold")
    titles = ["%", "errors", "95 % exact", *([f"by {drawn.unit}"] if drawn else [])]
    for title in titles:
        table.add_column(title, justify="right", overflow="fold")
    for row in _rows(level):
        table.add_row(*row[: 1 + len(titles)])
    out.print(table)
    _print_notes(level)


def _rows(level: LevelResult) -> list[Row]:
    rates = level.rates
    rows = [_counted(f"APCER {s}", r) for s, r in rates.apcer_by_pai.items()]
    rows += [
        _plain(level, "APCER (worst species)", "apcer_max", rates.apcer_max),
        _counted("BPCER", rates.bpcer, _drawn(level, "bpcer")),
        _plain(level, "ACER", "acer", rates.acer),
        _plain(level, "HTER", "hter", rates.hter),
        _plain(level, "EER", "eer", level.eer),
        _plain(level, "AUC", "auc", level.auc),
    ]
    for grouping, other in level.by_grouping.items():
        if grouping != level.grouping:
            rows += [
                (f"APCER, {grouping}", _percent(other.apcer_max), "", "", ""),
                (f"ACER, {grouping}", _percent(other.acer), "", "", ""),
            ]
    for limit, point in level.bpcer_at_apcer.items():
        rows.append(_held("BPCER at dev APCER", limit, point, point.rates.bpcer.value))
    for limit, point in level.apcer_at_bpcer.items():
        rows.append(_held("APCER at dev BPCER", limit, point, point.rates.apcer_max))
    lost = level.nonresponse
    if lost.bpnrr.errors or lost.apnrr.errors:
        rows += [_counted("BPNRR (live, no score)", lost.bpnrr)]
        rows += [_counted("APNRR (attacks, no score)", lost.apnrr)]
        far, frr = lost.with_failures(rates.far.value, rates.bpcer.value)
        rows += [
            ("FAR with failures", _percent(far), "", "", ""),
            ("FRR with failures", _percent(frr), "", "", ""),
        ]
    return rows


def _print_notes(level: LevelResult) -> None:
    lost = level.nonresponse
    count = lost.bpnrr.errors + lost.apnrr.errors
    if count:
        out.print(
            f"no score for {count} attempts ({lost.bpnrr.errors} live, {lost.apnrr.errors} "
            "attack): not in APCER, BPCER and what follows from them"
        )
    points = [*level.bpcer_at_apcer.values(), *level.apcer_at_bpcer.values()]
    scarce = {p.support.scarcest: p.support for p in points if not p.support.supported}
    if scarce:
        counts = ", ".join(f"{s.attempts} {name}" for name, s in scarce.items())
        out.print(
            f"{UNSUPPORTED} dev has too few attempts for such a rate ({counts}); it takes 3/rate"
        )
    if level.bootstrap and level.bootstrap.undefined:
        out.print(
            f"{level.bootstrap.undefined} of {level.bootstrap.replicates} bootstrap replicates "
            "lacked a class"
        )


def _counted(name: str, rate: Rate, drawn: str = "") -> Row:
    exact = _interval(*clopper_pearson(rate.errors, rate.total))
    return name, _percent(rate.value), f"{rate.errors}/{rate.total}", exact, drawn


def _plain(level: LevelResult, name: str, measure: str, value: float) -> Row:
    return name, _percent(value), "", "", _drawn(level, measure)


def _held(name: str, limit: float, point: OperatingPoint, value: float) -> Row:
    mark = "" if point.support.supported else f" {UNSUPPORTED}"
    return f"{name} {100 * limit:g} %{mark}", _percent(value), "", "", ""


def _drawn(level: LevelResult, measure: str) -> str:
    return _interval(*level.bootstrap.intervals[measure]) if level.bootstrap else ""


def _percent(value: float) -> str:
    return f"{100 * value:.2f}"


def _interval(low: float, high: float) -> str:
    return f"{100 * low:.1f}-{100 * high:.1f}"
