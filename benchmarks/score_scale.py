"""`spoofcue score` at scale: its speed beside plain loops, its memory over n, and kills.

python benchmarks/score_scale.py [--part speed,memory,kills] [--engines local,ray] [--count 400]
                                 [--counts 1000,10000,100000] [--kills 50] [--seed 0]
                                 [--place build/score_scale] [--json FILE]

Pictures are rendered people, some hundred, written again with a comment of their own, so that no
two files are equal. *speed*: the same pictures by one plain loop over `Detector.predict_faces`, by
as many loops at once as there are cores, and by each engine; whether the engines' rows are equal.
Processor time is given too, which says more where others use the machine. *memory*: the peak of
the command's own process with a judge that only reads the file, from a manifest and from a folder.
*kills*: the command, or a process that judges for it, is killed at a moment drawn evenly over what
an undisturbed run took, until so many were, and the command is given again until it ends; the rows
are compared with the undisturbed run's. Ends with status 1 where rows differ.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
RENDERED, SIDE = 200, 384  # pictures that are drawn, and their sides in px
SHARD = 16


def pictures(place: Path, count: int) -> Path:
    """A folder of so many pictures, no two with equal bytes, a thousand in each folder below."""
    folder = place / f"pictures-{count}"
    if (folder / "whole").is_file():
        return folder
    bases = rendered(place)
    for number in range(count):
        target = folder / ("live", "attack")[number % 2] / f"{number // 1000:04d}"
        if number % 1000 < 2:
            target.mkdir(parents=True, exist_ok=True)
        base = bases[number % len(bases)]
        comment = b"picture %d" % number
        segment = b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment
        (target / f"{number:07d}.jpg").write_bytes(base[:2] + segment + base[2:])
    (folder / "whole").touch()
    return folder


def rendered(place: Path) -> list[bytes]:
    from PIL import Image

    from spoofcue.simulate.people import RenderedPerson

    folder = place / "rendered"
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for number in range(RENDERED):
        path = folder / f"{number:03d}.jpg"
        if not path.is_file():
            person = RenderedPerson(f"person-{number}", 0, SIDE)
            image = person.live("session-any", number).photo
            held = io.BytesIO()
            Image.fromarray(image).save(held, "JPEG", quality=85 + number % 10)
            path.write_bytes(held.getvalue())
        made.append(path.read_bytes())
    return made


class Reader:
    """A judge that reads the file and says nothing of it: what is left is the command's own."""

    model_id, threshold = "reader", 0.5

    def refused(self, reason: str, detail: str) -> Any:
        from spoofcue.detector.result import Result

        return Result.refused(reason, detail, threshold=self.threshold, model=self.model_id)

    def predict_faces(self, source: Path) -> list[Any]:
        score = source.stat().st_size % 1000 / 1000
        return [replace(self.refused("", ""), decision="live", score=score, reason=None)]


def make_reader(options: dict[str, Any], threads: int) -> Reader:
    return Reader()


def surroundings() -> dict[str, str]:
    """One thread a process; the source and the scripts that lie beside this file."""
    paths = (str(ROOT / "src"), str(ROOT / "benchmarks"), os.environ.get("PYTHONPATH"))
    return {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
    }


def python(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code], env=surroundings(), stdout=subprocess.PIPE, text=True
    )


LOOP = """
import sys, time, json, resource, cv2
from pathlib import Path
from spoofcue import Detector
cv2.setNumThreads(1)
detector = Detector.load(threads=1)
paths = sorted(Path({folder!r}).rglob("*.jpg"))[{start}::{step}]
detector.predict_faces(paths[0])
began, used = time.monotonic(), time.process_time()
for path in paths:
    detector.predict_faces(path)
print(json.dumps([len(paths), time.monotonic() - began, time.process_time() - used]))
"""
SCORE = """
import json, resource, time
from spoofcue.batch.judging import JudgeSpec
from spoofcue.batch.run import score
spec = JudgeSpec(**{spec!r})
began, first = time.monotonic(), []
def progress(done, all_):
    first or first.append(time.monotonic())
score([{source!r}], {out!r}, spec=spec, engine={engine!r}, workers={workers},
      shard_rows={shard}, progress=progress)
own = resource.getrusage(resource.RUSAGE_SELF)
below = resource.getrusage(resource.RUSAGE_CHILDREN)
used = [u.ru_utime + u.ru_stime for u in (own, below)]
ended = time.monotonic()
print(json.dumps([ended - began, ended - first[0], used, own.ru_maxrss / 1024]))
"""


def loops(folder: Path, count: int) -> tuple[int, float, float]:
    """So many plain loops at once: pictures, seconds of the slowest, processor seconds of all."""
    running = [python(LOOP.format(folder=str(folder), start=n, step=count)) for n in range(count)]
    said = [json.loads(process.communicate()[0]) for process in running]
    return sum(s[0] for s in said), max(s[1] for s in said), sum(s[2] for s in said)


def scored(source: Path, out: Path, **given: Any) -> list[Any]:
    """Seconds in all and since the plan was made, processor seconds (own, below), peak MB."""
    shutil.rmtree(out, ignore_errors=True)
    settings = {"spec": {}, "engine": "local", "workers": None, "shard": SHARD, **given}
    process = python(SCORE.format(source=str(source), out=str(out), **settings))
    return list(json.loads(process.communicate()[0].splitlines()[-1]))


def rows_of(out: Path) -> list[dict[str, Any]]:
    from pyarrow import parquet

    rows: list[dict[str, Any]] = []
    for part in sorted((out / "rows").iterdir()):
        rows += parquet.read_table(part).drop_columns(["timings"]).to_pylist()
    return sorted(rows, key=lambda row: (row["number"], row["face"]))


def speed(place: Path, engines: list[str], count: int, rounds: int) -> tuple[dict[str, Any], bool]:
    """Each of them so many times, one after the other, so that all see the same machine."""
    from spoofcue.batch.run import usable_cores

    folder, cores = pictures(place, count), usable_cores()
    told: dict[str, list[Any]] = {}
    for _ in range(rounds):
        for name, at_once in (("loop", 1), ("loops", cores)):
            number, seconds, used = loops(folder, at_once)
            told.setdefault(name, []).append([number / seconds, 1000 * used / number])
        for engine in engines:
            out = place / f"speed-{engine}"
            _, seconds, used, _ = scored(folder, out, engine=engine, workers=cores)
            cost = 1000 * sum(used) / count if engine == "local" else None
            told.setdefault(engine, []).append([count / seconds, cost])
            print(engine, told[engine][-1], flush=True)
    rows = [rows_of(place / f"speed-{engine}") for engine in engines]
    equal = all(one == rows[0] for one in rows) and len(rows[0]) >= count
    return {"pictures": count, "cores": cores, "rounds": told, "equal rows": equal}, equal


def memory(place: Path, counts: list[int]) -> dict[str, Any]:
    """Peak and seconds of the command over n, from a manifest and from a folder."""
    import pyarrow as pa
    from pyarrow import parquet

    spec = {"factory": "score_scale:make_reader"}
    told: dict[str, Any] = {}
    for count in counts:
        folder = pictures(place, count)
        manifest = place / f"manifest-{count}.parquet"
        paths = sorted(str(p) for p in folder.rglob("*.jpg"))
        parquet.write_table(pa.table({"path": paths}), manifest, row_group_size=10_000)
        for name, source in (("manifest", manifest), ("folder", folder)):
            seconds, _, _, peak = scored(source, place / "memory", spec=spec, workers=2, shard=512)
            told.setdefault(name, {})[count] = {"MB": round(peak, 1), "s": round(seconds, 1)}
            print(name, count, told[name][count], flush=True)
    return told


def children(pid: int) -> Iterator[int]:
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            yield from map(int, tasks.read_text().split())
        except OSError:
            continue


def kills(
    place: Path, engine: str, count: int, number: int, seed: int
) -> tuple[dict[str, Any], bool]:
    """Kill the command or what judges for it, so many times, and compare the rows."""
    folder = pictures(place, count)
    calm, out, rng = place / "calm", place / "killed", random.Random(f"{engine} {seed}")
    seconds, *_ = scored(folder, calm, engine=engine, workers=2)
    expected = rows_of(calm)
    code = SCORE.format(
        source=str(folder), out=str(out), spec={}, engine=engine, workers=2, shard=SHARD
    )
    told: dict[str, Any] = {"command": 0, "process": 0, "different": [], "runs": 0}
    while told["command"] + told["process"] < number:
        shutil.rmtree(out, ignore_errors=True)
        while True:
            process = python(code)
            if told["command"] + told["process"] < number:
                try:
                    process.wait(rng.uniform(0, seconds))
                except subprocess.TimeoutExpired:
                    victims = list(workers_of(process.pid, engine))
                    if victims and rng.random() < 0.5:
                        with_name = "process"
                        os.kill(rng.choice(victims), signal.SIGKILL)
                    else:
                        with_name = "command"
                        process.kill()
                    told[with_name] += 1
            process.communicate()
            if process.returncode == 0:
                break
        told["runs"] += 1
        if rows_of(out) != expected:
            told["different"].append(told["command"] + told["process"])
        print(engine, told, flush=True)
    return told, not told["different"]


def workers_of(pid: int, engine: str) -> Iterator[int]:
    """What judges for the command: its own processes, or Ray's actors."""
    if engine == "local":
        yield from children(pid)
        return
    for entry in Path("/proc").iterdir():
        try:
            if b"MapWorker" in (entry / "cmdline").read_bytes():
                yield int(entry.name)
        except (OSError, ValueError):
            continue


def main(given: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", default="speed,memory,kills")
    parser.add_argument("--engines", default="local")
    parser.add_argument("--count", type=int, default=400, help="pictures of speed")
    parser.add_argument("--rounds", type=int, default=3, help="of speed")
    parser.add_argument("--counts", default="1000,10000,100000", help="pictures of memory")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--killed", type=int, default=64, help="pictures of kills")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--place", type=Path, default=ROOT / "build" / "score_scale")
    parser.add_argument("--json", type=Path, help="write the outcome there too")
    options = parser.parse_args(given)
    place = options.place.resolve()
    place.mkdir(parents=True, exist_ok=True)
    engines = options.engines.split(",")
    told: dict[str, Any] = {}
    well = True
    if "speed" in options.part:
        told["speed"], equal = speed(place, engines, options.count, options.rounds)
        well &= equal
    if "memory" in options.part:
        told["memory"] = memory(place, [int(n) for n in options.counts.split(",")])
    if "kills" in options.part:
        for engine in engines:
            told[f"kills {engine}"], same = kills(
                place, engine, options.killed, options.kills, options.seed
            )
            well &= same
    text = json.dumps(told, indent=2)
    print(text)
    if options.json:
        options.json.write_text(text, encoding="utf-8")
    return int(not well)


if __name__ == "__main__":
    sys.exit(main())
