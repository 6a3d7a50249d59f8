"""A benchmark's fold as it is stored: result.json, which tables, figures and comparisons read."""

from __future__ import annotations

from typing import Any, ClassVar

from spoofcue.records.evaluation_record import Judged, main_level
from spoofcue.records.stored import Part, Record

RESULT_FILE = "result.json"


class RuleEntry(Part):
    """How a protocol sets the threshold; ``value`` is None where it comes from dev."""

    rule: str
    value: float | None


class KeysEntry(Part):
    """Digests of all that a fold's training and its scores depend on."""

    training: str
    scores: str


class FoldRecord(Record):
    """result.json.

    Attributes:
        set: name of the protocol set.
        protocol: its name; ``NAME@0.01`` where the user fixed the threshold.
        title: of the protocol, in words.
        mirrors: what published protocol it mirrors; empty if none.
        report: the measure that its tables show first, ``acer`` or ``hter``.
        species: what counts as one PAI species.
        threshold: as the protocol sets it.
        fold, folds: its name, and how many the protocol has.
        method, preset, seed, settings: of the training; preset and settings may be empty.
        spoofcue, commit, created: what judged it, and when.
        selection: of the fold's rows.
        counts: split -> rows, videos and people.
        training: the fold whose training it was judged with, by its folder below the set's.
        keys: see :class:`KeysEntry`.
        evaluation: see :class:`~spoofcue.records.evaluation_record.JudgedEntry`.

    """

    KIND: ClassVar[str] = "the result of a fold, as `spoofcue benchmark` writes it"
    REMEDY: ClassVar[str] = "Delete it, or move it away, and run the benchmark again."

    set: str
    protocol: str
    title: str
    mirrors: str
    report: str
    species: str
    threshold: RuleEntry
    fold: str
    folds: int
    method: str
    preset: str
    seed: int
    settings: dict[str, Any]
    spoofcue: str
    commit: str | None
    created: str
    selection: dict[str, Any]
    counts: dict[str, dict[str, Any]]
    training: str
    keys: KeysEntry
    evaluation: Judged

    @property
    def level(self) -> dict[str, Any]:
        """The results of the level that a table shows."""
        return main_level(self.evaluation)
