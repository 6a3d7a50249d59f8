"""Which rows of a manifest one part of a fold takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

KEYS = ("dataset", "split", "subject", "session", "device", "pai", "variant", "frame")


@dataclass(frozen=True, slots=True)
class Listed:
    """Recordings that a dataset's own protocol file names; the file wins over the rule.

    Attributes:
        source: the file, relative to the folder of protocol files.
        names: of the recordings, without folder and suffix, or the ``media`` of images.
        attacks: those of them that it calls attacks.

    """

    source: str
    names: frozenset[str]
    attacks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows of a manifest; a key that is absent keeps all.

    ``pai`` concerns attacks only: a live face was shown by no instrument, and belongs to every
    selection of them.

    Attributes:
        keep: key -> values kept.
        drop: key -> values left out.
        first_frames: only frames with a number below it. Frames that were taken for such
            selections alone (``sample`` is ``early``) are in no other one.
        live, attacks: further conditions on rows of that class.
        listed: only these recordings.

    """

    keep: dict[str, tuple[str | int, ...]] = field(default_factory=dict)
    drop: dict[str, tuple[str | int, ...]] = field(default_factory=dict)
    first_frames: int | None = None
    live: Selection | None = None
    attacks: Selection | None = None
    listed: Listed | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the protocol files write it."""
        plain: dict[str, Any] = {key: list(values) for key, values in self.keep.items()}
        for key, values in self.drop.items():
            plain[key] = {"not": list(values)}
        if self.first_frames is not None:
            plain["first_frames"] = self.first_frames
        for name, part in (("live", self.live), ("attacks", self.attacks)):
            if part is not None:
                plain[name] = part.to_dict()
        if self.listed is not None:
            plain["listed"] = {"file": self.listed.source, "recordings": len(self.listed.names)}
        return plain

    def frames_below(self, label: int) -> int | None:
        """The number that frames of a class (0 live, 1 attack) stay below; None for no limit."""
        part = self.attacks if label else self.live
        limits = [s.first_frames for s in (self, part) if s and s.first_frames is not None]
        return min(limits, default=None)

    def values_of(self, key: str) -> tuple[str | int, ...]:
        """The values kept of ``key``, those of one class included; empty if any goes."""
        parts = [p for p in (self.live, self.attacks) if p is not None]
        return (*self.keep.get(key, ()), *(v for p in parts for v in p.values_of(key)))

    @property
    def keys(self) -> frozenset[str]:
        """What it looks at besides label and subject: of :data:`KEYS`, and ``media``."""
        named = {*self.keep, *self.drop}
        if self.first_frames is not None:
            named.add("frame")
        if self.listed is not None:
            named.add("media")
        return frozenset(named).union(*(p.keys for p in (self.live, self.attacks) if p))


def matching(selection: Selection) -> pl.Expr:
    """The rows of a manifest that a selection takes, as a polars condition."""
    import polars as pl

    matches = pl.lit(True)
    live = pl.col("label") == 0
    for key, values in selection.keep.items():
        inside = pl.col(key).is_in(list(values)).fill_null(False)
        matches = matches & (inside | live if key == "pai" else inside)
    for key, values in selection.drop.items():
        outside = ~pl.col(key).is_in(list(values)).fill_null(False)
        matches = matches & (outside | live if key == "pai" else outside)
    if selection.first_frames is not None:
        matches = matches & (pl.col("frame") < selection.first_frames)
    if selection.live is not None:
        matches = matches & (~live | matching(selection.live))
    if selection.attacks is not None:
        matches = matches & (live | matching(selection.attacks))
    if selection.listed is not None:
        names = list(selection.listed.names)
        matches = matches & (recording_name().is_in(names) | official_path().is_in(names))
    return matches


def in_its_sample(selection: Selection) -> pl.Expr:
    """Early frames, taken besides the spread ones, would weigh too much in other selections."""
    import polars as pl

    taken = pl.col("sample").is_null()
    for label in (0, 1):
        if selection.frames_below(label) is not None:
            taken = taken | (pl.col("label") == label)
    return taken


def official_path() -> pl.Expr:
    """``video`` without the dataset's name that joining puts in front; else ``media``."""
    import polars as pl

    return pl.coalesce(pl.col("video").str.strip_prefix(pl.col("dataset") + "/"), "video", "media")


def recording_name() -> pl.Expr:
    """``media`` without folder and suffix, as protocol files write it."""
    import polars as pl

    return pl.col("media").str.replace(r"^.*/", "").str.replace(r"\.[^.]*$", "")
