"""Folders of made files, scored by the stand-in; what came of it as plain rows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from pyarrow import parquet

from spoofcue.batch.judging import JudgeSpec

FACTORY = "helpers.batch_judge:make"
TESTS = str(Path(__file__).parent.parent)


def stand_in(**options: Any) -> JudgeSpec:
    return JudgeSpec(options, factory=FACTORY)


def made_files(folder: Path, count: int, **special: bytes) -> Path:
    """``000.jpg`` ... with one text each, and those of other content, by name."""
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number:03d}.jpg").write_bytes(b"file %d" % number)
    for name, content in special.items():
        (folder / f"{name}.jpg").write_bytes(content)
    return folder


def rows_in(out: Path) -> list[dict[str, Any]]:
    """All rows in the order of the plan, without timings."""
    rows: list[dict[str, Any]] = []
    for part in sorted((out / "rows").iterdir()):
        rows += parquet.read_table(part).to_pylist()
    for row in rows:
        row.pop("timings")
    return sorted(rows, key=lambda row: (row["number"], row["face"]))


def code_that_scores(
    sources: Path | str, out: Path | str, before: str = "", **options: Any
) -> list[str]:
    """A Python process that scores, for those that are killed."""
    code = (
        f"import os, signal, sys\nsys.path.insert(0, {TESTS!r})\n"
        "os.environ['PYTHONPATH'] = os.pathsep.join(sys.path)\n"
        f"from pathlib import Path\n"
        f"from helpers.batch_runs import stand_in\nfrom spoofcue.batch.run import score\n{before}\n"
        f"score([{str(sources)!r}], {str(out)!r}, spec=stand_in(**{options!r}), workers=2, "
        "shard_rows=4)\n"
    )
    return [sys.executable, "-c", code]
