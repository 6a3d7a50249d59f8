"""An evaluation as it is stored: evaluation/metrics.json, and what ``evaluate --json`` prints."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field

from spoofcue.records.stored import Part, Record
from spoofcue.whole_files import recover_folder

if TYPE_CHECKING:
    from typing_extensions import Self

METRICS_FILE = "metrics.json"


class ThresholdEntry(Part):
    """A threshold and how it was chosen."""

    value: float
    rule: str
    source: str


class CountedEntry(Part):
    """Errors, attempts and the 95 % Clopper-Pearson interval of their ratio."""

    errors: int
    total: int
    ci95: list[float]


class CountsEntry(Part):
    """What the rates were counted from."""

    bpcer: CountedEntry
    apcer_pooled: CountedEntry
    apcer_by_pai: dict[str, CountedEntry]


class RatesEntry(Part):
    """Rates at one threshold, fractions 0..1; every other key is a measure, a number."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, float]

    worst_pai: str | None
    apcer_by_pai: dict[str, float]
    counts: CountsEntry


class PointEntry(Part):
    """What dev was held to gives on test, and whether dev has attempts enough for it."""

    threshold: float
    apcer_max: float
    bpcer: float
    supported: bool
    reason: str


class BootstrapEntry(Part):
    """Intervals by drawing subjects or videos: measure -> lower and upper end."""

    unit: str
    clusters: int
    replicates: int
    undefined: int
    seed: int
    confidence: float
    intervals: dict[str, list[float]]


class LevelEntry(RatesEntry):
    """The results with one score a frame, or one a video."""

    threshold: ThresholdEntry
    grouping: str
    groupings: dict[str, RatesEntry]
    bpcer_at_apcer: dict[str, PointEntry]
    apcer_at_bpcer: dict[str, PointEntry]
    dev: RatesEntry | None
    nonresponse: dict[str, float | dict[str, float]]
    det: dict[str, list[float | None]]
    bootstrap: BootstrapEntry | None


class JudgedEntry(Part):
    """Frame and video level; ``video`` is None where no recording has several frames.

    ``hints`` say what to look into before believing it.
    """

    score_direction: str
    grouping: str
    frame: LevelEntry
    video: LevelEntry | None
    nonresponse: dict[str, int]
    hints: list[str] = Field(default_factory=list)


class ExpertEntry(Part):
    """Of how many faces an expert of a package had evidence."""

    faces: int
    missing: int
    why: str | None = None


def _checked(tree: dict[str, Any]) -> dict[str, Any]:
    JudgedEntry.model_validate(tree)
    return tree


# checked as JudgedEntry, and kept as plain data: readers go through the measures by name
Judged = Annotated[dict[str, Any], AfterValidator(_checked)]


def level_name(evaluation: Mapping[str, Any]) -> Literal["frame", "video"]:
    """The level that is shown first: ``video`` where recordings have several frames."""
    return "video" if evaluation["video"] else "frame"


def main_level(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """The results of that level, with the keys of :class:`LevelEntry`."""
    level: dict[str, Any] = evaluation[level_name(evaluation)]
    return level


class EvaluationRecord(Record):
    """metrics.json.

    Attributes:
        evaluation: plain data with the keys of :class:`JudgedEntry`; rates are fractions 0..1.
        data: absolute path of the prepared folder; None where score files were judged.
        model: id of the model; None where score files were judged.
        input: how faces became network input.
        created: ISO 8601 in UTC.
        experts: of a package, by name: how often each had something to look at, dev and test
            together; None for other models.

    """

    KIND: ClassVar[str] = "an evaluation, as `spoofcue evaluate` writes it"
    REMEDY: ClassVar[str] = "Run `spoofcue evaluate` again."

    evaluation: Judged
    data: str | None = None
    model: str | None = None
    input: str | None = None
    created: str | None = None
    experts: dict[str, ExpertEntry] | None = None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read metrics.json, or what ``evaluate --json`` printed.

        Raises:
            InputError: see :meth:`Record.read`.

        """
        recover_folder(path.parent)
        return super().read(path)

    @classmethod
    def from_tree(cls, tree: Mapping[str, Any], source: Path) -> Self:
        """See :meth:`Record.from_tree`; what was printed has the evaluation's keys on top."""
        if "evaluation" not in tree and "frame" in tree:
            beside = {k: tree[k] for k in ("format", "experts") if k in tree}
            tree = beside | {"evaluation": {k: v for k, v in tree.items() if k not in beside}}
        return super().from_tree(tree, source)

    def as_printed(self) -> dict[str, Any]:
        """What ``evaluate --json`` prints: ``format``, the keys of the evaluation, experts."""
        tree = self.to_tree()
        experts = {"experts": tree["experts"]} if tree.get("experts") else {}
        return {"format": self.FORMAT, **self.evaluation, **experts}

    @property
    def level_name(self) -> Literal["frame", "video"]:
        """See :func:`level_name`."""
        return level_name(self.evaluation)

    @property
    def level(self) -> dict[str, Any]:
        """See :func:`main_level`."""
        return main_level(self.evaluation)

    def _repr_html_(self) -> str:
        """Tables of the rates, as a notebook shows them."""
        from spoofcue.rates_table import rates_tables

        return rates_tables({"hints": [], **self.evaluation})
