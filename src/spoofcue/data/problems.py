"""What is wrong with the files of a set: named one by one, and fatal only when asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from spoofcue.errors import ProblemsError

ProblemKind = Literal[
    "missing",
    "unexpected",
    "misnamed",
    "count",
    "undecodable",
    "boxes_short",
    "boxes_unreadable",
    "box_outside",
]
# In reading order, with what the table calls them. The first four are known from names alone.
TITLES: dict[ProblemKind, str] = {
    "missing": "missing",
    "unexpected": "not part of the set, left out",
    "misnamed": "misnamed, left out",
    "count": "count other than the published one",
    "undecodable": "does not decode",
    "boxes_short": "box file ends before its video",
    "boxes_unreadable": "box file cannot be read",
    "box_outside": "box outside the frame",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: its kind, the file by its name under the root, and details or an empty string."""

    kind: ProblemKind
    name: str
    detail: str = ""


def refuse(problems: Sequence[Problem], root: str) -> None:
    """Nothing if there is no problem.

    Raises:
        ProblemsError: there is one; the message counts them by kind and names the first.

    """
    if not problems:
        return
    counts = Counter(p.kind for p in problems)
    told = ", ".join(f"{counts[kind]} {title}" for kind, title in TITLES.items() if counts[kind])
    first = problems[0]
    detail = f" ({first.detail})" if first.detail else ""
    raise ProblemsError(
        f"{root}: {told}; the first is {first.name}{detail}. Mend the files, or leave --strict out "
        "to go on without them."
    )
