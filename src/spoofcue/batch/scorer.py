"""Files to rows by a process that may break: which file broke it is known, and costs its row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from spoofcue.batch.judging import JudgeSpec, sum_of, sum_of_file
from spoofcue.detector.result import Result
from spoofcue.errors import InputError
from spoofcue.shards.isolated import TRIES, GivenUpError, IsolatedProcess


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of one file.

    Attributes:
        sha256: of its content, hexadecimal; None: it could not be read.
        size: its bytes; None likewise.
        rows: one a face or recording, as :meth:`spoofcue.detector.result.Result.to_dict` gives.

    """

    sha256: str | None
    size: int | None
    rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Greeting:
    """By what a process judges.

    Attributes:
        model: its id.
        threshold: a score above it is an attack.

    """

    model: str
    threshold: float


class IsolatedScorer:
    """Judges one file after the other in a process of its own, started again when it ends.

    Args:
        spec: of the judge.
        file_seconds: that one file may take.
        expected: by what the job judges; None: whatever the process says.
        stopped: whether nobody wants the answers any more.

    Raises:
        InputError: the model cannot be used, or is not the job's.

    Attributes:
        greeting: by what the process judges.

    """

    greeting: Greeting

    def __init__(
        self,
        spec: JudgeSpec,
        *,
        file_seconds: float,
        expected: Greeting | None = None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._seconds = file_seconds
        self._expected = expected
        self._process = IsolatedProcess(
            "spoofcue.batch.judging",
            asdict(spec),
            "a process that judges",
            threads=spec.threads,
            seconds=file_seconds,
            agree=self._agree,
            stopped=stopped,
        )

    @property
    def pid(self) -> int:
        """Of the process that judges."""
        return self._process.pid

    @property
    def restarts(self) -> int:
        """How often a process was started again."""
        return self._process.restarts

    def score(self, path: str, content: bytes | None = None) -> Judged:
        """Judge one file.

        A file that ends its process is tried once more, in a new one; then it is rejected.

        Args:
            path: of a local file, or the address that ``content`` was fetched from.
            content: None for a local file.

        Raises:
            StoppedError: see ``stopped``.
            InputError: no process can be started.

        """
        task = {"path": path if content is None else None}
        files = () if content is None else (content,)
        try:
            return self._process.ask(task, files, _checked)
        except GivenUpError as given_up:
            why = (
                f"judging it took more than {self._seconds:g} s, {TRIES} times"
                if given_up.late
                else f"it ended the process that judged it, {TRIES} times"
            )
        refused = self.refused("error", f"{path}: {why}")
        if content is not None:
            return Judged(sum_of(content), len(content), [refused])
        known = sum_of_file(path)
        return Judged(known["sha256"], known["bytes"], [refused])

    def refused(self, reason: str, detail: str) -> dict[str, Any]:
        """The row of what was not judged."""
        made = Result.refused(
            reason, detail, threshold=self.greeting.threshold, model=self.greeting.model
        )
        return made.to_dict()

    def close(self) -> None:
        """End the process."""
        self._process.close()

    def abandon(self) -> None:
        """End what it judges now, from another thread; whoever waits finds it stopped."""
        self._process.abandon()

    def _agree(self, said: dict[str, Any]) -> None:
        self.greeting = self._expected = _agreed(said, self._expected)


def _agreed(said: dict[str, Any], expected: Greeting | None) -> Greeting:
    if "refused" in said:
        raise InputError(said["refused"])
    greeting = Greeting(str(said["model"]), float(said["threshold"]))
    if expected is not None and greeting != expected:
        raise InputError(
            f"the model is now {greeting.model} with the threshold {greeting.threshold:g}, and the "
            f"job was begun with {expected.model} and {expected.threshold:g}: bring that model "
            "back, or give another --out."
        )
    return greeting


def _checked(said: dict[str, Any], _: tuple[bytes, ...]) -> Judged:
    """An answer that has what a row needs; one that has not is none."""
    rows = said["rows"]
    if not rows or any(row["decision"] not in ("live", "attack", "rejected") for row in rows):
        raise ValueError("no decision")
    return Judged(said["sha256"], said["bytes"], rows)
