"""What a protocol is: a list of folds, a fold three selections of a manifest's rows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from spoofcue.errors import InputError

KEYS = ("dataset", "split", "subject", "session", "device", "pai", "variant", "frame")
SPLITS = ("train", "dev", "test")
Species = Literal["family", "instrument", "pooled"]
Report = Literal["acer", "hter"]


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


@dataclass(frozen=True, slots=True)
class Fold:
    """One training and its judgement; ``name`` is unique in its protocol.

    Attributes:
        dev: None where ``hold_out`` draws it, or where the protocol has no dev at all.
        hold_out: the share of the train selection's people, per dataset, that becomes dev.

    """

    name: str
    train: Selection
    dev: Selection | None
    test: Selection
    hold_out: float = 0.0

    def of(self, split: str) -> Selection | None:
        """The selection of ``train``, ``dev`` (None if it has none of its own) or ``test``."""
        return {"train": self.train, "dev": self.dev, "test": self.test}[split]

    @property
    def has_dev(self) -> bool:
        """Whether an epoch and a threshold can be chosen."""
        return self.dev is not None or self.hold_out > 0

    def to_dict(self) -> dict[str, Any]:
        """The three selections as plain data; a fold without dev has None there."""
        dev: dict[str, Any] | None = self.dev.to_dict() if self.dev else None
        if self.hold_out:
            dev = {"hold_out": self.hold_out}
        return {"train": self.train.to_dict(), "dev": dev, "test": self.test.to_dict()}


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """Where the threshold of a result comes from; never from the test scores.

    Attributes:
        rule: ``eer-dev``, or ``fixed`` beforehand.
        value: of a fixed one, in units of the score; else None.

    """

    rule: Literal["eer-dev", "fixed"] = "eer-dev"
    value: float | None = None

    def __str__(self) -> str:
        return "EER on dev" if self.value is None else f"fixed at {self.value:g}"

    @property
    def typed(self) -> str:
        """As the user types it: ``eer-dev`` or the number."""
        return self.rule if self.value is None else repr(self.value)


@dataclass(frozen=True, slots=True)
class Protocol:
    """Folds whose results are averaged.

    Attributes:
        name: as the user types it; ``NAME@THRESHOLD`` if the user chose another threshold.
        title: what it tests.
        mirrors: the protocol in the literature that it stands for.
        report: ``acer``, or ``hter`` for tests in which attacks are pooled.
        folds: at least one.
        species: what APCER is the highest of: single instruments, families (the PAI's name
            before its first ``-``), or all attacks pooled.
        threshold: how it is chosen.
        note: what is verified and what is recalled.
        files: the dataset's own lists, with ``{split}``, ``{Split}``, ``{k}`` (the fold, from 1)
            and ``{value}`` (what the fold is for); empty where there are none.
        files_needed: there is no rule that could stand in for the files.
        optional: not part of ``--protocol all``.

    """

    name: str
    title: str
    mirrors: str
    report: Report
    folds: tuple[Fold, ...]
    species: Species = "instrument"
    threshold: ThresholdRule = ThresholdRule()
    note: str = ""
    files: str = ""
    files_needed: bool = False
    optional: bool = False

    @property
    def first_frames(self) -> int | None:
        """The number that frames of a train selection stay below, the least; None for no limit."""
        limits = [fold.train.frames_below(label) for fold in self.folds for label in (0, 1)]
        return min((limit for limit in limits if limit is not None), default=None)

    def judged_at(self, threshold: ThresholdRule) -> Protocol:
        """The same protocol with another threshold, named ``NAME@THRESHOLD``; itself if equal.

        Raises:
            InputError: ``eer-dev`` where a fold has no dev.

        """
        if threshold == self.threshold:
            return self
        if threshold.value is None and not all(f.has_dev for f in self.folds):
            raise InputError(
                f"--threshold eer-dev: protocol {self.name} has no dev; give a number, as 0.01."
            )
        return replace(self, name=f"{self.name}@{threshold.typed}", threshold=threshold)

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets that its selections name, in order."""
        named: dict[str, None] = {}
        for fold in self.folds:
            for part in (fold.train, fold.dev, fold.test):
                named |= {str(v): None for v in (part.values_of("dataset") if part else ())}
        return tuple(named)


@dataclass(frozen=True, slots=True)
class ProtocolSet:
    """The protocols of one dataset, or of one way to cross several.

    Attributes:
        name: as the user types it.
        title: in words.
        compares: which published figures its results may stand beside, and on what terms.
        protocols: by name.

    """

    name: str
    title: str
    compares: str
    protocols: dict[str, Protocol]

    @property
    def datasets(self) -> tuple[str, ...]:
        """All the datasets that its protocols name, in order."""
        return tuple(dict.fromkeys(d for p in self.protocols.values() for d in p.datasets))
