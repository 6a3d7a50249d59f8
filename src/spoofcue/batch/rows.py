"""The columns of the results, and rows of the detector as a table with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from spoofcue.batch.scorer import Judged
from spoofcue.batch.sources import Item

if TYPE_CHECKING:
    import pyarrow as pa

# of a row what the detector does not say itself
OWN = ("number", "face", "path", "sha256", "bytes")
# of a result; docs/howto/batch.md describes them
RESULT = (
    *("decision", "score", "threshold", "reason", "detail", "advice", "box", "faces", "frames"),
    *("counts", "quality", "evidence", "early_exit", "place", "model", "timings"),
)
FIELDS = (*OWN, *RESULT)
# what Arrow raises of a value that is of another type; its own errors are ValueErrors or TypeErrors
UNFIT = (TypeError, ValueError, OverflowError, AttributeError)


def schema(columns: Sequence[str]) -> pa.Schema:
    """Of the results: the same for every shard of a job.

    Args:
        columns: of what goes along, as text.

    """
    import pyarrow as pa

    whole, real, text = pa.int32(), pa.float64(), pa.string()

    def struct(kind: pa.DataType, *names: str) -> pa.DataType:
        return pa.struct([(name, kind) for name in names])

    box = struct(whole, "x", "y", "w", "h")
    evidence = pa.struct(
        [
            ("expert", text),
            *((name, real) for name in ("raw", "log_odds", "weight", "contribution")),
            ("box", box),
            ("inside", real),
            ("missing", text),
        ]
    )
    kinds = {
        "number": pa.int64(),
        "face": whole,
        "bytes": pa.int64(),
        "score": real,
        "threshold": real,
        "box": box,
        "faces": whole,
        "frames": whole,
        "counts": struct(whole, "wanted", "decoded", "sampled", "with_face", "scored"),
        "quality": struct(real, "sharpness", "brightness", "dark", "white", "contrast"),
        "evidence": pa.list_(evidence),
        "early_exit": pa.struct([("low", real), ("high", real), ("left", whole)]),
        "place": whole,
        "timings": struct(real, "decode", "detect", "crop", "network", "total"),
    }
    return pa.schema([(name, kinds.get(name, text)) for name in (*FIELDS, *columns)])


def rows_of(number: int, item: Item, judged: Judged) -> Iterator[dict[str, Any]]:
    """The rows of one file.

    Args:
        number: its place in the plan.
        item: the file.
        judged: what came of it.

    """
    for face, row in enumerate(judged.rows):
        yield {
            "number": number,
            "face": face,
            "path": item.path,
            "sha256": judged.sha256,
            "bytes": judged.size,
            **only_result(row),
            **item.carried,
        }


def only_result(row: dict[str, Any]) -> dict[str, Any]:
    """Of what a process says of a face the columns that there are."""
    return {name: row[name] for name in RESULT}


def as_parquet(
    rows: Sequence[dict[str, Any]], columns: Sequence[str], facts: dict[str, str]
) -> Any:
    """Rows as the bytes of a Parquet file.

    Args:
        rows: of :func:`rows_of`.
        columns: of what goes along.
        facts: kept in the file's metadata.

    Returns:
        A buffer of Arrow.

    """
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.Table.from_pylist(list(rows), schema=schema(columns).with_metadata(facts))
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink, compression="zstd", row_group_size=max(len(rows), 1))
    return sink.getvalue()


def fits(row: dict[str, Any], columns: Sequence[str]) -> bool:
    """Whether a row is of the schema: the process that made it may be broken."""
    import pyarrow as pa

    try:
        pa.Table.from_pylist([row], schema=schema(columns))
    except UNFIT:
        return False
    return True
