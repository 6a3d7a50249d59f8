"""One thing that was looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

# absent: not there, and not needed; note: works, and something about it should be known;
# fault: faces are not judged here as they should be
State = Literal["ok", "absent", "note", "fault"]


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, and how it is.

    Attributes:
        part: ``spoofcue``, ``processor``, ``runtimes``, ``judging``, ``cameras``, ``caches`` or
            ``extras``.
        name: what, unique in its part.
        value: how it is, in words of one line.
        state: see :data:`State`.
        advice: what to do about it; None where there is nothing to do.
        facts: the same for a program, JSON data.

    """

    part: str
    name: str
    value: str
    state: State = "ok"
    advice: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def without_home(text: str, home: str | None = None) -> str:
    """A text as it may be shown to strangers: the home folder, which has a person's name, as ``~``.

    Args:
        text: with paths.
        home: None: this user's.

    >>> without_home("/home/ann/models/door.spoofcue", "/home/ann")
    '~/models/door.spoofcue'

    """
    known = str(Path.home()) if home is None else home
    return text.replace(known, "~") if len(known) > 1 else text
