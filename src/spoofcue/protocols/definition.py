"""What a protocol is: a list of folds, what is reported of them, and where a threshold is from."""

from __future__ import annotations

from dataclasses import dataclass, replace

from spoofcue.errors import InputError
from spoofcue.metrics.measures import Report
from spoofcue.metrics.species import Grouping
from spoofcue.metrics.thresholds import EER, ThresholdRule
from spoofcue.protocols.fold import Fold


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

    >>> from spoofcue.protocols import load_set
    >>> protocol = load_set("oulu-npu").protocols["3"]
    >>> protocol.title, len(protocol.folds), str(protocol.threshold)
    ('leave one phone out', 6, 'eer')

    """

    name: str
    title: str
    mirrors: str
    report: Report
    folds: tuple[Fold, ...]
    species: Grouping = "instrument"
    threshold: ThresholdRule = EER
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
            InputError: a rule on dev where a fold has no dev, or a threshold that no score of a
                network can be on either side of, outside 0..1.

        """
        if threshold == self.threshold:
            return self
        if threshold.needs_dev and not all(f.has_dev for f in self.folds):
            raise InputError(
                f"--threshold {threshold}: protocol {self.name} has no dev; give a number, as 0.01."
            )
        if threshold.value is not None and not 0 <= threshold.value <= 1:
            raise InputError(f"--threshold {threshold}: scores lie from 0 to 1; give one as 0.01.")
        return replace(self, name=f"{self.name}@{threshold}", threshold=threshold)

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

    >>> from spoofcue.protocols import load_set
    >>> list(load_set("casia-replay").protocols)
    ['casia-to-replay', 'replay-to-casia']

    """

    name: str
    title: str
    compares: str
    protocols: dict[str, Protocol]

    @property
    def datasets(self) -> tuple[str, ...]:
        """All the datasets that its protocols name, in order."""
        return tuple(dict.fromkeys(d for p in self.protocols.values() for d in p.datasets))
