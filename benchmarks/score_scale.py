"""`spoofcue score` at scale: its speed beside plain loops, its memory over n, and kills.

python benchmarks/score_scale.py [--part speed,memory,kills,long] [--engines local,ray]
                                 [--count 400] [--counts 1000,10000,100000] [--kills 50] [--seed 0]
                                 [--place build/score_scale] [--json FILE]

Pictures are rendered people, some hundred, written again with a comment of their own, so that no
two files are equal. *speed*: the same pictures by one plain loop over `Detector.predict_faces`, by
as many loops at once as there are cores, and by each engine; whether the engines' rows are equal.
Processor time is given too, which says more where others use the machine. *memory*: what the
command's own process and all of its processes hold with a judge that only reads the file, from a
manifest and from a folder. *kills*: the command, a process that judges for it, an actor of Ray's
or whoever commits a part is killed, until so many were, and the command is given again until it
ends; half of Ray's runs are on a cluster that outlives the command. Rows are compared with an
undisturbed run's. *long*: so many pictures (--count) once by each engine, with a plain loop over
the first thousand before and after; what was ended goes on. Ends with status 1 where rows differ.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from score_parts.killed_runs import KilledRuns, Kills
from score_parts.score_inputs import pictures, reader
from score_parts.scored_runs import different_parts, python, scored

ROOT = Path(__file__).parent.parent
SHARD = 16  # of speed, so that both cores are busy to the end
LOOPED = 1000  # pictures of a plain loop beside a long run

LOOP = """
import time, json, cv2
from pathlib import Path
from spoofcue import Detector
cv2.setNumThreads(1)
detector = Detector.load(threads=1)
paths = sorted(Path({folder!r}).rglob("*.jpg"))[{start}:{end}:{step}]
detector.predict_faces(paths[0])
began, used = time.monotonic(), time.process_time()
for path in paths:
    detector.predict_faces(path)
print(json.dumps([len(paths), time.monotonic() - began, time.process_time() - used]))
"""


def loops(folder: Path, count: int, end: int | None = None) -> tuple[int, float, float]:
    """So many plain loops at once: pictures, seconds of the slowest, processor seconds of all."""
    running = [
        python(LOOP.format(folder=str(folder), start=n, step=count, end=end)) for n in range(count)
    ]
    said = [json.loads(process.communicate()[0]) for process in running]
    return sum(s[0] for s in said), max(s[1] for s in said), sum(s[2] for s in said)


def speed(place: Path, engines: list[str], count: int, rounds: int) -> tuple[dict[str, Any], bool]:
    """Each of them so many times, one after the other, so that all see the same machine."""
    from spoofcue.processes import usable_cores

    folder, cores = pictures(place, count), usable_cores()
    told: dict[str, list[Any]] = {}
    for _ in range(rounds):
        for name, at_once in (("loop", 1), ("loops", cores)):
            number, seconds, used = loops(folder, at_once)
            told.setdefault(name, []).append([number / seconds, 1000 * used / number])
        for engine in engines:
            took = scored(folder, place / f"speed-{engine}", engine=engine, shard=SHARD)
            cost = 1000 * took.processor_s / count
            told.setdefault(engine, []).append([count / took.judging_s, cost])
            print(engine, told[engine][-1], flush=True)
    different = _different(place, "speed", engines)
    told_all = {"pictures": count, "cores": cores, "rounds": told, "different parts": different}
    return told_all, not different


def _different(place: Path, name: str, engines: list[str]) -> list[str]:
    """Parts in which an engine differs from the first of them."""
    first, *others = (place / f"{name}-{engine}" for engine in engines)
    return [part for other in others for part in different_parts(first, other)]


def memory(place: Path, engines: list[str], counts: list[int]) -> tuple[dict[str, Any], bool]:
    """Memory and seconds over n, from a manifest and from a folder, with both engines' rows."""
    import pyarrow as pa
    from pyarrow import parquet

    told: dict[str, Any] = {"different parts": []}
    for count in counts:
        folder = pictures(place, count)
        manifest = place / f"manifest-{count}.parquet"
        paths = sorted(str(p) for p in folder.rglob("*.jpg"))
        parquet.write_table(pa.table({"path": paths}), manifest, row_group_size=10_000)
        for name, source in (("manifest", manifest), ("folder", folder)):
            for engine in engines:
                out = place / f"{name}-{engine}"
                took = scored(source, out, spec=reader(), workers=2, engine=engine)
                told.setdefault(f"{name} {engine}", {})[count] = asdict(took)
                print(name, engine, count, asdict(took), flush=True)
            told["different parts"] += _different(place, name, engines)
    return told, not told["different parts"]


def long_run(place: Path, engines: list[str], count: int) -> tuple[dict[str, Any], bool]:
    """Each engine once; a run that was ended goes on, and says how many it found done."""
    folder = pictures(place, count)
    told: dict[str, Any] = {}
    for engine in engines:
        loop = [loops(folder, 1, LOOPED)]
        took = scored(folder, place / f"long-{engine}", anew=False, engine=engine)
        loop.append(loops(folder, 1, LOOPED))
        told[engine] = {
            **asdict(took),
            "loop, processor ms a picture": [1000 * used / number for number, _, used in loop],
            "loop, pictures a second": [number / seconds for number, seconds, _ in loop],
        }
        if done := count - took.before:
            told[engine]["pictures a second"] = done / took.judging_s
            told[engine]["processor ms a picture"] = 1000 * took.processor_s / done
        print(engine, told[engine], flush=True)
    told["different parts"] = _different(place, "long", engines)
    return told, not told["different parts"]


def kills(place: Path, engine: str, count: int, number: int, seed: int) -> tuple[Kills, bool]:
    """So many, with what came of them as it comes."""
    told = KilledRuns(place, engine, count, seed).run(
        number, lambda sofar: print(engine, asdict(sofar), flush=True)
    )
    return told, not told.different and not told.failed


def main(given: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", default="speed,memory,kills")
    parser.add_argument("--engines", default="local")
    parser.add_argument("--count", type=int, default=400, help="pictures of speed and long")
    parser.add_argument("--rounds", type=int, default=3, help="of speed")
    parser.add_argument("--counts", default="1000,10000,100000", help="pictures of memory")
    parser.add_argument("--kills", type=int, default=50, help="of each engine")
    parser.add_argument("--killed", type=int, default=160, help="pictures of kills")
    parser.add_argument("--seed", type=int, default=0, help="of the kills")
    parser.add_argument("--place", type=Path, default=ROOT / "build" / "score_scale")
    parser.add_argument("--json", type=Path, help="write the outcome there too")
    options = parser.parse_args(given)
    place = options.place.resolve()
    place.mkdir(parents=True, exist_ok=True)
    engines = options.engines.split(",")
    told: dict[str, Any] = {}
    well = True
    for part in options.part.split(","):
        if part == "speed":
            told[part], same = speed(place, engines, options.count, options.rounds)
        elif part == "memory":
            told[part], same = memory(place, engines, [int(n) for n in options.counts.split(",")])
        elif part == "long":
            told[part], same = long_run(place, engines, options.count)
        elif part == "kills":
            same = True
            for engine in engines:
                made, each = kills(place, engine, options.killed, options.kills, options.seed)
                told[f"kills {engine}"], same = asdict(made), same and each
        else:
            parser.error(f"there is no part {part}")
        well &= same
    text = json.dumps(told, indent=2)
    print(text)
    if options.json:
        options.json.write_text(text, encoding="utf-8")
    return int(not well)


if __name__ == "__main__":
    sys.exit(main())
