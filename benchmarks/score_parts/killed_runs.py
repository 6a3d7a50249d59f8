"""Runs of `score` in which something is killed, given again until they end; are rows the same?"""

from __future__ import annotations

import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from score_parts.score_inputs import pictures, reader
from score_parts.scored_runs import (
    BENCHMARKS,
    code_of,
    different_parts,
    python,
    scored,
    surroundings,
)

SHARD, FILE_S = 8, 0.05  # files of a shard, and what the judge waits at each
MOST_FAILED = 5  # commands that end otherwise, before it is given up
WAIT_S = 300.0  # for a part or an end, however busy the machine is
CLUSTER = """
import logging, ray, sys
context = ray.init(
    num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR
)
print(context.address_info["gcs_address"], flush=True)
sys.stdin.read()
"""
DONE = ".done"  # as in_commit/sitecustomize.py has it
HOOK = BENCHMARKS / "score_parts" / "in_commit"


@dataclass
class Kills:
    """What was killed, and what came of it.

    Attributes:
        killed: what -> how often.
        runs: that came to their end afterwards.
        different: for each that differed, which kills it had and which parts.
        failed: likewise of commands that ended otherwise than well without having been killed.

    """

    killed: dict[str, int] = field(default_factory=dict)
    runs: int = 0
    different: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


class KilledRuns:
    """Kills of one engine's runs.

    Args:
        place: folder to work in.
        engine: ``local`` or ``ray``.
        count: files of a run.
        seed: of what is killed when.

    """

    def __init__(self, place: Path, engine: str, count: int, seed: int) -> None:
        self._folder = pictures(place, count)
        self._out, self._calm = place / f"killed-{engine}", place / "calm"
        self._order = place / "kill in a commit"
        self._done = self._order.with_name(self._order.name + DONE)
        self._env = {**surroundings(HOOK), "IN_COMMIT": str(self._order)}
        # a cluster of Ray's asks whoever comes by its address for a token
        self._env |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        self._engine, self._shards = engine, -(-count // SHARD)
        self._rng = random.Random(f"{engine} {seed}")
        self._given = {"spec": reader(seconds=FILE_S), "workers": 2, "shard": SHARD}
        self._cluster: str | None = None
        self.told = Kills()

    def run(self, number: int, tell: Callable[[Kills], None]) -> Kills:
        """Kill so many times; on Ray half of the runs are on a cluster that outlives commands."""
        scored(self._folder, self._calm, **self._given)
        kinds = ["command", "process", "commit"] + ["actor"] * (self._engine == "ray")
        planned = [kinds[n % len(kinds)] for n in range(number)]
        self._rng.shuffle(planned)
        while planned:
            outlives = self._engine == "ray" and self.told.runs % 2 == 1
            with_cluster = Cluster(self._env) if outlives else None
            self._cluster = with_cluster.address if with_cluster else None
            try:
                self._one(planned)
            finally:
                if with_cluster:
                    with_cluster.stop()
            tell(self.told)
        return self.told

    def _one(self, planned: list[str]) -> None:
        """A run from its beginning to its end; takes from the list what it kills."""
        shutil.rmtree(self._out, ignore_errors=True)
        had: list[str] = []
        while True:
            status, killed = self._command(planned)
            had += killed
            self.told.killed = dict(Counter(self.told.killed) + Counter(killed))
            if status == 0:
                break
            if status != -signal.SIGKILL:
                self.told.failed.append(f"{had} status {status}")
                if len(self.told.failed) > MOST_FAILED:
                    raise RuntimeError(f"commands fail: {self.told}")
        self.told.runs += 1
        if parts := different_parts(self._out, self._calm):
            self.told.different.append(f"{had} {parts}")

    def _command(self, planned: list[str]) -> tuple[int, list[str]]:
        """The command, once, with kills until it has ended: its status, and what was killed."""
        given = {**self._given, "engine": self._engine, "address": self._cluster}
        process = python(code_of(self._folder, self._out, **given), **self._env)
        killed: list[str] = []
        while planned and process.poll() is None:
            kind = planned.pop()
            if self._is_done(process, kind):
                killed.append(kind)
            else:  # nothing was left to kill; another run gets it
                planned.insert(0, kind)
                break
        process.communicate(timeout=WAIT_S)
        return process.returncode, killed

    def _is_done(self, process: subprocess.Popen[str], kind: str) -> bool:
        """Kill that, some parts further; False: there was nothing to kill any more."""
        further = self._rng.randint(1, 3)
        pause, moment = self._rng.uniform(0, SHARD * FILE_S), self._rng.choice(("before", "after"))
        if kind == "commit":
            return self._in_commit(process, moment, self._next(further))
        wanted = min(self._parts() + further, self._shards)
        if not self._wait(process, lambda: self._parts() >= wanted):
            return False
        time.sleep(pause)
        return self._kill(process, kind)

    def _in_commit(self, process: subprocess.Popen[str], moment: str, shard: int | None) -> bool:
        for name in (self._order, self._done):
            name.unlink(missing_ok=True)
        if shard is None:
            return False
        whole = self._order.with_name("order.new")
        whole.write_text(f"{moment} part-{shard:05d}.parquet")
        whole.rename(self._order)
        self._wait(process, self._done.exists)
        self._order.unlink(missing_ok=True)
        return self._done.exists()

    def _parts(self) -> int:
        return len(list((self._out / "rows").glob("part-*.parquet")))

    def _next(self, further: int) -> int | None:
        """The number of a part that is missing, so many further than the first such."""
        there = {path.name for path in (self._out / "rows").glob("part-*.parquet")}
        missing = [n for n in range(self._shards) if f"part-{n:05d}.parquet" not in there]
        return missing[further] if further < len(missing) else None

    def _wait(self, process: subprocess.Popen[str], is_there: Callable[[], bool]) -> bool:
        """Until it is there; False: the command has ended before."""
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            if is_there():
                return True
            if process.poll() is not None:
                return is_there()
            time.sleep(0.03)
        raise RuntimeError(f"{self._out} gets no more parts")

    def _kill(self, process: subprocess.Popen[str], kind: str) -> bool:
        if kind == "command":
            process.kill()
            return process.wait() == -signal.SIGKILL
        root = process.pid if self._cluster is None else None
        sign = "spoofcue.batch.judging" if kind == "process" else "ShardActor"
        victims = list(below(root, sign))
        if not victims:
            return False
        os.kill(self._rng.choice(victims), signal.SIGKILL)
        return True


def below(root: int | None, sign: str) -> Iterator[int]:
    """Processes that this one, or the one named, has started by whatever way, with that sign."""
    import psutil

    for process in psutil.Process(root).children(recursive=True):
        try:
            if sign in " ".join(process.cmdline()):
                yield process.pid
        except psutil.Error:
            continue


class Cluster:
    """Ray on this machine, in a process below this one, which outlives commands.

    Attributes:
        address: ``host:port``.

    """

    def __init__(self, env: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", CLUSTER],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip()

    def stop(self) -> None:
        """End it."""
        self._process.communicate(timeout=WAIT_S)
