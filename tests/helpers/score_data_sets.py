"""Small data sets as `spoofcue score` leaves them, written by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

ROWS = [
    # path, face, score, label, pai, person, split
    ("d1.jpg", 0, 0.1, "0", None, "ann", "dev"),
    ("d2.jpg", 0, 0.2, "live", None, "ann", "dev"),
    ("d3.jpg", 0, 0.6, "1", "print", "ann", "dev"),
    ("d4.jpg", 0, 0.8, "attack", "print", "ann", "dev"),
    ("t1.jpg", 0, 0.3, "0", None, "ben", "test"),
    ("t1.jpg", 1, 0.9, "0", None, "ben", "test"),  # somebody in the background
    ("t2.jpg", 0, 0.5, "0", None, "cid", "test"),
    ("t3.jpg", 0, None, "0", None, "cid", "test"),  # no face was found
    ("t4.jpg", 0, 0.7, "1", "replay", "ben", "test"),
    ("t5.jpg", 0, 0.35, "1", "print", "cid", "test"),
]
NAMES = ("path", "face", "score", "label", "pai", "person", "split")


def data_set(folder: Path, *, model: str = "hand-1", add: float = 0.0, files: int = 9) -> Path:
    """Three parts and a job."""
    (folder / "rows").mkdir(parents=True)
    rows: list[dict[str, Any]] = [dict(zip(NAMES, row, strict=True)) for row in ROWS]
    for row in rows:
        row["path"] = f"/archive/{row['path']}"
        row["score"] = None if row["score"] is None else row["score"] + add
    kinds = {"face": pa.int32(), "score": pa.float64()}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in NAMES])
    for number, part in enumerate((rows[:4], rows[4:8], rows[8:])):
        table = pa.Table.from_pylist(part, schema=schema)
        parquet.write_table(table, folder / "rows" / f"part-{number:05d}.parquet")
    job = {"files": files, "shard_rows": 3, "sources": ["/archive"], "model": model}
    (folder / "job.json").write_text(json.dumps(job))
    return folder
