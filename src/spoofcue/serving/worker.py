"""The process that judges: ``python -m spoofcue.serving.worker``, started by the service alone.

It reads tasks from its standard input and answers on its standard output, until the input ends. A
picture that breaks a decoder ends this process and not the service.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import IO, Any

from spoofcue.errors import SpoofCueError
from spoofcue.isolation import Message, answer
from spoofcue.serving.problems import Problem
from spoofcue.serving.work import Outcome, Task


def main() -> None:
    """Answer until nobody asks any more."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # it quotes damaged bodies
    answer(_serve)


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


def as_data(tasks: Sequence[Task]) -> tuple[list[dict[str, Any]], list[bytes]]:
    """Tasks, to be done together, as a message's data and files."""
    data = [
        {"name": task.name, "options": dict(task.options), "files": len(task.files)}
        for task in tasks
    ]
    return data, [file for task in tasks for file in task.files]


def read_tasks(pipe: IO[bytes]) -> list[Task]:
    """Tasks of :func:`as_data`, from the pipe."""
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
