"""What is asked of a process that judges, and what it answers: plain data, which can be sent."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from spoofcue.serving.problems import Problem

_LENGTH = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do; nothing is remembered between two of them, and any process may get it.

    Attributes:
        name: of :data:`spoofcue.serving.bench.JOBS`.
        files: bytes as they came.
        options: JSON data.

    """

    name: str
    files: tuple[bytes, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(map(len, self.files))


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a task.

    Attributes:
        facts: JSON data.
        files: bytes, as a picture of the evidence.

    """

    facts: dict[str, Any]
    files: tuple[bytes, ...] = ()


Outcome = Done | Problem


class Message:
    """JSON data and files, one after the other on a pipe.

    A process that decodes what strangers send is not believed to be whole for ever: what it writes
    is read as data, which pickle would run.
    """

    @staticmethod
    def write(pipe: IO[bytes], data: Any, files: Sequence[bytes] = ()) -> None:
        """Write all of it.

        Raises:
            OSError: nobody reads any more.

        """
        sizes = [len(file) for file in files]
        head = json.dumps({"data": data, "sizes": sizes}, allow_nan=False).encode()
        pipe.write(_LENGTH.pack(len(head)) + head)
        for file in files:
            pipe.write(file)
        pipe.flush()

    @staticmethod
    def read(pipe: IO[bytes]) -> tuple[Any, tuple[bytes, ...]]:
        """The next one.

        Raises:
            EOFError: the pipe ended, within it or before.

        """
        (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
        head = json.loads(_exactly(pipe, length))
        return head["data"], tuple(_exactly(pipe, size) for size in head["sizes"])


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    data = pipe.read(count)
    if len(data) != count:
        raise EOFError
    return data
