"""The one-page report of a camera's fit: HTML that needs nothing else, and prints on one sheet."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from html import escape
from typing import Any

from spoofcue.serving.fits import BEST, CLAIM, KINDS, Fit
from spoofcue.version import __version__

NAMES = {"live": "Live faces", "screen": "On a screen", "print": "On paper"}
STYLE = """
body { font: 11pt/1.45 system-ui, sans-serif; max-width: 46rem; margin: 1.5rem auto;
  padding: 0 1rem; color: #16191c; background: #fff; }
h1 { font-size: 1.5rem; margin: 0 0 .2rem; }
h2 { font-size: 1.05rem; margin: 1.2rem 0 .3rem; }
p { margin: .3rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .2rem 1rem .2rem 0; border-top: 1px solid #c9ced3;
  vertical-align: top; }
svg { width: 100%; height: auto; }
.quiet { color: #4c545c; }
@media print { body { margin: 0; max-width: none; } }
"""
POLICY = (
    "default-src 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'; frame-ancestors 'none'"
)
# of the histogram: log-odds at the left and the right end, and of a bar
LEFT, RIGHT, STEP = -7.0, 7.0, 0.5
TICKS = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)
WIDTH, ROW, TOP = 700, 58, 16  # px


def report(fit: Fit, result: Mapping[str, Any], package: str, made: datetime | None = None) -> str:
    """The report of a fit.

    Args:
        fit: whose faces it is of.
        result: of the task ``fit-package`` on these faces.
        package: id of the package with the profile.
        made: None: now.

    Returns:
        A whole HTML document without pictures of anybody, and without names.

    """
    when = (made or datetime.now(timezone.utc)).strftime("%d %B %Y, %H:%M UTC")
    expected, refused = result["expected_bpcer"], result["refused"]
    before = {
        kind: sum(face.refused == (kind == "live") for face in fit.of(kind)) for kind in KINDS
    }
    rows = [
        ("Made", when),
        ("Package", package),
        ("Fitted from", f"{fit.model}, spoofcue {__version__}"),
        ("Live faces", f"{refused['of']} of {_counted(fit.people, 'person', 'people')}"),
        ("Threshold", f"{result['threshold']:.4f} ({result['rule']}); before {fit.threshold:.4f}"),
    ]
    if fit.adopted:
        rows.append(("In use", f"the service judges by {fit.adopted}"))
    rates = [
        (
            "Live faces refused, expected",
            _percent(expected["rate"]),
            f"{_percent(expected['low'])} to {_percent(expected['high'])}",
            f"by the spread of {refused['of']} scores",
        ),
        (
            "Live faces refused, counted",
            _share(refused),
            _interval(refused),
            f"{refused['errors']} of {refused['of']}, each judged with what the others tell; "
            f"before {before['live']}",
        ),
    ]
    for kind, passed in result["passed"].items():
        rates.append(
            (
                f"{NAMES[kind]}: passed",
                _share(passed),
                _interval(passed),
                f"{passed['errors']} of {passed['of']} that were shown; before {before[kind]}",
            )
        )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Fit of a camera, {escape(package)}</title>\n<style>{STYLE}</style>\n</head>\n"
        "<body>\n<h1>Fit of a camera</h1>\n"
        '<p class="quiet">A profile of one camera for spoofcue, face presentation attack '
        "detection. It holds averages and no picture.</p>\n"
        f"{_table(rows)}"
        "<h2>What it would do</h2>\n"
        f"{_table(rates, ('', 'rate', '95 % interval', 'of'))}"
        f"<h2>Scores</h2>\n{histogram(result['scores'], result['threshold'])}\n"
        f"<h2>What this does not say</h2>\n{_doubts(fit, result)}</body>\n</html>\n"
    )


def _doubts(fit: Fit, result: Mapping[str, Any]) -> str:
    live = result["refused"]["of"]
    needed = fit.steps()["attacks"]
    doubts = []
    if result["doubt"]:
        doubts.append(f"{result['doubt'].capitalize()}.")
    if live < BEST:
        doubts.append(f"{BEST} live faces are better than these {live}.")
    doubts.append(
        f"The intervals take each face for itself. Faces of one person are alike, and of "
        f"{_counted(fit.people, 'person', 'people')} the true intervals are wider."
    )
    unmet = [goal["goal"] for goal in fit.goals() if not goal["met"]]
    words = {
        "people": "more people",
        "turns": "faces turned to both sides",
        "distance": "faces nearer and farther",
        "light": "brighter and darker light",
    }
    if missing := [words[goal] for goal in unmet if goal in words]:
        doubts.append(f"Not seen: {', '.join(missing)}.")
    shown = [kind for kind in KINDS if kind in result["passed"]]
    absent = [NAMES[kind].lower() for kind in ("screen", "print") if kind not in shown]
    if absent:
        doubts.append(f"No attack was shown {' or '.join(absent)}: what would pass is not known.")
    if shown:
        doubts.append(
            f"Of the attacks that were shown, and of no other screen, paper or mask. If none of "
            f"{needed} passes, at most {100 * CLAIM:g} % of such attacks do, at 95 %."
        )
    doubts.append("It holds for this camera, in this place and light. Frames that are injected by "
                  "a virtual camera are not seen as such.")  # fmt: skip
    return "<ul>\n" + "".join(f"<li>{escape(doubt)}</li>\n" for doubt in doubts) + "</ul>\n"


def histogram(scores: Mapping[str, Sequence[float]], threshold: float) -> str:
    """Counts by score as an SVG: a row for each kind on one axis of log-odds, and the threshold."""
    shown = [kind for kind in KINDS if scores.get(kind)]
    height = TOP + ROW * len(shown) + 30
    told = ", ".join(f"{len(scores[kind])} {NAMES[kind].lower()}" for kind in shown)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" font-family="sans-serif" font-size="11" '
        f'fill="#16191c"><title>Scores of {escape(told)}; threshold {threshold:.3f}</title>'
    ]
    for row, kind in enumerate(shown):
        base = TOP + ROW * (row + 1)
        counts = _bins(scores[kind])
        most = max(counts)
        colour = "#1b6b3a" if kind == "live" else "#9b1c1c"
        for place, count in enumerate(counts):
            if count:
                tall = (ROW - 18) * count / most
                parts.append(
                    f'<rect x="{_x(LEFT + STEP * place) + 0.5:.1f}" y="{base - tall:.1f}" '
                    f'width="{_x(LEFT + STEP) - _x(LEFT) - 1:.1f}" height="{tall:.1f}" '
                    f'fill="{colour}"/>'
                )
        parts.append(
            f'<text x="4" y="{base - ROW + 26}">{escape(NAMES[kind])}: {len(scores[kind])}</text>'
            f'<line x1="0" x2="{WIDTH}" y1="{base}" y2="{base}" stroke="#4c545c"/>'
        )
    base = TOP + ROW * len(shown)
    for tick in TICKS:
        # the outermost would reach over the border
        middle = min(max(_x(_log_odds(tick)), 16), WIDTH - 16)
        parts.append(f'<text x="{middle:.1f}" y="{base + 14}" text-anchor="middle">{tick:g}</text>')
    at = _x(_log_odds(threshold))
    parts.append(
        f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{TOP - 2}" y2="{base}" stroke="#16191c" '
        f'stroke-width="2" stroke-dasharray="5 3"/><text x="{at:.1f}" y="11" '
        f'text-anchor="middle">threshold {threshold:.3f}</text>'
        f'<text x="{WIDTH / 2}" y="{base + 27}" text-anchor="middle">score: live to the left, '
        "attack to the right</text></svg>"
    )
    return "".join(parts)


def _bins(scores: Sequence[float]) -> list[int]:
    counts = [0] * round((RIGHT - LEFT) / STEP)
    for score in scores:
        place = math.floor((_log_odds(score) - LEFT) / STEP)
        counts[min(max(place, 0), len(counts) - 1)] += 1
    return counts


def _log_odds(score: float) -> float:
    inside = min(max(score, 1e-9), 1 - 1e-9)
    return min(max(math.log(inside / (1 - inside)), LEFT), RIGHT)


def _x(log_odds: float) -> float:
    return WIDTH * (log_odds - LEFT) / (RIGHT - LEFT)


def _table(rows: Sequence[Sequence[str]], head: Sequence[str] = ()) -> str:
    titles = "".join(f'<th scope="col">{escape(title)}</th>' for title in head)
    made = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(value)}</td>" for value in rest)
        + "</tr>\n"
        for first, *rest in rows
    )
    return f"<table>\n{f'<tr>{titles}</tr>' if head else ''}{made}</table>\n"


def _percent(part: float) -> str:
    return f"{100 * part:.1f}\N{NO-BREAK SPACE}%"


def _share(counted: Mapping[str, Any]) -> str:
    return _percent(counted["errors"] / counted["of"]) if counted["of"] else "–"


def _interval(counted: Mapping[str, Any]) -> str:
    return f"{_percent(counted['low'])} to {_percent(counted['high'])}"


def _counted(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"
