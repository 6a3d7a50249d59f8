"""Numbers of a comparison in words, for the page and the terminal."""

from __future__ import annotations

from spoofcue.compare.comparison import Comparison, Match
from spoofcue.compare.contest import Contest
from spoofcue.compare.standings import Cell
from spoofcue.metrics.scores import ScoreSet

BEST, ALIKE = "★", "≈"


def cell_text(cell: Cell) -> str:
    """Percent, with the deviation over the seeds if there are several: ``12.3 ±1.1``."""
    spread = "" if cell.deviation is None else f" ±{100 * cell.deviation:.1f}"
    return f"{100 * cell.mean:.1f}{spread}"


def interval_text(interval: tuple[float, float] | None) -> str:
    """Percent: ``8.1–17.0``; empty without one."""
    return "" if interval is None else f"{100 * interval[0]:.1f}–{100 * interval[1]:.1f}"


def mark(cell: Cell) -> str:
    """The sign of the best and of those that cannot be told from it; else empty."""
    return BEST if cell.best else ALIKE if cell.like_the_best else ""


def verdict(comparison: Comparison) -> str:
    """Who has the lowest error how often, and how often that can be told from chance."""
    counts = {
        name: [m for m in comparison.matches if name in m.contest.methods and _best(m, name)]
        for name in comparison.methods
    }
    ranked = sorted(counts.items(), key=lambda item: -len(item[1]))
    total = len(comparison.matches)
    parts = []
    for name, won in ranked:
        if not won:
            continue
        clear = sum(_clear(m, name) for m in won)
        where = f" in {len(won)} of {total} protocols" if total > 1 else ""
        text = f"{name} has the lowest error{where}"
        if comparison.replicates:
            often = f" in {clear or 'none'}" if total > 1 else ""
            text += f" ({'' if often or clear else 'not '}clear of every other method{often})"
        parts.append(text)
    shared = sum(len(won) for won in counts.values()) > total
    return "; ".join(parts) + (". A shared first place counts for each." if shared else ".")


def _best(match: Match, name: str) -> bool:
    return match.standings.cells[name][match.headline].best


def _clear(match: Match, name: str) -> bool:
    """Whether every other method is worse with an interval that leaves out zero."""
    others = [c[match.headline] for n, c in match.standings.cells.items() if n != name]
    return all(c.difference is not None and not c.like_the_best for c in others)


def counts_of(contest: Contest) -> dict[str, str]:
    """People, recordings and faces of test and dev."""
    tests = [fold.labels for fold in contest.folds]
    members = {m: [f.entrants[m][0].trained for f in contest.folds] for m in contest.methods}
    devs = {_count([t.dev for t in g if t.dev is not None]) for g in members.values()}
    folds = len(contest.folds)
    per_fold = f" in {folds} folds" if folds > 1 else ""
    return {
        "Test": _count(tests) + per_fold,
        "Dev": "; ".join(sorted(d for d in devs if d)) or "none",
    }


def _count(sets: list[ScoreSet]) -> str:
    if not sets:
        return ""
    people = {name for s in sets for name in s.subjects.names if name}
    videos = {name for s in sets for name in s.videos.names if name}
    live = sum(len(s.live) for s in sets)
    attack = sum(len(s.attack) for s in sets)
    parts = [f"{len(people)} people"] if people else ["people unknown"]
    if videos:
        parts.append(f"{len(videos)} recordings")
    return ", ".join([*parts, f"{live} live + {attack} attack faces"])
