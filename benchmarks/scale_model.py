"""What `spoofcue score` would take for 10^6 to 10^10 pictures, from what it took for fewer.

python benchmarks/scale_model.py [--plot docs/images/scale.png]

Arithmetic with constants that were measured (docs/howto/scale.md says by which command, on which
machine) and two that are assumed and marked so. First it is held against the runs that there are,
which are not those that the constants were taken from.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

DAY_S = 86_400


@dataclass(frozen=True)
class Constants:
    """Of one machine and one kind of picture: 384 px, 19 kB, the model that ships."""

    judge_s: float = 0.01655  # of a core, a picture: the plain loop, 3,000 pictures
    engine_s: float = 0.00095  # of a core, a picture: hash, pipe, Parquet
    start_local_s: float = 0.8  # what the run of 3,000 took beyond its judging
    start_ray_s: float = 9.9  # likewise, on one machine
    command_s: float = 0.000386  # of the command's one interpreter, a picture
    plan_s: float = 0.0000034  # of one core, a file of a manifest
    summary_s: float = 0.0000026  # of one core, a row
    row_bytes: float = 137  # of a part of 512 rows
    plan_bytes: float = 7.1  # names of a hash and a number; 2.7 of numbers alone
    picture_bytes: float = 19_210
    command_mb: float = 175  # of the command's own process, from a manifest
    command_ray_mb: float = 240  # likewise with Ray in it
    listed_bytes: float = 450  # of a folder, a file, while it is listed
    # assumed, and not measured here
    store_latency_s: float = 0.05  # until an object's first byte
    losses_a_day: float = 0.01  # of a machine, a day
    # of the program
    ahead: int = 4  # objects that a worker fetches in the meantime
    shard_rows: int = 512


@dataclass(frozen=True)
class Estimate:
    """Of one job."""

    pictures: float
    cores: int
    core_s: float
    judging_s: float
    plan_s: float
    summary_s: float
    command_s: float
    again_s: float

    @property
    def seconds(self) -> float:
        """From the command to its summary; the command's own work is done beside the judging."""
        return self.plan_s + max(self.judging_s, self.command_s) + self.again_s + self.summary_s


def estimate(
    pictures: float, cores: int, k: Constants, *, ray: bool = False, store: bool = False,
    cores_a_machine: int = 64,
) -> Estimate:  # fmt: skip
    """A job of so many pictures on so many cores.

    Args:
        pictures: files of one face each.
        cores: workers, one a core.
        k: what was measured.
        ray: whether Ray's actors commit their shards, so that the command only waits.
        store: whether pictures are objects, fetched ``ahead`` at a time.
        cores_a_machine: a machine that is lost takes so many shards with it.

    """
    each = k.judge_s + k.engine_s
    waiting = max(each, k.store_latency_s / k.ahead) if store else each
    start = k.start_ray_s if ray else k.start_local_s
    judging = start + pictures * waiting / cores
    losses = k.losses_a_day * cores / cores_a_machine * judging / DAY_S
    # half a shard of each of its cores, done again by all
    again = losses * cores_a_machine * k.shard_rows / 2 * waiting / cores
    return Estimate(
        pictures, cores, pictures * each, judging,
        plan_s=pictures * k.plan_s,
        summary_s=pictures * k.summary_s,
        command_s=0.0 if ray else pictures * k.command_s,
        again_s=again,
    )  # fmt: skip


# pictures, cores, engine, seconds that it took
RUNS: tuple[tuple[int, int, str, float], ...] = (
    (400, 2, "local", 4.7),
    (1_000, 2, "local", 10.3),
    (100_000, 2, "local", 919.1),
    (1_000, 2, "ray", 16.9),
)

# files, engine, source, MB of the command, MB of all its processes: a judge that only reads
MEMORY: tuple[tuple[int, str, str, float, float], ...] = (
    (1_000, "local", "manifest", 145.0, 144.1),
    (10_000, "local", "manifest", 166.4, 167.7),
    (100_000, "local", "manifest", 176.3, 181.9),
    (1_000, "local", "folder", 143.4, 127.7),
    (10_000, "local", "folder", 177.6, 182.9),
    (100_000, "local", "folder", 213.6, 223.5),
    (1_000, "ray", "manifest", 229.6, 1005.5),
    (10_000, "ray", "manifest", 241.8, 1086.2),
    (100_000, "ray", "manifest", 245.1, 1099.4),
    (1_000, "ray", "folder", 225.7, 1013.0),
    (10_000, "ray", "folder", 236.8, 1077.5),
    (100_000, "ray", "folder", 240.6, 1112.7),
)


def told(k: Constants) -> str:
    lines = ["held against runs:", "pictures  cores  engine  predicted s  measured s  ratio"]
    for pictures, cores, engine, seconds in RUNS:
        said = estimate(pictures, cores, k, ray=engine == "ray").seconds
        row = f"{pictures:8,} {cores:6} {engine:>7} {said:12.1f} {seconds:11.1f}"
        lines.append(f"{row} {said / seconds:6.2f}")
    lines += [
        "",
        "pictures  cores  engine  core-days      hours  of it plan  summary  results GB  plan GB"
        "  read TB",
    ]
    for pictures, cores in (
        (1e6, 2),
        (1e6, 32),
        (1e8, 64),
        (1e8, 1024),
        (1e10, 1024),
        (1e10, 8192),
    ):
        ray = cores > 32
        one = estimate(pictures, cores, k, ray=ray)
        lines.append(
            f"{pictures:8.0e} {cores:6} {'ray' if ray else 'local':>7} {one.core_s / DAY_S:10.1f} "
            f"{one.seconds / 3600:10.2f} {one.plan_s / 3600:11.2f} {one.summary_s / 3600:8.2f} "
            f"{pictures * k.row_bytes / 1e9:11.1f} {pictures * k.plan_bytes / 1e9:8.2f} "
            f"{pictures * k.picture_bytes / 1e12:8.2f}"
        )
    most = (k.judge_s + k.engine_s) / k.command_s
    lines += ["", f"the command keeps {most:.0f} cores busy with the local engine"]
    far = max(1.0, k.store_latency_s / k.ahead / (k.judge_s + k.engine_s))
    lines.append(f"objects {k.store_latency_s * 1000:.0f} ms away: {far:.2f} times as long")
    return "\n".join(lines)


def memory_mb(pictures: float, k: Constants, *, ray: bool = False, folder: bool = False) -> float:
    """What the command's own process holds at most; the list is gone before Ray comes."""
    held = k.command_mb + (pictures * k.listed_bytes / 1e6 if folder else 0.0)
    return max(held, k.command_ray_mb) if ray else held


def plot(k: Constants, path: Path) -> None:
    """Time and memory over n, with the runs that there are."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    import numpy as np

    figure, (time, memory) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    counts = np.logspace(2.5, 10, 60)
    for cores, ray, colour in (
        (2, False, "#c03028"),
        (64, True, "#2060a0"),
        (1024, True, "#208040"),
    ):
        hours = [estimate(n, cores, k, ray=ray).seconds / 3600 for n in counts]
        time.plot(counts, hours, color=colour, label=f"{cores} cores, {'Ray' if ray else 'local'}")
    plans = [k.plan_s * n / 3600 for n in counts]
    time.plot(counts, plans, ":", color="#888888", label="the plan alone, one core")
    for engine, marker in (("local", "o"), ("ray", "s")):
        there = [(n, s / 3600) for n, _, name, s in RUNS if name == engine]
        label = f"measured, {engine}, 2 cores"
        time.plot(*zip(*there, strict=True), marker, color="black", ms=5, label=label)
    time.set(title="time", ylabel="hours")
    for engine, colour, marker in (("local", "#c03028", "o"), ("ray", "#2060a0", "s")):
        named = "Ray" if engine == "ray" else engine
        for source, dashes, face in (("manifest", "-", colour), ("folder", "--", "white")):
            held = [memory_mb(n, k, ray=engine == "ray", folder=source == "folder") for n in counts]
            memory.plot(counts, held, dashes, color=colour, label=f"{named}, from a {source}")
            seen = [(n, mb) for n, *what, mb, _ in MEMORY if what == [engine, source]]
            memory.plot(*zip(*seen, strict=True), marker, color=colour, mfc=face, ms=6)
    all_ = [(n, mb) for n, *what, mb in MEMORY if what[:2] == ["ray", "manifest"]]
    label = "Ray, all processes, measured"
    memory.plot(*zip(*all_, strict=True), "s", color="#999999", ms=5, label=label)
    memory.plot([], [], "o", color="#555555", label="the command, measured (Ray: squares)")
    memory.set(title="memory of the command's own process", ylabel="MB", ylim=(50, 1e5))
    for axis in (time, memory):
        axis.set(xscale="log", yscale="log", xlabel="pictures")
        axis.grid(alpha=0.3)
        axis.legend(fontsize=8, loc="upper left")
    figure.savefig(path, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--plot", type=Path, help="write the curve as PNG here")
    given = parser.parse_args()
    print(told(Constants()))
    if given.plot:
        plot(Constants(), given.plot)


if __name__ == "__main__":
    main()
