"""Results of several methods to one comparison: find, read, match, and name them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from spoofcue.compare.contest import Contest, contests_of
from spoofcue.compare.disagreement import Disagreements, disagreements
from spoofcue.compare.finding import find
from spoofcue.compare.reading import Trained, read
from spoofcue.compare.standings import Standings, judge
from spoofcue.errors import InputError
from spoofcue.metrics.hints import species_hints, turned_hint


def by_name(trained: Sequence[Trained]) -> dict[str, list[Trained]]:
    """Name -> what goes under it; seeds and folds of one method share a name.

    A name is the user's, else the method; with the preset where one method has several; with the
    folder where that still leaves two trainings of one fold that are no two seeds of the same
    settings.

    Raises:
        InputError: two results cannot be told apart.

    """
    presets: dict[str, set[str]] = defaultdict(set)
    for one in trained:
        presets[_method_differs(one)].add(one.preset)
    groups: dict[str, list[Trained]] = defaultdict(list)
    for one in trained:
        name = _method_differs(one)
        several = len(presets[name]) > 1 and one.preset
        groups[f"{name} {one.preset}" if several else name].append(one)
    named: dict[str, list[Trained]] = {}
    for name, members in groups.items():
        if _clash(members) is None:
            named[name] = members
            continue
        paths = [_place(m, members) for m in members]
        for member, place in zip(members, paths, strict=True):
            named.setdefault(f"{name} ({place})", []).append(member)
    for name, members in named.items():
        clash = _clash(members)
        if clash:
            raise InputError(
                f"{clash[0].folder.path} and {clash[1].folder.path} are both {name}, "
                f"{_where(clash[0])}; give one a name of its own: NAME={clash[1].folder.path}"
            )
    return named


def _method_differs(one: Trained) -> str:
    return one.folder.renamed or one.method


def _clash(members: Sequence[Trained]) -> tuple[Trained, Trained] | None:
    """Two results of one fold with the same seed, or with other settings."""
    first: dict[tuple[str, str, str], list[Trained]] = defaultdict(list)
    for one in members:
        before = first[one.terms.set_name, one.terms.protocol, one.fold]
        for other in before:
            if other.seed == one.seed or other.settings != one.settings:
                return other, one
        before.append(one)
    return None


def _place(one: Trained, members: Sequence[Trained]) -> str:
    """The argument's last folder; the result's own where all came by one argument."""
    if len({m.folder.argument for m in members}) > 1:
        return Path(one.folder.argument).resolve().name
    return str(one.folder.path.relative_to(one.folder.argument))


def _where(one: Trained) -> str:
    fold = f" fold {one.fold}" if one.fold else ""
    return f"{one.terms.set_name} {one.terms.protocol}{fold} seed {one.seed}".strip()


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """One protocol with all that was found out about it."""

    contest: Contest
    standings: Standings
    disagreements: Disagreements

    @property
    def headline(self) -> str:
        """The measure that the protocol reports: ``acer`` or ``hter``."""
        return self.contest.terms.report


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What the page shows.

    Attributes:
        methods: name -> what goes under it.
        matches: the protocols that two methods or more were run on.
        alone: protocols that only one method was run on, which are not shown.
        unevaluated: trainings that were passed over.
        replicates, seed: of the bootstrap.

    """

    methods: dict[str, list[Trained]]
    matches: tuple[Match, ...]
    alone: tuple[str, ...]
    unevaluated: tuple[Path, ...]
    replicates: int
    seed: int


def compare(
    arguments: Sequence[str],
    replicates: int = 1000,
    seed: int = 0,
    shown: int = 6,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Find, read, judge and compare.

    Args:
        arguments: ``PATH`` or ``NAME=PATH``; runs, folds, or folders above them.
        replicates: of the bootstrap; 0 for no intervals.
        seed: of the bootstrap.
        shown: faces of a group of disagreements, at the most.
        progress: called with (protocols done, all).

    Raises:
        InputError: nothing was found, nothing is in common, or a result is damaged.

    """
    if replicates < 0:
        raise InputError(f"--bootstrap {replicates}: a number of draws, 1000 is usual, 0 for none.")
    search = find(arguments)
    named = by_name([read(f) for f in search.results])
    contests = contests_of(named)
    matches = []
    for number, contest in enumerate(contests):
        if progress:
            progress(number, len(contests))
        try:
            standings = judge(contest, replicates, seed)
            contest = replace(contest, notes=(*contest.notes, *_hints(contest, standings)))
            disagreement = disagreements(contest, shown)
        except InputError as error:
            raise InputError(f"{contest.name}: {error}") from error
        matches.append(Match(contest, standings, disagreement))
    if progress:
        progress(len(contests), len(contests))
    compared = {(c.terms.set_name, c.name) for c in contests}
    every = {(m.terms.set_name, m.terms.protocol) for g in named.values() for m in g}
    alone = tuple(sorted(name for _, name in every - compared))
    return Comparison(named, tuple(matches), alone, search.unevaluated, replicates, seed)


def _hints(contest: Contest, standings: Standings) -> list[str]:
    """What to look into before believing it: a turned sign, species that look alike."""
    hints: list[str] = []
    for method, cells in standings.cells.items():
        if "auc" in cells:
            hints += turned_hint(cells["auc"].mean, method)
    species = {name for fold in contest.folds for name in fold.labels.species}
    return hints + species_hints(sorted(species))


def to_dict(comparison: Comparison) -> dict[str, Any]:
    """Plain data for JSON; rates are fractions 0..1."""
    return {
        "methods": {name: _method(g) for name, g in comparison.methods.items()},
        "bootstrap": {"replicates": comparison.replicates, "seed": comparison.seed},
        "protocols": [_match(m) for m in comparison.matches],
        "run_by_one_method_only": list(comparison.alone),
        "not_evaluated": [str(p) for p in comparison.unevaluated],
    }


def _method(members: Sequence[Trained]) -> dict[str, Any]:
    return {
        "method": members[0].method,
        "presets": sorted({m.preset for m in members}),
        "seeds": sorted({m.seed for m in members}),
        "folders": [str(m.folder.path) for m in members],
    }


def _match(match: Match) -> dict[str, Any]:
    contest, standings, disagreement = match.contest, match.standings, match.disagreements
    return {
        "set": contest.terms.set_name,
        "protocol": contest.name,
        "title": contest.terms.title,
        "report": match.headline,
        "species": contest.terms.species,
        "level": "video" if contest.by_video else "frame",
        "folds": [f.name for f in contest.folds],
        "drawn": {"unit": standings.unit, "units": standings.units}
        | {"replicates": standings.replicates, "undefined": standings.undefined},
        "notes": list(contest.notes),
        "table": {
            method: {
                measure: {
                    "mean": cell.mean,
                    "deviation": cell.deviation,
                    "ci95": cell.interval,
                    "best": cell.best,
                    "difference_from_best_ci95": cell.difference,
                    "like_the_best": cell.like_the_best,
                }
                for measure, cell in cells.items()
            }
            for method, cells in standings.cells.items()
        },
        "disagreements": {
            "faces": disagreement.faces,
            "differ": disagreement.differ,
            "all_right": disagreement.all_right,
            "all_wrong": disagreement.all_wrong,
            "wrong": disagreement.wrong,
            "groups": {
                g.title: {"live": g.live, "attack": g.count - g.live} for g in disagreement.groups
            },
            "right_where_wrong": [
                {"right": a, "wrong": b, "live": live, "attack": attack}
                for (a, b), (live, attack) in disagreement.only_right.items()
                if a != b
            ],
        },
    }
