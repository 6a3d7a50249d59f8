"""The process that judges: ``python -m spoofcue.serving.worker``, started by the service alone.

It reads tasks from its standard input and answers on its standard output, until the input ends. A
picture that breaks a decoder ends this process and not the service.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import sys
from typing import IO, Any

from spoofcue.errors import SpoofCueError
from spoofcue.serving.problems import Problem
from spoofcue.serving.work import Message, Outcome, Task


def main() -> None:
    """Answer until nobody asks any more."""
    # a stop is the service's to arrange: this process ends when its input does
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    asked = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not come between answers
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # it quotes damaged bodies
    with contextlib.suppress(EOFError, BrokenPipeError):
        _serve(asked, answers)
    # without the ends of runtimes' threads, which nothing waits for
    sys.stderr.flush()
    os._exit(0)


def _serve(asked: IO[bytes], answers: IO[bytes]) -> None:
    import cv2

    from spoofcue.serving.bench import Bench
    from spoofcue.serving.settings import ServiceSettings

    start, _ = Message.read(asked)
    settings = ServiceSettings.model_validate(start["settings"])
    cv2.setNumThreads(settings.threads_each)
    try:
        bench = Bench.load(settings, start["model"])
    except SpoofCueError as error:
        Message.write(answers, {"refused": str(error)})
        return
    Message.write(answers, bench.hello())
    while True:
        tasks = read_tasks(asked)
        write_outcomes(answers, bench.do(tasks))


def write_tasks(pipe: IO[bytes], tasks: list[Task]) -> None:
    """Send tasks, to be done together."""
    data = [
        {"name": task.name, "options": dict(task.options), "files": len(task.files)}
        for task in tasks
    ]
    Message.write(pipe, data, [file for task in tasks for file in task.files])


def read_tasks(pipe: IO[bytes]) -> list[Task]:
    """What :func:`write_tasks` wrote."""
    data, files = Message.read(pipe)
    taken = iter(files)
    return [
        Task(one["name"], tuple(next(taken) for _ in range(one["files"])), one["options"])
        for one in data
    ]


def write_outcomes(pipe: IO[bytes], outcomes: list[Outcome]) -> None:
    """Send what came of tasks; one that is no JSON data is a problem."""
    data: list[dict[str, Any]] = []
    files: list[bytes] = []
    for outcome in outcomes:
        if isinstance(outcome, Problem):
            data.append({"problem": outcome.as_data()})
            continue
        try:
            json.dumps(outcome.facts, allow_nan=False)
        except ValueError:
            failed = Problem("failed", "the service failed: a number of the result is none.")
            data.append({"problem": failed.as_data()})
            continue
        data.append({"facts": outcome.facts, "files": len(outcome.files)})
        files += outcome.files
    Message.write(pipe, data, files)


if __name__ == "__main__":
    main()
