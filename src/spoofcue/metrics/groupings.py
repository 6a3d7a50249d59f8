"""How attack instruments are grouped into the species whose worst APCER counts.

The grouping is part of a protocol: the highest of four instruments is never below the highest of
their two families, so figures with different groupings cannot be compared. OULU-NPU's papers
are compatible with two species (print, display) and not with four.
"""

from __future__ import annotations

import re
from typing import Literal, get_args

from spoofcue.errors import InputError

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
