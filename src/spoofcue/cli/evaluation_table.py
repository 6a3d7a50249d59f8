"""An evaluation as a table that fits a terminal."""

from __future__ import annotations

from rich.table import Table

from spoofcue.cli.console import out
from spoofcue.metrics.error_rates import Rate
from spoofcue.metrics.evaluation import Evaluation, LevelResult
from spoofcue.metrics.intervals import clopper_pearson


def print_evaluation(result: Evaluation) -> None:
    """Frame level and, where recordings have several frames, video level."""
    table = Table(title="test split, threshold from dev")
    if result.frame.threshold.rule == "fixed":
        table.title = "test split, threshold fixed beforehand"
    table.add_column("")
    levels = {"frame": result.frame} | ({"video": result.video} if result.video else {})
    for name in levels:
        table.add_column(f"{name} level", justify="right")
    for title, cells in _rows(list(levels.values())):
        table.add_row(title, *cells)
    out.print(table)
    lost = result.nonresponse_live + result.nonresponse_attack
    if lost:
        out.print(
            f"no score for {lost} attempts ({result.nonresponse_live} live, "
            f"{result.nonresponse_attack} attack): not in the rates above"
        )


def _rows(levels: list[LevelResult]) -> list[tuple[str, list[str]]]:
    species = sorted(levels[0].rates.apcer_by_pai)
    rows = [("threshold", [f"{v.threshold.value:.5f}" for v in levels])]
    rows += [(f"APCER {s}", [_rate(v.rates.apcer_by_pai[s]) for v in levels]) for s in species]
    rows += [
        ("APCER (worst PAI)", [f"{100 * v.rates.apcer_max:.2f} %" for v in levels]),
        ("BPCER", [_rate(v.rates.bpcer) for v in levels]),
        ("ACER", [f"{100 * v.rates.acer:.2f} %" for v in levels]),
        ("HTER", [f"{100 * v.rates.hter:.2f} %" for v in levels]),
        ("EER", [f"{100 * v.eer:.2f} %" for v in levels]),
        ("AUC", [f"{v.auc:.4f}" for v in levels]),
    ]
    for limit in levels[0].bpcer_at_apcer:
        cells = [f"{100 * v.bpcer_at_apcer[limit][1].bpcer.value:.2f} %" for v in levels]
        rows.append((f"BPCER at dev APCER {100 * limit:g} %", cells))
    return rows


def _rate(rate: Rate) -> str:
    low, high = clopper_pearson(rate.errors, rate.total)
    return (
        f"{100 * rate.value:.2f} % ({rate.errors}/{rate.total}, {100 * low:.1f}-{100 * high:.1f})"
    )
