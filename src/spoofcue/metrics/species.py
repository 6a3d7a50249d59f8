"""What counts as one PAI species: each instrument, each family of instruments, or all attacks."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal, get_args

from spoofcue.errors import InputError
from spoofcue.metrics.columns import Categories
from spoofcue.metrics.scores import ScoreSet

Grouping = Literal["instrument", "family", "pooled"]
GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)
POOLED_NAME = "all attacks"


def species_of(instrument: str, grouping: Grouping) -> str:
    """The species that an instrument counts to.

    Args:
        instrument: name of the attack instrument, not empty.
        grouping: ``instrument``: the name as it is; ``family``: the part before its first ``-``
            (print-1, print-2 -> print) or ``/`` (print/1, as bob's lists write it); ``pooled``:
            one species for all.

    >>> species_of("print-2", "family")
    'print'

    """
    if grouping == "instrument":
        return instrument
    if grouping == "family":
        return re.split("[-/]", instrument, maxsplit=1)[0] or instrument
    return POOLED_NAME


def as_grouping(text: str) -> Grouping:
    """Check a grouping that a user typed.

    Raises:
        InputError: there is none of that name.

    """
    for grouping in GROUPINGS:
        if text == grouping:
            return grouping
    raise InputError(f"species grouping {text!r}: choose one of {', '.join(GROUPINGS)}.")


def grouped(scores: ScoreSet, grouping: Grouping) -> ScoreSet:
    """The same attempts with their instruments named by the species they count to."""
    if grouping == "instrument":
        return scores
    return replace(
        scores,
        pais=_renamed(scores.pais, grouping),
        lost=replace(scores.lost, pais=_renamed(scores.lost.pais, grouping)),
        ranking=scores.ranking.renamed({s: species_of(s, grouping) for s in scores.species}),
    )


def _renamed(pais: Categories, grouping: Grouping) -> Categories:
    return pais.renamed([species_of(name, grouping) if name else "" for name in pais.names])
