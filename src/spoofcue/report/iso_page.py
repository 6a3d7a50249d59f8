"""A test report in the terms of ISO/IEC 30107-3: one HTML file that prints on A4.

What scores can tell is filled in. What they cannot (who tested, where, by what light, how the
instruments were made) is left as visible blanks: nothing is made up for them.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from spoofcue.metrics.evaluation import OperatingPoint
from spoofcue.metrics.hints import hints_of
from spoofcue.metrics.intervals import Rate, attempts_needed, clopper_pearson, upper_bound
from spoofcue.metrics.people_intervals import people_intervals
from spoofcue.metrics.rates import error_rates
from spoofcue.metrics.thresholds import Threshold, apcer_threshold
from spoofcue.records.owner import held
from spoofcue.report.form import Entries, Form
from spoofcue.report.plots import det
from spoofcue.report.templates import page_templates
from spoofcue.report.tested import Presented, Tested
from spoofcue.version import __version__
from spoofcue.whole_files import write_text

# of the largest APCER: where the standard's single figures of BPCER are read (BPCER10, 20, 100)
CLAIMS = (0.10, 0.05, 0.01)


def write_iso_report(
    tested: Tested, out: Path, made: datetime | None = None, form: Path | None = None
) -> Path:
    """Write the report; a file of that name is replaced as a whole.

    Args:
        tested: what it is about.
        out: the HTML file.
        made: None: now.
        form: what the tester filled in; where there is no such file, one is written with all
            blanks in it.

    Raises:
        InputError: ``form`` has an entry that no blank is for, or is no form.

    """
    blanks = form_of(tested)
    entries = Entries()
    if form is not None:
        if form.exists():
            entries = blanks.read(form)
            tested = tested.with_input(form, "filled in by the tester")
        else:
            blanks.write(form)
    environment = page_templates("spoofcue.report")
    environment.filters["percent"] = _percent
    environment.filters["interval"] = _interval
    environment.filters["span"] = _span
    html = environment.get_template("iso.html.j2").render(**_context(tested, made, blanks, entries))
    out.parent.mkdir(parents=True, exist_ok=True)
    with held(out, "report", wait=True):
        write_text(out, html)
    return out


def form_of(tested: Tested) -> Form:
    """The blanks that its report leaves."""
    named = tested.bona_fide.sources is not None
    return Form.of(tuple(tested.species), item_named=tested.known, people_named=named)


@dataclass(frozen=True, slots=True)
class SpeciesRow:
    """One PAI species: what was presented, what passed, what gave no score.

    ``passed`` is None where no attempt got a score.
    """

    name: str
    presented: Presented
    passed: Rate | None
    silent: Rate


@dataclass(frozen=True, slots=True)
class Claim:
    """Whether the attempts show that a rate is below a limit; ``word`` goes into the cell."""

    shown: bool
    word: str


@dataclass(frozen=True, slots=True)
class Support:
    """What the attempts of one species, or the bona fide ones, show at 95 % confidence.

    Attributes:
        bound: one-sided upper bound of the rate.
        by_people: the bound that counts the attempts of one person as alike; None where people
            are not known, or are fewer than two.

    """

    name: str
    rate: Rate
    sources: int | None
    bound: float
    by_people: float | None
    claims: tuple[Claim, ...]


def _context(tested: Tested, made: datetime | None, form: Form, entries: Entries) -> dict[str, Any]:
    level = tested.level
    rates, lost = level.rates, level.nonresponse
    rows = [
        SpeciesRow(name, presented, rates.apcer_by_pai.get(name), lost.apnrr_by_pai[name])
        for name, presented in tested.species.items()
    ]
    by_people = people_intervals(tested.scores, level.threshold)
    bounds = people_intervals(tested.scores, level.threshold, 0.90)  # one-sided, of 95 %
    supports = [
        _support(name, rate, tested.species[name].sources, bounds.get(name))
        for name, rate in rates.apcer_by_pai.items()
    ]
    when = made or datetime.now(timezone.utc)
    return {
        "tested": tested,
        "level": level,
        "rates": rates,
        "lost": lost,
        "rows": rows,
        "origin": _origin(level.threshold),
        "made": when.strftime("%d %B %Y, %H:%M UTC"),
        "form": form,
        "entries": entries.model_dump(),
        "blank_count": form.left(entries),
        "by_people": by_people,
        "claims": CLAIMS,
        "needed": [attempts_needed(limit) for limit in CLAIMS],
        "supports": [
            *supports,
            _support("BPCER", rates.bpcer, tested.bona_fide.sources, bounds.get("")),
        ],
        "points": [
            *(_point(f"APCER ≤ {_percent(limit, 3)}, every species", point)
              for limit, point in level.bpcer_at_apcer.items()),
            *(_point(f"BPCER ≤ {_percent(limit, 3)}", point)
              for limit, point in level.apcer_at_bpcer.items()),
        ],
        "read_off": _read_off(tested),
        "det": det(tested.scores, level.threshold, pooled=False),
        "hints": hints_of(tested.evaluation.to_dict()),
        "version": __version__,
        "python": platform.python_version(),
        "numpy": _numpy(),
    }  # fmt: skip


def _support(
    name: str, rate: Rate, sources: int | None, by_people: tuple[float, float] | None
) -> Support:
    return Support(
        name=name,
        rate=rate,
        sources=sources,
        bound=upper_bound(rate.errors, rate.total),
        by_people=by_people[1] if by_people else None,
        claims=tuple(_claim(rate, limit) for limit in CLAIMS),
    )


def _claim(rate: Rate, limit: float) -> Claim:
    if rate.value > limit:
        return Claim(False, "no")
    needed = attempts_needed(limit, rate.errors)
    if rate.total >= needed:
        return Claim(True, "yes")
    return Claim(False, f"takes {needed:,}")


def _point(held_to: str, point: OperatingPoint) -> dict[str, Any]:
    rates = point.rates
    return {
        "held_to": held_to,
        "threshold": point.threshold.value,
        "worst": rates.apcer_by_pai[rates.worst_pai],
        "worst_pai": rates.worst_pai,
        "bpcer": rates.bpcer,
        "support": point.support,
    }


def _read_off(tested: Tested) -> list[tuple[float, float, float]]:
    """Limit, largest APCER and BPCER at the best threshold that these very scores have for it."""
    found = []
    for limit in CLAIMS:
        rates = error_rates(tested.scores, apcer_threshold(tested.scores, rate=limit))
        found.append((limit, rates.apcer_max, rates.bpcer.value))
    return found


def _origin(threshold: Threshold) -> str:
    if threshold.rule == "fixed":
        return "fixed beforehand"
    rule = {"eer": "equal error rate", "min-hter": "least HTER"}.get(threshold.rule, threshold.rule)
    return f"chosen on the development scores: {rule}"


def _percent(value: float, digits: int | None = None) -> str:
    """A fraction as ``12.34 %``; with ``digits`` as many as matter, ``0.1 %``."""
    text = f"{100 * value:.2f}" if digits is None else f"{100 * value:.{digits}g}"
    return f"{text}\N{NO-BREAK SPACE}%"


def _interval(rate: Rate) -> str:
    return _span(clopper_pearson(rate.errors, rate.total))


def _span(interval: tuple[float, float]) -> str:
    low, high = interval
    return f"{100 * low:.2f} to {_percent(high)}"


def _numpy() -> str:
    import numpy

    return numpy.__version__
