"""Score many recordings: plan, engine, summary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from spoofcue.batch.job import JobRecord, read_job, refuse_other, write_job
from spoofcue.batch.judging import JudgeSpec
from spoofcue.batch.plan import plan_sum, write_plan
from spoofcue.batch.scorer import Greeting, IsolatedScorer
from spoofcue.batch.shards import ScoreWork, ScoreWorker
from spoofcue.batch.sources import absolute, carried_columns, items_of
from spoofcue.batch.summary import Summary, summary_of
from spoofcue.errors import InputError
from spoofcue.shards.engines import Engine, do_shards
from spoofcue.shards.places import Place, place_of
from spoofcue.version import __version__

SHARD_ROWS = 512
FILE_SECONDS = 120.0


def score(
    sources: Sequence[str | Path],
    out: str | Path,
    *,
    spec: JudgeSpec | None = None,
    engine: Engine = "local",
    address: str | None = None,
    workers: int | None = None,
    shard_rows: int = SHARD_ROWS,
    file_seconds: float = FILE_SECONDS,
    progress: Callable[[int, int], None] = lambda done, all_: None,
) -> Summary:
    """Score every file of the sources, each once; the same call goes on after it was ended.

    Args:
        sources: folders, files, patterns, manifests (.parquet, .csv) and addresses (s3://, gs://,
            az://).
        out: folder or address of the results.
        spec: of the judge; None: the model that ships, with its own settings.
        engine: ``local``, or ``ray`` for several machines.
        address: of a running Ray cluster; None: one is started on this machine.
        workers: processes that judge; None: as many as there are cores to use.
        shard_rows: files of a part of the results.
        file_seconds: that one file may take; then it is rejected.
        progress: called with (files done, all).

    Returns:
        What came of it; the rows are in ``out``/rows.

    Raises:
        InputError: a source does not exist, the model cannot be used, or ``out`` was begun with
            something else; what is committed stays.

    """
    spec = spec or JudgeSpec()
    given = [absolute(str(source)) for source in sources]
    if not given:
        raise InputError("give what to score: a folder, file, pattern, manifest or address.")
    place = place_of(absolute(str(out)))
    # the first process says by what will be judged, so that this one holds no model
    with place.held("score"), closing(IsolatedScorer(spec, file_seconds=file_seconds)) as first:
        job = _job(place, given, spec, first.greeting, shard_rows)
        work = ScoreWork(job, place, spec, file_seconds)
        do_shards(
            work,
            engine,
            files=job.files,
            workers=workers,
            address=address,
            first=ScoreWorker(work, first),
            progress=progress,
        )
        return summary_of(place)


def _job(
    place: Place, sources: list[str], spec: JudgeSpec, greeting: Greeting, shard_rows: int
) -> JobRecord:
    """The job of the place, which has to be this one; a new one where there is none."""
    wanted = {
        "spoofcue": __version__,
        "sources": sources,
        "model id": greeting.model,
        "threshold of the model": greeting.threshold,
        "shard_rows": shard_rows,
        **_settings(spec),
    }
    job = read_job(place)
    if job is not None:
        refuse_other(place, job, wanted)
        if plan_sum(place) != job.plan_sha256:
            raise InputError(
                f"the plan in {place.text} is not the one that the job was begun with. "
                f"{JobRecord.REMEDY}"
            )
        return job
    if next(place.names("rows"), None) is not None:
        raise InputError(f"{place.text} holds results without a job.json. {JobRecord.REMEDY}")
    facts = write_plan(items_of(sources), carried_columns(sources), place)
    job = JobRecord(
        work="score",
        created=datetime.now().astimezone().isoformat(),
        version=__version__,
        sources=sources,
        settings=_settings(spec),
        model=greeting.model,
        threshold=greeting.threshold,
        files=facts.rows,
        plan_sha256=facts.sha256,
        shard_rows=shard_rows,
    )
    write_job(job, place)
    return job


def _settings(spec: JudgeSpec) -> dict[str, Any]:
    """What decides a row beside the model, whose id says which it is wherever it lies."""
    return {name: value for name, value in sorted(spec.options.items()) if name != "model"}
