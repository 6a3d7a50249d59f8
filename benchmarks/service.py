"""The service under load, beside the plain `Detector` loop and a FastAPI handler of four lines.

python benchmarks/service.py [--seconds 8] [--soak 600] [--kills 20] [--json FILE]

One run on one machine; ratios count, since the client takes its share of the same cores. Pictures
are JPEGs of rendered people, 512 x 512 px. For each contender and 1 to 64 clients that ask at one
time: answers a second, the milliseconds of half and of 99 in 100 of them, and the share of the
plain loop (one process, one thread). Then as many requests a second as the service can answer, and
four times as many (--soak: for so long), with memory at the start and end; and workers killed by
SIGKILL under load: how long until the next answer, and whether any answer is another than the
detector's.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import random
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from load_parts.load import Answers, Client, closed_loop, open_loop
from load_parts.served import children, memory_mb, minimal, plain_loop, service
from PIL import Image
from rich.console import Console
from rich.table import Table

from spoofcue import Detector
from spoofcue.simulate.people import RenderedPerson

AT_ONCE = (1, 2, 4, 8, 16, 32, 64)
PEOPLE = 8
CHECKS = "/v1/checks"


def pictures() -> list[bytes]:
    made = []
    for person in range(PEOPLE):
        file = io.BytesIO()
        photo = RenderedPerson(f"person-{person}", 0).live("session-any", person).photo
        Image.fromarray(photo).save(file, "JPEG", quality=92)
        made.append(file.getvalue())
    return made


def row(name: str, at_once: int, answers: Answers, loop: float) -> dict[str, Any]:
    return {
        "contender": name,
        "at_once": at_once,
        "rate": answers.rate,
        "p50_ms": answers.quantile(0.5),
        "p99_ms": answers.quantile(0.99),
        "of_loop": answers.rate / loop,
        "statuses": dict(answers.statuses),
    }


def wrong(answers: Answers, expected: list[tuple[str, float | None]]) -> int:
    """Pictures of which another decision or score came than the detector's."""
    return sum(said != {expected[at]} for at, said in answers.decisions.items())


def levels(
    name: str, port: int, path: str, sent: list[bytes], seconds: float, loop: float,
    expected: list[tuple[str, float | None]],
) -> list[dict[str, Any]]:  # fmt: skip
    rows = []
    for at_once in AT_ONCE:
        answers = asyncio.run(closed_loop(port, path, sent, at_once, seconds))
        assert wrong(answers, expected) == 0, answers.decisions
        rows.append(row(name, at_once, answers, loop))
    return rows


def overload(
    sent: list[bytes], seconds: float, soak: float, expected: list[tuple[str, float | None]]
) -> dict[str, Any]:
    """At the capacity, and at four times as much."""
    with service() as (port, process):
        closed = asyncio.run(closed_loop(port, CHECKS, sent, 8, seconds))
        capacity = closed.rate
        at = asyncio.run(open_loop(port, CHECKS, sent, capacity, max(seconds, 20)))
        began = memory_mb(process)
        seen: list[float] = []

        async def four_times() -> Answers:
            async def watch() -> None:
                while True:
                    seen.append(memory_mb(process))
                    await asyncio.sleep(2)

            watching = asyncio.ensure_future(watch())
            answers = await open_loop(port, CHECKS, sent, 4 * capacity, soak)
            watching.cancel()
            return answers

        beyond = asyncio.run(four_times())
        assert wrong(at, expected) == wrong(beyond, expected) == 0
        tenth = max(1, len(seen) // 10)
        return {
            "capacity": capacity,
            "p99_at_ms": at.quantile(0.99),
            "p99_at_four_times_ms": beyond.quantile(0.99),
            "ratio": beyond.quantile(0.99) / at.quantile(0.99),
            "statuses_at": dict(at.statuses),
            "statuses_at_four_times": dict(beyond.statuses),
            "served_of_capacity": beyond.rate / capacity,
            "soak_s": soak,
            "memory_before_mb": began,
            "memory_first_tenth_mb": max(seen[: 2 * tenth][-tenth:]),
            "memory_last_tenth_mb": max(seen[-tenth:]),
        }


def killed(
    sent: list[bytes], kills: int, expected: list[tuple[str, float | None]]
) -> dict[str, Any]:
    """Workers killed under load, at random moments."""
    rng = random.Random(0)
    with service("--workers", "2") as (port, process):

        async def run() -> tuple[Answers, list[float]]:
            backs: list[float] = []
            seconds = kills * 2.5 + 2
            load = asyncio.ensure_future(closed_loop(port, CHECKS, sent, 4, seconds))
            await asyncio.sleep(1)
            for number in range(kills):
                workers = children(process.pid)
                # in turn one of the two, and both at one time
                for pid in workers if number % 2 else [rng.choice(workers)]:
                    os.kill(pid, signal.SIGKILL)
                backs.append(await next_answer(port, sent))
                await asyncio.sleep(rng.uniform(0.5, 1.5))
            return await load, backs

        answers, backs = asyncio.run(run())
    return {
        "kills": kills,
        "wrong": wrong(answers, expected),
        "statuses": dict(answers.statuses),
        "longest_back_s": max(backs, default=0.0),
        "median_back_s": sorted(backs)[len(backs) // 2] if backs else 0.0,
    }


async def next_answer(port: int, sent: list[bytes]) -> float:
    """Seconds until a request that is made now is answered 200."""
    began, client = time.perf_counter(), Client(port, CHECKS, sent)
    while (await client.ask(0))[0] != 200:
        await asyncio.sleep(0.02)
    client.close()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=8, help="of each level. Default: 8.")
    parser.add_argument("--soak", type=float, default=60, help="s at four times. Default: 60.")
    parser.add_argument("--kills", type=int, default=20, help="of workers. Default: 20.")
    parser.add_argument("--batch", type=int, default=8, help="of the batches. Default: 8.")
    parser.add_argument("--json", type=Path, help="Write the figures here too.")
    given = parser.parse_args()
    console, sent = Console(), pictures()
    detector = Detector.load(threads=1)
    expected = [(r.decision, r.score) for r in map(detector.predict, sent)]
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{at}.jpg" for at in range(len(sent))]
        for file, picture in zip(files, sent, strict=True):
            file.write_bytes(picture)
        loops = [plain_loop(files, given.seconds)]
        room = ("--queue", "64", "--uploads", "128")
        one, batch = ("--workers", "1", "--threads", "1"), ("--batch", str(given.batch))
        with minimal() as port:
            rows += levels("four lines", port, "/check", sent, given.seconds, loops[-1], expected)
        for name, options in {
            "1 worker": (*one, "--batch", "1"),
            f"1 worker, batch {given.batch}": (*one, *batch),
            "workers as cores": ("--batch", "1"),
            f"workers as cores, batch {given.batch}": batch,
        }.items():
            # again each time: what else the machine does hits a contender and its loop alike
            loops.append(plain_loop(files, given.seconds))
            with service(*room, *options) as (port, _):
                rows += levels(name, port, CHECKS, sent, given.seconds, loops[-1], expected)
        loops.append(plain_loop(files, given.seconds))
    console.print(f"plain loop, before each: {', '.join(f'{one:.1f}' for one in loops)} pictures/s")
    console.print(as_table(rows))
    found = {
        "loops": loops,
        "levels": rows,
        "overload": overload(sent, given.seconds, given.soak, expected),
        "killed": killed(sent, given.kills, expected),
    }
    for name in ("overload", "killed"):
        console.print(name, found[name])
    if given.json:
        given.json.write_text(json.dumps(found, indent=1))


def as_table(rows: list[dict[str, Any]]) -> Table:
    table = Table(
        "contender", "at once", "answers/s", "p50 ms", "p99 ms", "of the loop", "statuses"
    )
    for one in rows:
        table.add_row(
            one["contender"], str(one["at_once"]), f"{one['rate']:.1f}", f"{one['p50_ms']:.0f}",
            f"{one['p99_ms']:.0f}", f"{one['of_loop']:.2f}",
            " ".join(f"{k}: {v}" for k, v in sorted(one["statuses"].items())),
        )  # fmt: skip
    return table


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        raise SystemExit(error.stderr) from error
