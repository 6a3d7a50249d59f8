"""An evaluation as HTML for notebooks: tables of rates that need no other file.

Of plain data, since it is drawn of an evaluation that was just made and of one that was stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

CELL = "padding:2px 14px 2px 0;text-align:{}"
NAMES = {"apcer_max": "APCER, worst species", "auc": "AUC", "eer": "EER"}
RATES = ("apcer_max", "acer", "hter", "eer", "auc")


def rates_tables(evaluation: Mapping[str, Any]) -> str:
    """A table for each level, and what to look into.

    Args:
        evaluation: as :meth:`spoofcue.metrics.evaluation.Evaluation.to_dict` gives it.

    >>> from spoofcue.metrics import ScoreSet, evaluate
    >>> scores = ScoreSet.of([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1])
    >>> "0 of 2" in rates_tables(evaluate(scores, scores).to_dict())
    True

    """
    levels = [(name, evaluation[name]) for name in ("video", "frame") if evaluation.get(name)]
    tables = "".join(_level(name, level) for name, level in levels)
    hints = "".join(f"<div>Look at this: {escape(hint)}</div>" for hint in evaluation["hints"])
    return f'<div style="font:14px/1.45 system-ui,sans-serif">{tables}{hints}</div>'


def _level(name: str, level: Mapping[str, Any]) -> str:
    threshold, counts, lost = level["threshold"], level["counts"], level["nonresponse"]
    origin = (
        "fixed beforehand"
        if threshold["rule"] == "fixed"
        else f"{threshold['rule']} on {threshold['source']}"
    )
    worst = level["worst_pai"]
    rows = [
        _counted(
            f"APCER {species}", count, bold=species == worst and len(level["apcer_by_pai"]) > 1
        )
        for species, count in counts["apcer_by_pai"].items()
    ]
    rows.append(_counted("BPCER", counts["bpcer"]))
    rows += [
        _row((NAMES.get(measure, measure.upper()), _percent(level[measure]), "", ""))
        for measure in RATES
        if measure in level  # an evaluation of before a measure was there has none of it
    ]
    silent = ""
    if lost["live"] or lost["attack"]:
        silent = (
            f'<div style="opacity:.75">No score for {lost["live"]} live and {lost["attack"]} '
            f"attack attempts (BPNRR {_percent(lost['bpnrr'])}, APNRR {_percent(lost['apnrr'])}): "
            "in none of these rates.</div>"
        )
    head = _row(("one score a " + {"video": "recording"}.get(name, "picture"), "rate", "errors",
                 "95 % interval"), "th")  # fmt: skip
    return (
        '<table style="border-collapse:collapse;margin:6px 0 2px;font:inherit">'
        f'<caption style="text-align:left;white-space:nowrap"><b>Threshold '
        f"{threshold['value']:.4g}</b> ({escape(origin)}), species by {escape(level['grouping'])}"
        f"</caption>{head}{''.join(rows)}</table>{silent}"
    )


def _counted(name: str, count: Mapping[str, Any], *, bold: bool = False) -> str:
    low, high = count["ci95"]
    rate = count["errors"] / count["total"]
    interval = f"{100 * low:.1f} to {100 * high:.1f} %"
    row = (name, _percent(rate), f"{count['errors']} of {count['total']}", interval)
    return _row(row, style="font-weight:650" if bold else "")


def _row(cells: tuple[str, ...], tag: str = "td", style: str = "") -> str:
    made = "".join(
        f'<{tag} style="{CELL.format("right" if at else "left")}">{escape(cell)}</{tag}>'
        for at, cell in enumerate(cells)
    )
    return f'<tr style="background:none;{style}">{made}</tr>'


def _percent(value: float) -> str:
    return f"{100 * value:.2f} %"
