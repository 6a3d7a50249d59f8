"""The HTML report of a run: one file that needs no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from spoofcue.metrics.hints import hints_of
from spoofcue.metrics.measures import MEASURES
from spoofcue.metrics.species import as_grouping, grouped
from spoofcue.metrics.thresholds import Threshold
from spoofcue.records.owner import held
from spoofcue.report.plots import det, histogram, roc, species_bars, training_curves
from spoofcue.report.reported_run import ReportedRun, read_run
from spoofcue.report.templates import page_templates
from spoofcue.report.training_words import training_words
from spoofcue.version import __version__
from spoofcue.whole_files import write_text


def write_report(run: Path, out: Path | None = None) -> Path:
    """Write one HTML file that needs no other: pictures and plots are inside it.

    Args:
        run: a run folder that was evaluated, or the evaluation of a model that is no run: of a
            package, or of a folder of `spoofcue score`.
        out: the file; ``run``/report.html by default.

    Raises:
        InputError: ``run`` is not evaluated.

    """
    environment = page_templates("spoofcue.report")
    folder = read_run(run)
    environment.filters["percent"] = lambda v, digits=1: f"{100 * v:.{digits}f} %"
    html = environment.get_template("page.html.j2").render(**_context(folder))
    target = out or run / "report.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    with held(target, "report", wait=True):
        write_text(target, html)
    return target


def _context(folder: ReportedRun) -> dict[str, Any]:
    evaluation = folder.metrics.evaluation
    main = evaluation[folder.level]
    threshold = Threshold(**main["threshold"])
    judged = grouped(folder.judged, as_grouping(main["grouping"]))
    losses, dev = training_curves(folder.history) if folder.history else ("", "")
    return {
        "name": folder.name,
        "run": folder.record,
        "trained": training_words(folder.record.training) if folder.record else "",
        "method": folder.method,
        "config": folder.config,
        "metrics": folder.metrics,
        "levels": [(n, evaluation[n]) for n in ("frame", "video") if evaluation[n]],
        "level": folder.level,
        "main": main,
        # an evaluation of before a measure was there has none of it
        "measures": [m for m in MEASURES.values() if m.name in main],
        "threshold": threshold,
        "nonresponse": main["nonresponse"],
        "gallery": folder.gallery,
        "cue_max": folder.cue_max,
        "cue_percentile": folder.cue_percentile,
        "made": folder.figures,
        "weak": _weak_claims(main) + hints_of(folder.metrics.evaluation),
        "figures": {
            "histogram": histogram(judged, threshold),
            "roc": roc(judged, threshold),
            "det": det(judged, threshold),
            "species": species_bars(judged, threshold),
            "losses": losses,
            "dev": dev,
        },
        "version": __version__,
    }


def _weak_claims(main: dict[str, Any]) -> list[str]:
    """Rates that look like nothing went wrong but rest on few attempts (rule of three)."""
    counts = {"BPCER": main["counts"]["bpcer"]} | {
        f"APCER {s}": c for s, c in main["counts"]["apcer_by_pai"].items()
    }
    points = [*main["bpcer_at_apcer"].values(), *main["apcer_at_bpcer"].values()]
    return [
        f"{name}: no error in {c['total']} attempts; the true rate may still be "
        f"{100 * c['ci95'][1]:.1f} %"
        for name, c in counts.items()
        if c["errors"] == 0 and c["ci95"][1] > 0.01
    ] + [p["reason"] for p in points if not p["supported"]]
