"""Commands that are killed at random moments and given again: is the result an undisturbed run's?

python benchmarks/kills.py [--command simulate,prepare,train,benchmark] [--kills 50] [--seed 0]
                           [--place build/kills] [--json FILE] [--engine local|ray]

Each command runs once undisturbed, on small inputs that are made first. Then, so many times: it is
started in a new folder, SIGKILL ends its whole process group at a moment drawn evenly over what
the undisturbed run took, and the command is given again until it ends (`train` with --resume,
once there is a checkpoint). Of `prepare` every third kill ends a process that reads for it, where
there is one, and the command has to end well by itself first; --engine ray has it start a Ray
cluster, and these kills end an actor or a process that reads for one. What then lies in the folder
is compared with the undisturbed run's, file by file and by content; times, durations, locks and
the course for TensorBoard are left out.
Ends with status 1 where any difference was found.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

import psutil
from forked_commands import Commands

ROOT = Path(__file__).parent.parent
# when, how long and how fast: of JSON records and of the state of callbacks in checkpoints
TIMES = {"created", "seconds", "seconds_in_all", "images_per_s", "threads_why", "images"}
TINY = [
    "--preset=small",
    "--set=model.width=8",
    "--set=input.size=32",
    "--set=input.max_side=96",
    "--set=training.batch_size=4",
    "--set=training.epochs=2",
    "--set=training.images_per_epoch=16",
    "--set=training.checkpoint_every_steps=1",
    "--set=training.precision=fp32",
    "--set=training.workers=0",
    "--set=training.threads=1",
]
WORDS = 2000  # letters that are kept of a command's last words
LOOK_S = 0.02  # how often it is looked whether a process that reads is there
# what no command may leave behind once it has ended well
REMAINS = re.compile(r"\.part($|\.)|\.lock$|\.replaced$|\.new$")


@dataclass(frozen=True)
class Killed:
    """A command, how it goes on, and the inputs that it needs.

    Attributes:
        call: the arguments.
        again: the arguments after a kill, given the output.
        out: what it writes, below the place.

    """

    call: list[str]
    again: Callable[[Path], list[str]]
    out: str = "out"


@dataclass
class Outcome:
    """What came of one command.

    Attributes:
        seconds: that an undisturbed run took; the last one of several.
        files: that were compared each time.
        kills: that ended a process.
        readers: of these, kills of a process that reads for the command.
        ended: runs that had ended by the moment that was drawn; others are drawn for them.
        different: the moments whose result differed, with the files.
        failed: the moments after which the command did not end well, with its words.

    """

    seconds: float
    files: int
    kills: int = 0
    readers: int = 0
    ended: int = 0
    different: dict[str, list[str]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def commands(inputs: Path, workers: int, engine: str = "local") -> dict[str, Killed]:
    """The four commands on the inputs of :func:`make_inputs`; they write ``out`` where they run."""
    many = ["--workers", str(workers)]
    simulate = ["simulate", str(inputs / "photos"), "--takes", "1", "--out", "out", *many]
    simulate += ["--pai", "print-a,replay-b", "--seed", "7"]
    prepare = ["prepare", "folder", str(inputs / "set"), "--out", "out", "--detector", "none"]
    prepare += ["--min-face", "16", "--engine", engine, *many]
    train = ["train", "--out", "out"]
    first = [*train, "--data", str(inputs / "prepared"), *TINY]
    benchmark = ["benchmark", "folder", "--data", str(inputs / "prepared"), "--out", "out", *TINY]
    benchmark += ["--method", "lbp,lgsc", "--seeds", "0"]

    def go_on(out: Path) -> list[str]:
        resumes = (out / "checkpoints" / "last.ckpt").is_file()
        return [*train, "--data", str(inputs / "prepared"), "--resume"] if resumes else first

    return {
        "simulate": Killed(simulate, lambda out: simulate),
        "prepare": Killed(prepare, lambda out: prepare),
        "train": Killed(first, go_on),
        "benchmark": Killed(benchmark, lambda out: benchmark),
    }


def make_inputs(place: Path, images: int = 40) -> Path:
    """A simulated set, with copies of its pictures that differ in a corner, and it prepared."""
    inputs = place / "inputs"
    if (inputs / "prepared" / "manifest.parquet").is_file():
        return inputs
    shutil.rmtree(inputs, ignore_errors=True)
    inputs.mkdir(parents=True)
    call = ["simulate", "--identities", "3", "--takes", "1", "--pai", "print-a", "--workers", "1"]
    run([*call, "--out", "made"], inputs)
    (inputs / "photos").mkdir()
    for number, photo in enumerate(sorted((inputs / "made").rglob("live/*.jpg"))):
        shutil.copy(photo, inputs / "photos" / f"{number}.jpg")
    _more_pictures(inputs, images)
    call = ["prepare", "folder", "set", "--out", "prepared", "--detector", "none", "--workers", "1"]
    run([*call, "--min-face", "16"], inputs)
    return inputs


def _more_pictures(inputs: Path, images: int) -> None:
    from PIL import Image

    with (inputs / "made" / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    columns = ["path", "label", "subject", "pai", "split"]
    (inputs / "set").mkdir()
    with (inputs / "set" / "labels.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        for number in range(max(images, len(rows))):
            row = dict(rows[number % len(rows)])
            picture = Image.open(inputs / "made" / row["path"]).convert("RGB").resize((64, 64))
            picture.putpixel((0, 0), (number, 0, 0))
            row["path"] = f"{number}.png"
            picture.save(inputs / "set" / row["path"])
            writer.writerow(row)


@cache
def _commands() -> Commands:
    """Without their imports, so that moments are drawn over the work."""
    return Commands(surroundings())


def run(call: list[str], where: Path) -> None:
    """Run the command to its end.

    Raises:
        RuntimeError: it failed; with its words.

    """
    with tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as said:
        _commands().start(call, where, Path(said.name))
        if status := _commands().ended():
            raise RuntimeError(f"{' '.join(call)} ended with {status}: {said.read()[-WORDS:]}")


def surroundings() -> dict[str, str]:
    """One thread, so that every run computes the same; the source that lies beside this file."""
    path = os.pathsep.join(filter(None, (str(ROOT / "src"), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": path}


def run_and_kill(call: list[str], where: Path, after: float, *, reader: bool = False) -> Ended:
    """Kill the command's process group so many seconds after its start.

    Args:
        call: the arguments.
        where: the folder to run it in.
        after: seconds.
        reader: kill a process that reads for it, once there is one, and wait for its end.

    """
    with tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as said:
        began = time.monotonic()
        pid = _commands().start(call, where, Path(said.name))
        if _commands().ended(after) is not None:
            return Ended(time.monotonic() - began)
        while reader and not (readers := _readers(pid)):
            # a Ray cluster takes longer to start than the work takes
            if _commands().ended(LOOK_S) is not None:
                return Ended(time.monotonic() - began)
        try:
            if reader:
                # of Ray's actors and their readers any; a local one is the same as any other
                os.kill(readers[int(after * 1000) % len(readers)], signal.SIGKILL)
            else:
                os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:  # it leads no group yet, or the reader has ended
            reader = False
            os.kill(pid, signal.SIGKILL)
        status = _commands().ended()
        return Ended(None, status if reader else None, said.read()[-WORDS:])


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    Attributes:
        by_itself: after how many seconds; None: it was killed, or a process of its own.
        status: its own, where a process that reads for it was killed.
        said: the last of its words.

    """

    by_itself: float | None
    status: int | None = None
    said: str = ""


def _readers(pid: int) -> list[int]:
    """The processes that read recordings for a command, and Ray's actors that hold them."""
    found = []
    with suppress(psutil.Error):
        for process in psutil.Process(pid).children(recursive=True):
            with suppress(psutil.Error):
                words = " ".join(process.cmdline())
                if "spoofcue.data.extracting" in words or "ShardActor" in words:
                    found.append(process.pid)
    return sorted(found)


def try_kills(
    name: str,
    kills: int,
    seed: int,
    place: Path,
    workers: int = 2,
    engine: str = "local",
    tell: Callable[[Outcome], None] = lambda outcome: None,
) -> Outcome:
    """Kill the command so many times, each time in a new folder, and compare what it then gives.

    Args:
        name: of the command.
        kills: how often.
        seed: of the moments.
        place: folder to work in.
        workers: of the command.
        engine: of prepare.
        tell: called with the outcome so far, after each kill.

    """
    place.mkdir(parents=True, exist_ok=True)
    inputs = make_inputs(place)
    command = commands(inputs, workers, engine)[name]
    work = place / name
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    began = time.monotonic()
    run(command.call, work)
    outcome = Outcome(round(time.monotonic() - began, 2), 0)
    expected = contents(work / command.out)
    outcome.files = len(expected)
    rng = random.Random(f"{name} {seed}")
    while outcome.kills < kills:
        after = rng.uniform(0, outcome.seconds)
        moment = f"kill {outcome.kills + 1} after {after:.3f} s"
        for path in work.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        reader = name == "prepare" and outcome.kills % 3 == 2
        ended = run_and_kill(command.call, work, after, reader=reader)
        if ended.by_itself is None:
            outcome.kills += 1
            if ended.status is not None:
                outcome.readers += 1
            if ended.status:
                outcome.failed[moment] = (
                    f"status {ended.status} once a process of its own ended: {ended.said}"
                )
                tell(outcome)
                continue
        else:  # the machine is faster by now; another moment is drawn
            outcome.ended += 1
            outcome.seconds = round(ended.by_itself, 2)
            continue
        try:
            run(command.again(work / command.out), work)
            if names := _differences(expected, work, command.out):
                outcome.different[moment] = names
        except RuntimeError as error:
            outcome.failed[moment] = str(error)
        tell(outcome)
    return outcome


def _differences(expected: dict[str, str], work: Path, out: str) -> list[str]:
    given = contents(work / out)
    names = {n for n in {**expected, **given} if expected.get(n) != given.get(n)}
    names |= {str(p.relative_to(work)) for p in work.rglob("*") if REMAINS.search(p.name)}
    return sorted(names)


def contents(folder: Path) -> dict[str, str]:
    """Of every file below ``folder`` what it says, without when and how fast it came about."""
    return {
        path.relative_to(folder).as_posix(): said
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("events.out.tfevents")
        for said in [_said(path)]
    }


def _said(path: Path) -> str:
    if path.suffix == ".parquet":
        import polars as pl

        return _hash(pl.read_parquet(path).write_csv().encode())
    if path.suffix == ".ckpt":
        return _hash("\n".join(_of_checkpoint(path)).encode())
    if path.suffix == ".json":
        return json.dumps(_without_times(json.loads(path.read_text(encoding="utf-8"))))
    if path.suffix == ".jsonl":  # finished in any order
        return _hash("\n".join(sorted(path.read_text(encoding="utf-8").splitlines())).encode())
    return _hash(path.read_bytes())


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_times(v) for k, v in value.items() if k not in TIMES}
    if isinstance(value, list):
        return [_without_times(v) for v in value]
    # a model's id is the hash of its checkpoint, which knows how long it took
    return re.sub(r"^run-[0-9a-f]{12}$", "run", value) if isinstance(value, str) else value


def _of_checkpoint(path: Path) -> Iterator[str]:
    """Weights, the optimiser's state, what the callbacks know; no times, no counters of loops."""
    import torch

    stored = torch.load(path, map_location="cpu", weights_only=False)
    stored.pop("loops", None)
    yield from _leaves(_without_times(stored), "")


def _leaves(value: Any, name: str) -> Iterator[str]:
    import torch

    if isinstance(value, dict):
        for key in sorted(value, key=str):
            yield from _leaves(value[key], f"{name}/{key}")
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from _leaves(part, f"{name}/{number}")
    elif isinstance(value, torch.Tensor):
        yield f"{name} {value.dtype} {tuple(value.shape)} {_hash(value.numpy().tobytes())}"
    else:
        yield f"{name} {value!r}"


def table(outcomes: dict[str, Outcome]) -> str:
    """As Markdown."""
    lines = [
        "| command | undisturbed | killed | had ended | files compared | different | not resumed |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| `{name}` | {o.seconds:.1f} s | {o.kills} | {o.ended} | {o.files} | {len(o.different)} "
        f"| {len(o.failed)} |"
        for name, o in outcomes.items()
    ]
    return "\n".join(lines)


def main(given: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--command", default="simulate,prepare,train,benchmark")
    parser.add_argument("--kills", type=int, default=50, help="of each command")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--workers", type=int, default=2, help="of simulate and prepare")
    parser.add_argument("--engine", choices=["local", "ray"], default="local", help="of prepare")
    parser.add_argument("--place", type=Path, default=ROOT / "build" / "kills")
    parser.add_argument("--json", type=Path, help="write the outcome there too")
    options = parser.parse_args(given)
    outcomes: dict[str, Outcome] = {}

    def keep(name: str, outcome: Outcome) -> None:
        outcomes[name] = outcome
        if options.json:
            told = {n: vars(o) for n, o in outcomes.items()}
            options.json.write_text(json.dumps(told, indent=2), encoding="utf-8")

    for name in options.command.split(","):
        outcome = try_kills(
            name,
            options.kills,
            options.seed,
            options.place.resolve(),
            options.workers,
            options.engine,
            partial(keep, name),
        )
        for moment, what in {**outcome.different, **outcome.failed}.items():
            print(f"{name}, {moment}: {what}", flush=True)
    print(table(outcomes))
    return int(any(o.different or o.failed for o in outcomes.values()))


if __name__ == "__main__":
    sys.exit(main())
