"""Manifests and score tables of up to ten million rows through the commands that read them.

python benchmarks/large_tables.py [--rows 10000 100000 1000000 10000000] [--plot FILE.png]
    [--only NAME ...]

Every command is a process of its own, start of Python included; the baseline is a process that
reads the same columns of the same files with Polars and does nothing with them. Peak memory is the
process's. Tables are made in a temporary folder (2 GB for ten million rows) and are the same at
every call. `evaluate RUN` has a judge that only draws numbers, and no crops; `compare` looks at
dev and test, six rows of ten.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

LIMIT_S, LIMIT_GIB = 120, 2
SEEN = {
    "manifest": "dataset subject session device pai variant split label sample video frame status "
    "crop media",
    "scores": "score label pai person recording split path face",
}
JUDGED = Path(__file__).parent / "table_parts" / "judged_folder.py"
READ = "import polars as pl, sys; pl.read_parquet(sys.argv[1], columns=sys.argv[2:])"


def timed(command: list[str]) -> dict[str, float]:
    """Seconds, processor seconds and peak memory of a process that has to end well."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command} ended with {os.waitstatus_to_exitcode(status)}")
    return {
        "seconds": time.perf_counter() - began,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak_mib": used.ru_maxrss / 2**10,
    }


def commands(folder: Path, rows: int) -> dict[str, list[str]]:
    """Name -> command line; makes the tables."""
    # by another process: the peak of one that is started is at least what its parent held
    subprocess.run([sys.executable, __file__, "--make", str(folder), str(rows)], check=True)
    data, scores, table = (folder / name for name in ("data", "scores", "scores.csv"))
    spoofcue = [sys.executable, "-m", "spoofcue"]
    read = [sys.executable, "-c", READ]
    return {
        "read manifest": [*read, str(data / "manifest.parquet"), *SEEN["manifest"].split()],
        "protocols --data": [*spoofcue, "protocols", "oulu-npu", "--data", str(data), "--json"],
        "read scores": [*read, str(scores / "rows" / "*.parquet"), *SEEN["scores"].split()],
        "evaluate --scores DIR --out": [
            *(*spoofcue, "evaluate", "--scores", str(scores), "--out", str(folder / "out")),
            "--json",
        ],
        # of what the last one wrote
        "compare --bootstrap 100": [
            *(*spoofcue, "compare", f"a={folder / 'out'}", f"b={folder / 'other'}"),
            *("--bootstrap", "100", "--json", "--out", str(folder / "page.html")),
        ],
        "evaluate RUN": [
            *(sys.executable, str(JUDGED), str(data), str(folder / "judged")),
        ],
        # one set, all rows
        "evaluate --scores CSV": [
            *(*spoofcue, "evaluate", "--scores", str(table), "--threshold", "0.03", "--json"),
        ],
    }


def make(folder: Path, rows: int) -> None:
    """The tables that commands are given."""
    from table_parts.made_tables import write_manifest_of, write_scores_of, write_table_of

    from spoofcue.metrics.evaluation import EvaluationOptions
    from spoofcue.scoring.evaluate_data_set import evaluate_data_set

    write_manifest_of(rows, folder / "data")
    write_scores_of(rows, folder / "scores")
    write_scores_of(rows, folder / "others", seed=1)
    evaluate_data_set(folder / "others", None, folder / "other", EvaluationOptions())
    shutil.rmtree(folder / "others")
    write_table_of(rows, folder / "scores.csv")


def measured(sizes: list[int], kept: Path | None, only: list[str] | None) -> list[dict[str, Any]]:
    """A row a command and size."""
    rows: list[dict[str, Any]] = []
    for size in sizes:
        with tempfile.TemporaryDirectory(dir=kept) as folder:
            for name, command in commands(Path(folder), size).items():
                if only and not any(name.startswith(wanted) for wanted in only):
                    continue
                rows.append({"rows": size, "name": name, **timed(command)})
                print(json.dumps(rows[-1]), flush=True)
    return rows


def draw(rows: list[dict[str, Any]], path: Path) -> None:
    """Seconds and memory over the rows, with the limits that were set."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9.6, 4.8), layout="constrained")
    for at, name in enumerate(dict.fromkeys(row["name"] for row in rows)):
        of_name = [row for row in rows if row["name"] == name]
        n = [row["rows"] for row in of_name]
        plain = name.startswith("read")
        look: dict[str, Any] = {"color": f"C{at}", "ls": ":" if plain else "-", "marker": "o"}
        label = f"{name} (Polars, nothing else)" if plain else name
        axes[0].plot(n, [row["cpu_seconds"] for row in of_name], label=label, **look)
        axes[0].plot(
            n, [row["seconds"] for row in of_name], color=f"C{at}", ls="", marker="x", ms=5
        )
        axes[1].plot(n, [row["peak_mib"] / 1024 for row in of_name], label=label, **look)
    for ax, limit, what in (
        (axes[0], LIMIT_S, "seconds: o of a processor, x by the clock"),
        (axes[1], LIMIT_GIB, "peak memory, GiB"),
    ):
        ax.axhline(limit, color="#999999", lw=0.8, ls="--")
        ax.set(xscale="log", yscale="log", xlabel="rows", ylabel=what)
        ax.grid(alpha=0.25)
    figure.legend(
        *axes[1].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False
    )
    figure.savefig(path, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10**k for k in range(4, 8)])
    parser.add_argument("--plot", type=Path, help="draw what was measured")
    parser.add_argument("--of", type=Path, help="draw these lines of before; measure nothing")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="commands that begin so")
    parser.add_argument("--tmp", type=Path, help="where tables are made")
    parser.add_argument("--make", nargs=2, metavar=("DIR", "N"), help="make tables of N rows")
    given = parser.parse_args()
    if given.make:
        make(Path(given.make[0]), int(given.make[1]))
        return
    if given.of:
        rows = [json.loads(line) for line in given.of.read_text("utf-8").splitlines()]
    else:
        rows = measured(given.rows, given.tmp, given.only)
    if given.plot:
        draw(rows, given.plot)


if __name__ == "__main__":
    main()
