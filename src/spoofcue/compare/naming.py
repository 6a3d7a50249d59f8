"""Short names that tell the compared methods apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from spoofcue.compare.reading import Trained
from spoofcue.errors import InputError


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
        presets[_method(one)].add(one.preset)
    groups: dict[str, list[Trained]] = defaultdict(list)
    for one in trained:
        name = _method(one)
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
                f"{clash[0].found.path} and {clash[1].found.path} are both {name}, "
                f"{_where(clash[0])}; give one a name of its own: NAME={clash[1].found.path}"
            )
    return named


def _method(one: Trained) -> str:
    return one.found.renamed or one.method


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
    if len({m.found.argument for m in members}) > 1:
        return Path(one.found.argument).resolve().name
    return str(one.found.path.relative_to(one.found.argument))


def _where(one: Trained) -> str:
    fold = f" fold {one.fold}" if one.fold else ""
    return f"{one.terms.set_name} {one.terms.protocol}{fold} seed {one.seed}".strip()
