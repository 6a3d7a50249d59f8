"""Evaluate what `spoofcue score` wrote, and keep it as the evaluation of a model."""

from __future__ import annotations

import json
import os
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoofcue.errors import InputError
from spoofcue.media.kinds import media_kind
from spoofcue.metrics.evaluation import Evaluation, EvaluationOptions, evaluate
from spoofcue.metrics.parquet_scores import (
    JOB,
    Block,
    Texts,
    blocks_of,
    read_parquet_scores,
    splits_in,
)
from spoofcue.metrics.scores import ScoreSet
from spoofcue.records.evaluation_record import METRICS_FILE, EvaluationRecord
from spoofcue.records.owner import held
from spoofcue.whole_files import whole_folder

if TYPE_CHECKING:
    import pyarrow as pa

# as an evaluation of a prepared folder has them; the whole picture stands for the crop
COLUMNS = ("score", "label", "pai", "video", "subject", "media", "crop")


def evaluate_data_set(
    scores: Path,
    dev: Path | ScoreSet | None,
    out: Path | None,
    options: EvaluationOptions,
) -> Evaluation:
    """Judge the scores of a data set, and write them with the result to ``out``.

    Args:
        scores: a folder of `spoofcue score`. With a column ``split`` its rows of test are judged,
            otherwise all.
        dev: the same, or other scores of dev; None: the rows of dev of ``scores``, where there are
            any.
        out: the evaluation folder, replaced as a whole, which `compare` and `report` take; None:
            nothing is written.
        options: how the scores are judged.

    Raises:
        InputError: the data set is not finished, or a row has no label.

    """
    test_split = _split(scores, "test")
    source, dev_split = (scores, _split(scores, "dev")) if dev is None else (dev, None)
    if isinstance(source, Path) and source is not scores:
        dev_split = _split(source, "dev")
    sets: dict[str, ScoreSet] = {"test": read_parquet_scores(scores, test_split)}
    if isinstance(source, ScoreSet):
        sets["dev"] = source
    elif dev is not None or dev_split is not None:
        sets["dev"] = read_parquet_scores(source, dev_split)
    result = evaluate(sets["test"], sets.get("dev"), options)
    if out is not None:
        with held(out, "evaluate"), whole_folder(out) as part:
            _write(part / "test.csv", scores, test_split)
            if "dev" in sets and isinstance(source, Path):
                _write(part / "dev.csv", source, dev_split)
            _record(scores, result).write(part / METRICS_FILE)
    return result


def _split(path: Path, name: str) -> str | None:
    """``name`` where a data set has that split; None where it has none at all.

    Raises:
        InputError: it has splits, and not this one.

    """
    splits = splits_in(path)
    if name in splits or not splits:
        return name if splits else None
    if name == "dev":
        return None
    raise InputError(f"{path} has the splits {', '.join(splits)} and no {name}.")


def _record(scores: Path, result: Evaluation) -> EvaluationRecord:
    job = _job(scores)
    return EvaluationRecord(
        evaluation=result.to_dict(),
        data=_tested_on(job.get("sources") or [str(scores.resolve())]),
        model=job.get("model"),
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )


def _job(scores: Path) -> dict[str, Any]:
    path = scores / JOB
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _tested_on(sources: list[str]) -> str:
    """What two models have to share to be compared: the sources, by the folder of them all."""
    try:
        return os.path.commonpath(sources)
    except ValueError:  # paths and addresses
        return sources[0]


def _write(path: Path, source: Path, split: str | None) -> None:
    import pyarrow as pa
    from pyarrow import csv

    kinds = {"score": pa.float64(), "label": pa.int8()}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in COLUMNS])
    options = csv.WriteOptions(include_header=False, quoting_style="needed")
    with path.open("wb") as file:
        # Arrow would put the names in quotation marks
        file.write(f"{','.join(COLUMNS)}\n".encode())
        with csv.CSVWriter(file, schema, write_options=options) as writer:
            for block in blocks_of(source, split):
                writer.write_table(pa.table(_columns(block), schema))


def _columns(block: Block) -> list[pa.Array]:
    """Null where there is nothing: Arrow puts empty texts in quotation marks."""
    import pyarrow as pa
    from pyarrow import compute

    def texts(column: Texts) -> pa.Array:
        names = pa.array([name or None for name in column.names], pa.string())
        return names.take(pa.array(column.codes))

    path = compute.if_else(compute.equal(block.path, ""), None, block.path)

    return [
        pa.array(block.score, mask=~block.answered),
        pa.array(block.label),
        texts(block.pai),
        texts(block.video),
        texts(block.subject),
        path,
        _pictures(path),
    ]


def _pictures(path: pa.StringArray) -> pa.StringArray:
    """What can be shown of an attempt; nothing of recordings and objects."""
    import pyarrow as pa
    from pyarrow import compute

    ending = compute.replace_substring_regex(path, r"^.*?(/?[^/]?(\.[^./]*)?)$", r"\1")
    found = ending.dictionary_encode()
    is_picture = [media_kind(Path(text)) == "image" for text in found.dictionary.to_pylist()]
    pictures = pa.array(is_picture, pa.bool_()).take(found.indices)
    shown = compute.and_not(pictures, compute.match_substring(path, "://"))
    return compute.if_else(shown, path, None)
