"""Runs of `spoofcue score` in processes of their own, what they took, and whether rows differ."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from score_parts.process_tree import Watched

BENCHMARKS = Path(__file__).parent.parent

CODE = """
import json, time
from spoofcue.batch.judging import JudgeSpec
from spoofcue.batch.run import score
began, first = time.monotonic(), []
def progress(done, all_):
    first or first.append((time.monotonic(), done))
score([{source!r}], {out!r}, spec=JudgeSpec(**{spec!r}), engine={engine!r}, workers={workers},
      shard_rows={shard}, address={address!r}, progress=progress)
ended = time.monotonic()
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([ended - began, ended - first[0][0], first[0][1], int(peak.split()[1]) / 1024]))
"""


@dataclass(frozen=True)
class Took:
    """What a run took.

    Attributes:
        seconds: in all.
        judging_s: of it after the plan was made or read.
        before: files that were committed when it began.
        peak_mb: the most that the command's own process has held, resident.
        processor_s: of all its processes.
        tree_mb: of all processes together.

    """

    seconds: float
    judging_s: float
    before: int
    peak_mb: float
    processor_s: float
    tree_mb: float


def surroundings(*paths: Path) -> dict[str, str]:
    """One thread a process; the source and the scripts that lie beside this file."""
    known = (str(BENCHMARKS.parent / "src"), str(BENCHMARKS), os.environ.get("PYTHONPATH"))
    return {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, (*map(str, paths), *known))),
        "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
    }


def python(code: str, **env: str) -> subprocess.Popen[str]:
    """A process that runs the code and prints what it found."""
    surrounded = {**surroundings(), **env}
    return subprocess.Popen(
        [sys.executable, "-c", code], env=surrounded, stdout=subprocess.PIPE, text=True
    )


def code_of(source: Path, out: Path, **given: Any) -> str:
    """The code that scores; see :func:`spoofcue.batch.run.score` for what may be given."""
    settings = {"spec": {}, "engine": "local", "workers": None, "shard": 512, "address": None}
    return CODE.format(source=str(source), out=str(out), **{**settings, **given})


def scored(source: Path, out: Path, *, anew: bool = True, **given: Any) -> Took:
    """Score, from the beginning or where it was ended."""
    if anew:
        shutil.rmtree(out, ignore_errors=True)
    watched = Watched(python(code_of(source, out, **given)))
    said = watched.output()
    if watched.process.returncode:
        raise RuntimeError(f"the run in {out} failed; the lines above tell more")
    return Took(
        *(round(number, 1) for number in json.loads(said.splitlines()[-1])),
        round(watched.processor_s, 1),
        round(watched.tree_mb, 1),
    )


def different_parts(one: Path, other: Path) -> list[str]:
    """Names of parts whose rows differ, ``timings`` aside, or that only one of the two has."""
    from pyarrow import parquet

    names = {path.name for out in (one, other) for path in (out / "rows").glob("*.parquet")}
    found = []
    for name in sorted(names):
        parts = [out / "rows" / name for out in (one, other)]
        if not all(part.is_file() for part in parts):
            found.append(name)
            continue
        tables = [parquet.read_table(part).drop_columns(["timings"]) for part in parts]
        if not tables[0].equals(tables[1]):
            found.append(name)
    return found
