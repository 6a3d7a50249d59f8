"""What a job has come to: its parts read one by one, a few columns of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from spoofcue.batch.job import JobRecord, committed, part_name, read_job
from spoofcue.batch.shards import FILES, MARK
from spoofcue.detector.result import UNREADABLE
from spoofcue.errors import InputError
from spoofcue.media.folders import REASONS
from spoofcue.shards.places import Place

BINS = 20  # of the histogram, over 0..1


@dataclass(slots=True)
class Summary:
    """Of a job, finished or not.

    Attributes:
        place: where its results are.
        model, threshold: by what it is judged.
        files: in the plan.
        shards: in the plan.
        done_files: whose rows are committed.
        done_shards: that are committed.
        rows: faces and recordings in them.
        decisions: decision -> rows.
        reasons: reason -> rows.
        unread: rows of files that could not be read or judged at all.
        histogram: scores in equal bins over 0..1.

    """

    place: str
    model: str
    threshold: float
    files: int
    shards: int
    done_files: int = 0
    done_shards: int = 0
    rows: int = 0
    decisions: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    unread: int = 0
    histogram: list[int] = field(default_factory=lambda: [0] * BINS)

    @property
    def is_finished(self) -> bool:
        """Whether every shard is committed."""
        return self.done_shards == self.shards

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        named = {name: getattr(self, name) for name in self.__slots__}
        return {
            **named,
            "decisions": dict(sorted(self.decisions.items())),
            "reasons": dict(self.reasons.most_common()),
            "finished": self.is_finished,
        }


def summary_of(place: Place) -> Summary:
    """Read what is committed.

    Raises:
        InputError: there is no job, or a part is not of it.

    """
    job = read_job(place)
    if job is None:
        raise InputError(f"{place.text} holds no job of `spoofcue score`.")
    made = Summary(place.text, job.model, job.threshold, job.files, job.shards)
    for shard in sorted(committed(place, job)):
        _add(made, place, job, shard)
    return made


def _add(made: Summary, place: Place, job: JobRecord, shard: int) -> None:
    import numpy as np
    from pyarrow import parquet

    name = part_name(shard)
    try:
        with parquet.ParquetFile(place.source(name)) as file:
            facts = file.schema_arrow.metadata or {}
            table = file.read(columns=["decision", "reason", "score"])
    except (OSError, ValueError) as error:
        raise InputError(
            f"{place.text}/{name} cannot be read ({error}); delete it and give the same command "
            "again."
        ) from error
    files = job.size_of(shard)
    if facts.get(MARK.encode()) != job.mark.encode() or facts.get(FILES.encode()) != b"%d" % files:
        raise InputError(
            f"{place.text}/{name} is of another job; delete it and give the same command again."
        )
    made.done_files += files
    made.done_shards += 1
    made.rows += table.num_rows
    made.decisions.update(table["decision"].to_pylist())
    reasons = Counter(reason for reason in table["reason"].to_pylist() if reason is not None)
    made.reasons += reasons
    made.unread += sum(n for reason, n in reasons.items() if reason in UNREADABLE | REASONS.keys())
    scores = table["score"].drop_null().to_numpy()
    counts, _ = np.histogram(scores, BINS, (0, 1))
    made.histogram = [a + int(b) for a, b in zip(made.histogram, counts, strict=True)]
