"""What a reader of an evaluation should look into before believing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from spoofcue.labels import same_to_the_eye


def hints_of(evaluation: Mapping[str, Any]) -> list[str]:
    """Sentences about an evaluation; usually none.

    Args:
        evaluation: as :meth:`spoofcue.metrics.evaluation.Evaluation.to_dict` gives it.

    """
    levels = [evaluation[name] for name in ("frame", "video") if evaluation.get(name)]
    # an evaluation of before there was an AUC has none
    hints = turned_hint(min(level.get("auc", 1.0) for level in levels))
    return hints + species_hints(levels[0]["groupings"]["instrument"]["apcer_by_pai"])


def turned_hint(auc: float, whose: str = "") -> list[str]:
    """A sentence if the scores tell the classes the wrong way round.

    Args:
        auc: fraction 0..1.
        whose: method that the scores are of, where there are several.

    >>> turned_hint(0.75), len(turned_hint(0.25))
    ([], 1)

    """
    if not auc < 0.5:
        return []
    of = f"{whose}: " if whose else ""
    return [
        f"{of}AUC is {100 * auc:.2f} %, below 50: the sign of the scores may be turned. "
        "Here higher means more likely an attack; if theirs is higher for live faces, negate "
        "the scores (files of bob's are turned as they are read)."
    ]


def species_hints(names: Iterable[str]) -> list[str]:
    """A sentence for species that differ in case, blanks or forms of a letter alone.

    >>> species_hints(["print", "PRINT"])
    ['PRINT and print count as different species: if they are one, give them one name.']

    """
    return [
        f"{' and '.join(map(_plain, group))} count as different species: if they are one, give "
        "them one name."
        for group in same_to_the_eye(list(names))
    ]


def _plain(name: str) -> str:
    return name if name == name.strip() else repr(name)
