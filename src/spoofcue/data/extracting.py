"""The process that reads recordings: ``python -m spoofcue.data.extracting``, see prepare_shards.

It gets one recording after the other and says what its faces are; the crops go along as they are
to be stored. A recording that breaks a decoder ends this process and not the preparation.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from spoofcue.data.extract import Extraction, PrepareOptions, extract, unread
from spoofcue.data.recording import Recording
from spoofcue.errors import SpoofCueError
from spoofcue.faces.box import Box
from spoofcue.faces.detect import make_detector
from spoofcue.isolation import Message, answer


def start_of(root: Path, options: PrepareOptions) -> dict[str, Any]:
    """The first message: how to read, and where paths begin."""
    return {
        "folder": os.getcwd(),
        "root": str(root.absolute()),
        "options": {k: str(v) if isinstance(v, Path) else v for k, v in asdict(options).items()},
    }


def task_of(recording: Recording) -> dict[str, Any]:
    """A recording as JSON data."""
    known = asdict(recording)
    return {k: str(v) if isinstance(v, Path) else v for k, v in known.items()}


def recording_of(task: dict[str, Any]) -> Recording:
    """Of :func:`task_of`."""
    box, boxes = task["box"], task["boxes"]
    return Recording(
        **{
            **task,
            "path": Path(task["path"]),
            "box": None if box is None else Box(**box),
            "boxes": None if boxes is None else Path(boxes),
        }
    )


def _extracted(recording: Recording, options: PrepareOptions) -> Extraction:
    try:
        return extract(recording, options)
    except Exception as error:  # of whichever library: it costs one recording
        return unread(
            recording, "unreadable", f"reading it failed ({type(error).__name__}: {error})"
        )


def _serve(asked: IO[bytes], answers: IO[bytes]) -> None:
    start, _ = Message.read(asked)
    given = start["options"]
    model = given["yunet_model"]
    options = PrepareOptions(**{**given, "yunet_model": None if model is None else Path(model)})
    with suppress(OSError):  # of another machine; then absolute paths alone lead anywhere
        os.chdir(start["folder"])
    try:
        make_detector(options.detector, options.yunet_model)
    except SpoofCueError as error:
        Message.write(answers, {"refused": str(error)})
        return
    if not Path(start["root"]).is_dir():
        Message.write(answers, {"refused": f"there is no folder {start['root']} on this machine."})
        return
    Message.write(answers, {})
    while True:
        task, _ = Message.read(asked)
        recording = recording_of(task)
        made = _extracted(recording, options)
        try:
            Message.write(answers, _said(made), made.crops)
        except ValueError:
            Message.write(answers, _said(unread(recording, "unreadable", "a number of it is none")))


def _said(made: Extraction) -> dict[str, Any]:
    return {"rows": made.rows, "problems": [[p.kind, p.name, p.detail] for p in made.problems]}


def main() -> None:
    """Answer until nobody asks any more."""
    answer(_serve)


if __name__ == "__main__":
    main()
