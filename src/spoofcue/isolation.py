"""Work that may end its process gets one of its own: asked over a pipe, answered as plain data.

What a stranger's picture breaks is then a process that is started again, and not the program.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import IO, Any

_LENGTH = struct.Struct(">Q")
_MOST = 1 << 31  # bytes of one part: what says more is no message
_LOOK_S = 1.0  # how often a process looks whether the one that started it is still there


class EndedError(Exception):
    """The process ended, answered what is no answer, or was ended since it took too long."""

    def __init__(self, *, late: bool = False) -> None:
        super().__init__()
        self.late = late


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
            ValueError: a number is none; nothing was written.

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
            ValueError: it is none.

        """
        (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
        head = json.loads(_exactly(pipe, length))
        return head["data"], tuple(_exactly(pipe, size) for size in head["sizes"])


class Child:
    """A process that answers one message after the other; one thread at a time asks it.

    Args:
        module: run as ``python -m module``; its ``main`` calls :func:`answer`.
        start: its first message.
        threads: of its numerical libraries.

    """

    def __init__(self, module: str, start: Any, *, threads: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # a Ctrl-C on the terminal is for the one that asks, from the child's first moment on
            start_new_session=True,
            env={**os.environ, "OMP_NUM_THREADS": str(threads)},
        )
        self._watch = _Watch(self._process.kill)
        assert self._process.stdin
        with contextlib.suppress(OSError):  # it has ended; reading its greeting says so
            Message.write(self._process.stdin, start)

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """How it ended; None: it has not."""
        return self._process.poll()

    def greeting(self, seconds: float) -> Any:
        """The data of the message that it writes before it is asked.

        Raises:
            EndedError: it ended, or none came in that time.

        """
        assert self._process.stdout
        try:
            if not select.select([self._process.stdout], [], [], seconds)[0]:
                raise EOFError
            return Message.read(self._process.stdout)[0]
        except (EOFError, ValueError, OSError, KeyError, TypeError):
            self.end()
            raise EndedError from None

    def ask(
        self, data: Any, files: Sequence[bytes] = (), *, seconds: float
    ) -> tuple[Any, tuple[bytes, ...]]:
        """Its answer.

        Raises:
            EndedError: there is none, and the process has been ended.

        """
        process, until = self._process, time.monotonic() + seconds
        self._watch.begin(until)
        try:
            assert process.stdin
            assert process.stdout
            Message.write(process.stdin, data, files)
            return Message.read(process.stdout)
        except (OSError, EOFError, ValueError, KeyError, TypeError):
            # a broken pipe, or an answer that is none: whatever wrote it is not to be trusted
            self.end()
            raise EndedError(late=time.monotonic() >= until) from None
        finally:
            self._watch.rest()

    def kill(self) -> None:
        """End it from another thread; the one that asks gets no answer."""
        self._process.kill()

    def end(self) -> None:
        """Kill it, if it has not ended."""
        self._watch.end()
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


class _Watch:
    """Kills at a moment, unless it is told to rest; one thread for all moments of a child.

    A thread for each question would cost more than a small answer. This one sleeps to the end of
    the first moment that it was told and then looks whether there is a later one.
    """

    def __init__(self, kill: Callable[[], None]) -> None:
        self._kill = kill
        self._changed = threading.Condition()
        self._until: float | None = None
        self._idle = self._ended = False
        self._thread: threading.Thread | None = None

    def begin(self, until: float) -> None:
        """Kill then, of ``time.monotonic``."""
        with self._changed:
            self._until = until
            if self._thread is None and not self._ended:
                self._thread = threading.Thread(target=self._look, daemon=True)
                self._thread.start()
            elif self._idle:
                self._changed.notify()

    def rest(self) -> None:
        """Kill at no moment."""
        with self._changed:
            self._until = None

    def end(self) -> None:
        """Never kill again."""
        with self._changed:
            self._ended = True
            self._changed.notify()

    def _look(self) -> None:
        with self._changed:
            while not self._ended:
                left = None if self._until is None else self._until - time.monotonic()
                if left is not None and left <= 0:
                    self._until = None
                    self._kill()
                    continue
                self._idle = left is None
                self._changed.wait(left)
                self._idle = False


def answer(serve: Callable[[IO[bytes], IO[bytes]], None]) -> None:
    """In a process that a :class:`Child` stands for: answer until nobody asks any more.

    Args:
        serve: given what is asked and where answers go; ends by EOFError when the one that asks
            is gone.

    """
    # a stop is for the one that asks to arrange: this process ends when its input does
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    asked = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not come between answers
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    with contextlib.suppress(EOFError, BrokenPipeError):
        serve(asked, answers)
    # without the ends of runtimes' threads, which nothing waits for
    sys.stderr.flush()
    os._exit(0)


def _end_with(parent: int) -> None:
    """A killed program leaves no process behind that is busy and so does not see its input end."""
    while os.getppid() == parent:
        time.sleep(_LOOK_S)
    os._exit(1)


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    if type(count) is not int or not 0 <= count <= _MOST:
        raise ValueError("a length that no message has")
    data = pipe.read(count)
    if len(data) != count:
        raise EOFError
    return data
