"""Fits of a camera that are under way: numbers in memory, for a while, and then gone.

A fit takes faces that differ from those it has: frames of a camera before which nobody moves tell
a profile nothing, and would only make it look surer than it is.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from spoofcue.metrics.intervals import attempts_needed
from spoofcue.package.calibration import ENOUGH
from spoofcue.package.profile import LEAST_PICTURES
from spoofcue.serving.problems import Problem
from spoofcue.serving.work import Done

Kind = Literal["live", "screen", "print"]
KINDS: tuple[Kind, ...] = get_args(Kind)
BEST = 30  # live faces; docs/results/pretrained.md, "How many pictures"
PEOPLE = 3
MOST = 300  # faces of one kind
MOST_PEOPLE = 50
LONGEST_LABEL = 64
# a face is like another where none of these differs by more: widths of the face, the logarithm of
# its size, distances of the eyes, and grey of 255
MOVED = 0.05
SIZED = 0.05
TURNED = 0.04
LIT = 6.0
# what counts as variety, in the same units
SIDEWAYS = 0.05
NEARER = 1.25
LIGHTER = 20.0
# attacks that pass are told to be at most this part, at 95 %, once so many were shown and none did
CLAIM = 0.1


@dataclass(frozen=True, slots=True)
class Face:
    """One face that was taken.

    Attributes:
        kind: what was before the camera.
        person: a label of the operator's; it leaves this process nowhere.
        pose: ``across``, ``down``, ``width``, ``height``, ``turn``, ``brightness``.
        seen: what the experts said, as plain data.
        score: of the model in force.
        refused: whether that model calls it an attack.

    """

    kind: Kind
    person: str
    pose: Mapping[str, float | None]
    seen: list[dict[str, Any]]
    score: float
    refused: bool

    def is_like(self, other: Face) -> bool:
        """Whether it tells no more than another one of the same person does."""
        if (self.kind, self.person) != (other.kind, other.person):
            return False
        mine, its = self.pose, other.pose
        width, height = its["width"] or 1.0, its["height"] or 1.0
        moved = max(
            _apart(mine["across"], its["across"]) / width,
            _apart(mine["down"], its["down"]) / height,
        )
        sized = abs((mine["width"] or 1.0) / width - 1)
        turned = _apart(mine["turn"], its["turn"])
        lit = _apart(mine["brightness"], its["brightness"])
        return moved <= MOVED and sized <= SIZED and turned <= TURNED and lit <= LIT


def _apart(one: float | None, other: float | None) -> float:
    return 0.0 if one is None or other is None else abs(one - other)


@dataclass(slots=True)
class Fit:
    """One fit.

    Attributes:
        id: unguessable.
        holder: of the key that began it; nobody else sees it.
        model: id of the package, without a camera's profile, that the faces were judged by.
        threshold: of the model in force when it began.
        until: on the clock of its :class:`Fits`.
        faces: that were taken.
        left_out: why others were not.
        adopted: id of the package that the service was given of it.

    """

    id: str
    holder: str
    model: str
    threshold: float
    until: float
    faces: list[Face] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    adopted: str | None = None
    _pixels: set[str] = field(default_factory=set)
    _result: tuple[int, dict[str, Any]] | None = None
    _package: tuple[int, Done] | None = None

    def take(self, kind: Kind, person: str, look: Mapping[str, Any]) -> str | None:
        """Add a face that was looked at.

        Args:
            kind: see :class:`Face`.
            person: see :class:`Face`.
            look: facts of the task ``fit-look``.

        Returns:
            Why it was not taken: a reason of the detector, ``repeated`` (this very picture was
            there), ``alike`` (it shows what another one shows) or ``enough``; None: it was.

        """
        why = self._taken(kind, person, look)
        if why is not None:
            self.left_out[why] += 1
        return why

    def _taken(self, kind: Kind, person: str, look: Mapping[str, Any]) -> str | None:
        if look["score"] is None or look["face"] is None:
            return str(look["reason"] or "error")
        if look["pixels"] in self._pixels:
            return "repeated"
        score = look["score"]
        refused = score > look["threshold"]
        face = Face(kind, person, look["face"], look["seen"], score, refused)
        if any(face.is_like(other) for other in self.faces):
            return "alike"
        if len(self.of(kind)) >= MOST:
            return "enough"
        self._pixels.add(look["pixels"])
        self.faces.append(face)
        return None

    def of(self, kind: Kind) -> list[Face]:
        """The faces of a kind."""
        return [face for face in self.faces if face.kind == kind]

    @property
    def people(self) -> int:
        """How many the live faces are of, by their labels."""
        return len({face.person for face in self.of("live")})

    @property
    def has_enough(self) -> bool:
        """Whether a profile can be made."""
        return len(self.of("live")) >= LEAST_PICTURES

    def as_options(self) -> dict[str, Any]:
        """For the tasks ``fit-result`` and ``fit-package``."""
        attacks = {kind: [face.seen for face in self.of(kind)] for kind in KINDS if kind != "live"}
        return {
            "model": self.model,
            "live": [face.seen for face in self.of("live")],
            "attacks": {kind: seen for kind, seen in attacks.items() if seen},
            "people": self.people,
        }

    @property
    def result(self) -> dict[str, Any] | None:
        """What the tasks said of these very faces; None: they were not asked yet."""
        known = self._result
        return known[1] if known and known[0] == len(self.faces) else None

    def know(self, count: int, result: dict[str, Any]) -> None:
        """Keep what a task said of the first ``count`` faces."""
        self._result = (count, result)

    @property
    def package(self) -> Done | None:
        """What the task ``fit-package`` made of these very faces; None: it was not asked yet."""
        known = self._package
        return known[1] if known and known[0] == len(self.faces) else None

    def pack(self, count: int, made: Done) -> None:
        """Keep the package of the first ``count`` faces."""
        self._package = (count, made)

    def goals(self) -> list[dict[str, Any]]:
        """What there is and what is wanted of it, each under a stable word."""
        live = self.of("live")
        turns = [face.pose["turn"] for face in live if face.pose["turn"] is not None]
        sides = {(turn > SIDEWAYS) - (turn < -SIDEWAYS) for turn in turns}
        widths = [face.pose["width"] or 0.0 for face in live]
        lights = [b for face in live if (b := face.pose["brightness"]) is not None]
        counts: list[tuple[str, float, float]] = [
            ("live", len(live), BEST),
            ("people", self.people, PEOPLE),
            ("turns", len(sides), 3),
            ("distance", max(widths) / min(widths) if widths else 0.0, NEARER),
            ("light", max(lights) - min(lights) if lights else 0.0, LIGHTER),
        ]
        return [
            {"goal": goal, "have": round(have, 3), "want": want, "met": have >= want}
            for goal, have, want in counts
        ]

    def counted(self) -> dict[str, int]:
        """Faces of each kind."""
        return {kind: len(self.of(kind)) for kind in KINDS}

    def scores_now(self) -> dict[str, list[float]]:
        """By kind, of the model in force."""
        return {kind: [face.score for face in self.of(kind)] for kind in KINDS}

    def steps(self) -> dict[str, int]:
        """Live faces that a profile takes, that are enough, and that are best; attacks of a kind
        after which, if none passed, at most CLAIM of them do.
        """
        needed = attempts_needed(CLAIM)
        return {"least": LEAST_PICTURES, "enough": ENOUGH, "best": BEST, "attacks": needed}


class Fits:
    """All fits of a service. To be used in one event loop.

    Args:
        most: at one time.
        seconds: after which each is gone.
        clock: seconds that only grow.

    """

    def __init__(
        self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._fits: dict[str, Fit] = {}

    def __len__(self) -> int:
        self.forget_old()
        return len(self._fits)

    def begin(self, holder: str, model: str, threshold: float) -> Fit:
        """A new one.

        Raises:
            Problem: busy: there are as many as may be.

        """
        self.forget_old()
        if len(self._fits) >= self._most:
            soonest = min(fit.until for fit in self._fits.values()) - self._clock()
            raise Problem(
                "busy",
                f"{self._most} cameras are fitted at this time; delete one, or wait.",
                retry_s=soonest,
            )
        made = Fit(
            secrets.token_urlsafe(18), holder, model, threshold, self._clock() + self._seconds
        )
        self._fits[made.id] = made
        return made

    def get(self, fit: str, holder: str) -> Fit:
        """The fit of that id.

        Raises:
            Problem: not-found: there is none of this key, or it has expired.

        """
        self.forget_old()
        found = self._fits.get(fit)
        if found is None or found.holder != holder:
            raise Problem("not-found", "there is no such fit; it may have expired: begin another.")
        return found

    def seconds_left(self, fit: Fit) -> float:
        """Until it is gone."""
        return max(0.0, fit.until - self._clock())

    def delete(self, fit: str, holder: str) -> None:
        """Forget one.

        Raises:
            Problem: see :meth:`get`.

        """
        found = self.get(fit, holder)
        del self._fits[found.id]

    def forget_old(self) -> None:
        """Let go of what has expired."""
        now = self._clock()
        self._fits = {name: fit for name, fit in self._fits.items() if fit.until > now}


def as_kind(given: str | None) -> Kind:
    """What was before the camera, by its word.

    Raises:
        Problem: not-valid.

    """
    for kind in KINDS:
        if kind == given:
            return kind
    raise Problem("not-valid", f"kind is what the camera saw: {', '.join(KINDS)}.")


def as_label(given: str | None, known: set[str]) -> str:
    """Who was before the camera, in the operator's words.

    Raises:
        Problem: not-valid: it is too long, or there are too many people.

    """
    label = (given or "").strip()
    if len(label) > LONGEST_LABEL or not label.isprintable():
        raise Problem("not-valid", f"person is a short label, at most {LONGEST_LABEL} letters.")
    if label not in known and len(known) >= MOST_PEOPLE:
        raise Problem("too-large", f"more than {MOST_PEOPLE} people in one fit.")
    return label
