"""What a job was begun with: only the same goes on with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from spoofcue.batch.scorer import Greeting
from spoofcue.errors import InputError
from spoofcue.records.owner import OwnerRecord, refuse_others
from spoofcue.records.stored import Record
from spoofcue.shards.places import Place

JOB_FILE = "job.json"
ROWS = "rows"  # the folder of the data set: nothing but its parts lies there
_PART = re.compile(r"part-(\d+)\.parquet")


class JobRecord(Record):
    """job.json beside the results.

    Attributes:
        work: ``score``.
        created: when the job was begun.
        version: of spoofcue.
        sources: what is scored, as absolute paths and addresses.
        settings: of the judge; whatever decides a row.
        model: id of the model.
        threshold: a score above it is an attack.
        files: in the plan.
        plan_sha256: of plan.parquet.
        shard_rows: files of a shard.

    """

    KIND: ClassVar[str] = "the record of a job of `spoofcue score`"
    REMEDY: ClassVar[str] = "Give another --out, or delete the folder to start over."

    work: str
    created: str
    version: str
    sources: list[str]
    settings: dict[str, Any]
    model: str
    threshold: float
    files: int
    plan_sha256: str
    shard_rows: int

    @property
    def greeting(self) -> Greeting:
        """By what every process must judge."""
        return Greeting(self.model, self.threshold)

    @property
    def shards(self) -> int:
        """How many there are."""
        return -(-self.files // self.shard_rows)

    @property
    def mark(self) -> str:
        """What the metadata of every part of this job says."""
        return f"{self.plan_sha256} {self.created}"

    def size_of(self, shard: int) -> int:
        """Files of a shard."""
        return min(self.shard_rows, self.files - shard * self.shard_rows)


def read_job(place: Place) -> JobRecord | None:
    """The job of a place; None where there is none.

    Raises:
        InputError: job.json is damaged or of another program.

    """
    content = place.read(JOB_FILE)
    if content is None:
        return None
    source = Path(place.text, JOB_FILE)
    try:
        tree = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{source} is damaged: {error}. {JobRecord.REMEDY}") from error
    if not isinstance(tree, dict):
        raise InputError(f"{source} is not {JobRecord.KIND}. {JobRecord.REMEDY}")
    return JobRecord.from_tree(tree, source)


def write_job(job: JobRecord, place: Place) -> None:
    """The last of the files before the first part: from now on only the same goes on."""
    place.put(JOB_FILE, json.dumps(job.to_tree(), indent=2).encode())


def refuse_other(place: Place, job: JobRecord, wanted: dict[str, Any]) -> None:
    """Refuse a place that was begun with something else.

    Args:
        place: of the job.
        job: as it was begun.
        wanted: the same of this command, by the names that the user knows.

    Raises:
        InputError: naming what differs, as it was and as it is, and what to do.

    """
    before = {
        "spoofcue": job.version,
        "sources": job.sources,
        "model id": job.model,
        "threshold of the model": job.threshold,
        "shard_rows": job.shard_rows,
        **job.settings,
    }
    refuse_others(
        Path(place.text),
        OwnerRecord(work=job.work, settings=before),
        OwnerRecord(work="score", settings=json.loads(json.dumps(wanted))),
    )


def part_name(shard: int) -> str:
    """Of a shard's file, below the place."""
    return f"{ROWS}/part-{shard:05d}.parquet"


def committed(place: Place, job: JobRecord) -> set[int]:
    """The shards that are there."""
    return {shard for shard in _numbers(place) if shard < job.shards}


def _numbers(place: Place) -> Iterator[int]:
    for name in place.names(ROWS):
        if found := _PART.fullmatch(name):
            yield int(found.group(1))
