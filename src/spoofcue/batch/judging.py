"""The process that judges files: ``python -m spoofcue.batch.judging``, started by a scorer alone.

It gets one file after the other, as a path or as bytes, and says of each what it holds and what
its faces are. A file that breaks a decoder ends this process and not the shard.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Protocol

from spoofcue.detector.result import Result
from spoofcue.errors import MediaError, SpoofCueError
from spoofcue.isolation import Message, answer
from spoofcue.media.local_file import open_local

BLOCK = 1 << 20


class FileJudge(Protocol):
    """What :class:`spoofcue.detector.detector.Detector` does for a batch."""

    @property
    def model_id(self) -> str:
        """Which model."""

    @property
    def threshold(self) -> float:
        """A score above it is an attack."""

    def predict_faces(self, source: Any) -> list[Result]:
        """One result a face of a picture, one of a recording."""

    def refused(self, reason: str, detail: str) -> Result:
        """The result of what was not judged."""


@dataclass(frozen=True, slots=True)
class JudgeSpec:
    """How a process makes its judge; plain data, which is sent there.

    Attributes:
        options: JSON data for the factory; they decide scores, so a job keeps to them.
        threads: of its runtime.
        factory: ``module:function``, called with options and threads. It comes from code alone,
            never from a file.

    """

    options: dict[str, Any] = field(default_factory=dict)
    threads: int = 1
    factory: str = "spoofcue.batch.judging:load_detector"


def load_detector(options: dict[str, Any], threads: int) -> FileJudge:
    """The detector of a job's options.

    Raises:
        InputError: no usable model, or an option outside its range.

    """
    from spoofcue.detector.detector import Detector
    from spoofcue.detector.early_exit import ExitRule
    from spoofcue.detector.evidence import EvidenceRule
    from spoofcue.detector.quality import QualityLimits

    yunet = options.get("yunet_model")
    detector = Detector.load(
        options.get("model"),
        runtime=options.get("runtime"),
        threads=threads,
        threshold=options.get("threshold"),
        profile=options.get("profile", True),
        face_detector=options.get("detector"),
        yunet_model=Path(yunet) if yunet else None,
        quality=QualityLimits() if options.get("quality", True) else None,
        frames=options.get("frames", 10),
        early_exit=ExitRule() if options.get("early_exit", True) else None,
        evidence=EvidenceRule(min_decoded=options.get("min_decoded", 0.8)),
    )
    detector.self_test()  # so what ends this process later is a file's fault
    return detector


def judged(judge: FileJudge, path: str | None, content: bytes | None) -> dict[str, Any]:
    """What a file holds and what its faces are: JSON data.

    A local file is looked at twice, for its sum and its pixels; one that was written to in the
    meantime is rejected, so that a sum always belongs to what was judged.

    Args:
        judge: of this process.
        path: of a local file.
        content: of one that was fetched.

    """
    if content is not None:
        known: dict[str, Any] = {"sha256": sum_of(content), "bytes": len(content)}
        return {**known, "rows": [one.to_dict() for one in _results(judge, content)]}
    assert path is not None
    before = _state(path)
    known = sum_of_file(path)
    results = _results(judge, Path(path))
    if _state(path) != before:
        results = [judge.refused("unreadable", f"{path}: it was written to while it was judged")]
    return {**known, "rows": [one.to_dict() for one in results]}


def sum_of(content: bytes) -> str:
    """SHA-256 as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def sum_of_file(path: str) -> dict[str, Any]:
    """SHA-256 and length of a local file; both None where it cannot be read."""
    made, size = hashlib.sha256(), 0
    try:
        with open_local(Path(path)) as file:
            while block := file.read(BLOCK):
                made.update(block)
                size += len(block)
    except (MediaError, OSError):
        return {"sha256": None, "bytes": None}
    return {"sha256": made.hexdigest(), "bytes": size}


def _results(judge: FileJudge, source: Path | bytes) -> list[Result]:
    try:
        return judge.predict_faces(source)
    except SpoofCueError as error:
        return [judge.refused("unreadable", str(error))]
    except Exception as error:  # of whichever library: nothing that failed is live
        return [judge.refused("error", f"judging it failed ({type(error).__name__})")]


def _state(path: str) -> tuple[int, ...] | None:
    try:
        known = os.stat(path)
    except (OSError, ValueError):
        return None
    return known.st_ino, known.st_size, known.st_mtime_ns


def _serve(asked: IO[bytes], answers: IO[bytes]) -> None:
    import cv2

    start, _ = Message.read(asked)
    cv2.setNumThreads(start["threads"])
    module, _, function = start["factory"].partition(":")
    try:
        judge: FileJudge = getattr(import_module(module), function)(
            start["options"], start["threads"]
        )
    except SpoofCueError as error:
        Message.write(answers, {"refused": str(error)})
        return
    Message.write(answers, {"model": judge.model_id, "threshold": judge.threshold})
    while True:
        task, files = Message.read(asked)
        said = judged(judge, task["path"], files[0] if files else None)
        try:
            Message.write(answers, said)
        except ValueError:  # a number of the result is none
            refused = judge.refused("error", "a number of the result is none").to_dict()
            Message.write(answers, {**said, "rows": [refused]})


def main() -> None:
    """Answer until nobody asks any more."""
    answer(_serve)


if __name__ == "__main__":
    main()
