"""A hundred thousand hostile inputs through `predict`, `model verify`, `evaluate` and `prepare`.

python benchmarks/hostile.py [--inputs 100000] [--seed 0] [--jobs 2] [--seconds 120] [--json OUT]
python benchmarks/hostile.py --service [--inputs 20000] ...   # hostile requests to `spoofcue serve`

Every input is a sound file that was mutated, made from the seed and its number alone:
`--only NUMBER --keep DIR` makes one again. A worker process judges one after another; one that dies
or does not answer in time is a fault of the input it had. What must not be: a dead process, a
traceback, a status other than 0, 1 and 2, `live` for what an independent decoder calls broken, a
package that verifies with other weights, more than 1.5 GiB of memory, more than 10 s for an input.
`--seconds` ends the run early, for CI. Exit status 1 if there was a fault.

With `--service`, eight requests at a time go to a service that was started for it: hostile pictures
and clips, bombs, damaged multipart and JSON, odd heads, methods and lengths, slow and half-open
connections, attempts in a wrong order. What must not be: a process that ends, a status that is not
documented, a plain face that is judged otherwise afterwards, no answer to whole HTTP, `live` for
what an independent decoder calls broken or where no face is shown. A sound picture of a rendered
attack that is live is the model's own error, and is counted as `an attack missed`.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NoReturn

from hostile_parts import over_http
from hostile_parts.originals import originals, prepared
from hostile_parts.routes import Outcome, Routes, peak_mib, quiet
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

MEMORY_MIB = 1536
SECONDS = 10.0
GIVE_UP = 30.0  # a worker that is silent for longer is ended


def work(folder: Path, number_of: int, seed: int, pipe: Connection) -> None:
    """A worker: numbers come, outcomes go."""
    quiet()
    sound = pickle.loads((folder / "originals.pickle").read_bytes())  # our own, of this run
    routes = Routes(sound, folder / "prepared", folder / f"worker-{number_of}", seed)
    while (number := pipe.recv()) is not None:
        outcome = routes.run(number)
        routes.clear()
        pipe.send((outcome, peak_mib()))


class Crew:
    """Workers, each with one input at a time; one that dies is replaced."""

    def __init__(
        self, folder: Path, seed: int, jobs: int, work: Callable[..., None] = work
    ) -> None:
        self._work = work
        self._context = get_context("spawn")
        self._folder, self._seed = folder, seed
        self._workers: dict[Connection, tuple[Any, int, float]] = {}
        self.peak = 0.0
        self._made = 0
        for _ in range(jobs):
            self._hire()
        self._idle = list(self._workers)

    def _hire(self) -> Connection:
        ours, theirs = self._context.Pipe()
        self._made += 1
        process = self._context.Process(
            target=self._work, args=(self._folder, self._made, self._seed, theirs), daemon=True
        )
        process.start()
        theirs.close()
        self._workers[ours] = (process, -1, 0.0)
        return ours

    @property
    def has_room(self) -> bool:
        return bool(self._idle)

    @property
    def is_busy(self) -> bool:
        return len(self._idle) < len(self._workers)

    def give(self, number: int) -> None:
        pipe = self._idle.pop()
        self._workers[pipe] = (self._workers[pipe][0], number, time.monotonic())
        pipe.send(number)

    def ready(self) -> list[Outcome]:
        """Outcomes that are there, those of dead and silent workers included."""
        busy = [pipe for pipe in self._workers if pipe not in self._idle]
        outcomes = []
        for pipe in wait(busy, timeout=1.0):
            assert isinstance(pipe, Connection)
            process, number, _ = self._workers[pipe]
            try:
                outcome, peak = pipe.recv()
                self.peak = max(self.peak, peak)
                if peak > MEMORY_MIB:
                    outcome.faults.append(f"{peak:.0f} MiB of memory")
                    self._replace(pipe)
                else:
                    self._idle.append(pipe)
            except (EOFError, OSError):
                process.join()
                fault = f"the process died with status {process.exitcode}"
                outcome = Outcome(number, "?", faults=[fault])
                self._replace(pipe)
            outcomes.append(outcome)
        for pipe in busy:
            if pipe not in self._workers or pipe in self._idle:
                continue
            process, number, since = self._workers[pipe]
            if time.monotonic() - since > GIVE_UP:
                outcomes.append(Outcome(number, "?", seconds=GIVE_UP, faults=["no answer"]))
                self._replace(pipe)
        return outcomes

    def _replace(self, pipe: Connection) -> None:
        process, _, _ = self._workers.pop(pipe)
        process.kill()
        process.join()
        self._idle.append(self._hire())

    def close(self) -> None:
        for process, _, _ in self._workers.values():
            process.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--service", action="store_true", help="requests to a service")
    parser.add_argument("--inputs", type=int, help="default: 100000, of a service 20000")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=float, help="end after so long")
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--only", type=int, help="run this one here, and say all of it")
    parser.add_argument("--keep", type=Path, help="with --only: leave its files there")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    given.inputs = given.inputs or (20_000 if given.service else 100_000)
    if given.service:
        told = over_http.run_all(originals(), given.seed, given.inputs, given.seconds, given.first)
        finish(given, print_outcomes(*told))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        ready = prepared(folder)
        sound = originals()
        (folder / "originals.pickle").write_bytes(pickle.dumps(sound))
        if given.only is not None:
            routes = Routes(sound, ready, given.keep or folder / "worker", given.seed)
            print(routes.run(given.only))
            return
        outcomes, peak, seconds = run_all(given, folder)
    finish(given, print_outcomes(outcomes, peak, seconds))


def finish(given: argparse.Namespace, faults: dict[str, Any]) -> NoReturn:
    """Write what --json asks for, and end."""
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps(faults, indent=1))
    sys.exit(bool(faults["faults"]))


def run_all(given: argparse.Namespace, folder: Path) -> tuple[list[Outcome], float, float]:
    """All outcomes, the most memory of a worker in MiB, and the seconds it took."""
    crew = Crew(folder, given.seed, given.jobs)
    outcomes: list[Outcome] = []
    began, number, done = time.monotonic(), given.first, 0
    console = Console(stderr=True)
    said = began
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("hostile inputs", total=given.inputs)
        while True:
            late = given.seconds is not None and time.monotonic() - began > given.seconds
            if done >= given.inputs or late:
                if not crew.is_busy:
                    break
            else:
                while crew.has_room:
                    crew.give(number)
                    number += 1
            for outcome in crew.ready():
                if outcome.seconds > SECONDS and "no answer" not in outcome.faults:
                    outcome.faults.append(f"{outcome.seconds:.1f} s")
                outcomes.append(outcome)
                done += outcome.inputs
                bar.update(task, completed=min(done, given.inputs))
            if not console.is_terminal and time.monotonic() - said > 60:
                said = time.monotonic()
                count = sum(bool(o.faults) for o in outcomes)
                print(f"{done} inputs, {count} faults", file=sys.stderr, flush=True)
    crew.close()
    return outcomes, crew.peak, time.monotonic() - began


def print_outcomes(outcomes: list[Outcome], peak: float, seconds: float) -> dict[str, Any]:
    """A table of kinds and answers; the faults, for --json."""
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    inputs: Counter[str] = Counter()
    for outcome in outcomes:
        answers[outcome.kind][outcome.answer] += 1
        inputs[outcome.kind] += outcome.inputs
    table = Table("kind", "inputs", "answers", "slowest, s", "faults")
    for kind in sorted(answers):
        these = [o for o in outcomes if o.kind == kind]
        shown = ", ".join(f"{name or '-'} {n}" for name, n in answers[kind].most_common())
        slowest = max(o.seconds for o in these)
        count = sum(bool(o.faults) for o in these)
        table.add_row(kind, str(inputs[kind]), shown, f"{slowest:.1f}", str(count))
    console = Console()
    console.print(table)
    bad = [o for o in outcomes if o.faults]
    total = sum(inputs.values())
    console.print(f"{total} inputs in {seconds:.0f} s, {peak:.0f} MiB at most, {len(bad)} faults")
    for outcome in bad[:40]:
        console.print(f"--only {outcome.number}: {outcome.kind}: {outcome.faults}", markup=False)
    return {
        "inputs": total,
        "seconds": seconds,
        "peak_mib": peak,
        "answers": {kind: dict(counts) for kind, counts in answers.items()},
        "faults": [
            {"number": o.number, "kind": o.kind, "faults": o.faults, "seconds": o.seconds}
            for o in bad
        ],
    }


if __name__ == "__main__":
    main()
