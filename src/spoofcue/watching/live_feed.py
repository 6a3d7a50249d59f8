"""Frames of a camera or stream: the newest alone, read beside the judging; and it comes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing

from spoofcue.errors import MediaError
from spoofcue.media.stream_frames import StreamFrame
from spoofcue.watching.arrivals import Arrival, Arrived, Ended
from spoofcue.watching.back_off import BackOff

Opening = Callable[[], AbstractContextManager[Iterator[StreamFrame]]]
TICK = 0.2  # s; how soon a stop is noticed
FAREWELL = 2.0  # s that a reader has to end


class LiveFeed:
    """Reads in a thread, and holds one frame, whatever the watch does meanwhile.

    Args:
        opening: opens the source; anything but a MediaError ends the feed with that error.
        name: of the source, for messages.
        back_off: when it is tried again.
        stop: ends it.
        tell: gets a line when the source is lost and found.

    Attributes:
        gave_up: whether it ended because the source did not come back.

    """

    def __init__(
        self,
        opening: Opening,
        name: str,
        *,
        back_off: BackOff,
        stop: threading.Event,
        tell: Callable[[str], None],
    ) -> None:
        self.gave_up = False
        self._opening, self._name, self._back_off = opening, name, back_off
        self._stop, self._tell = stop, tell
        self._slot = _Slot()

    def __iter__(self) -> Iterator[Arrival]:
        done = threading.Event()
        reader = threading.Thread(target=self._read, args=(done,), daemon=True, name="reader")
        reader.start()
        try:
            while True:
                arrival = self._slot.take(TICK)
                if self._stop.is_set():
                    yield Ended("interrupted", "the watch was stopped")
                    return
                if arrival is not None:
                    yield arrival
                elif self._slot.closed:
                    break
        finally:
            done.set()
            reader.join(FAREWELL)
        if self._slot.error is not None:
            raise self._slot.error

    def _read(self, done: threading.Event) -> None:
        try:
            while not (done.is_set() or self._stop.is_set()):
                ended = self._one_connection(done)
                wait = self._back_off.wait()
                self._slot.end(ended)
                if wait is None or done.is_set() or self._stop.is_set():
                    self.gave_up = wait is None
                    return
                again = f"try {self._back_off.failed} of {self._back_off.tries}"
                self._tell(f"{ended.detail}; {again} in {wait:.1f} s")
                until = time.monotonic() + wait
                while time.monotonic() < until and not done.is_set():
                    if self._stop.wait(min(TICK, wait)):
                        return
        except Exception as error:
            self._slot.error = error
        finally:
            self._slot.close()

    def _one_connection(self, done: threading.Event) -> Ended:
        """Read until the source ends or fails."""
        began: float | None = None
        try:
            with self._opening() as frames, closing(_as_generator(frames)) as read:
                for frame in read:
                    if began is None:
                        began = time.monotonic()
                        self._tell(f"{self._name}: frames arrive")
                    self._slot.put(frame)
                    if done.is_set() or self._stop.is_set():
                        break
            return Ended("stream_ended", f"{self._name}: the stream ended")
        except MediaError as error:
            return Ended("stream_ended", str(error))
        finally:
            if began is not None:
                self._back_off.lasted(time.monotonic() - began)


def _as_generator(frames: Iterator[StreamFrame]) -> Generator[StreamFrame, None, None]:
    yield from frames


class _Slot:
    """One frame, the newest, and how many it took the place of."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._frame: StreamFrame | None = None
        self._when = (0.0, 0.0)
        self._dropped = self._damaged = 0
        self._ended: Ended | None = None
        self.closed = False
        self.error: Exception | None = None

    def put(self, frame: StreamFrame) -> None:
        with self._change:
            if frame.frame is None:
                self._damaged += 1
                return
            self._dropped += self._frame is not None
            self._frame, self._when = frame, (time.monotonic(), time.time())
            self._change.notify()

    def end(self, ended: Ended) -> None:
        """The source is lost: a frame that waits is of an attempt that cannot be judged."""
        with self._change:
            self._frame, self._ended = None, ended
            self._dropped = self._damaged = 0
            self._change.notify()

    def close(self) -> None:
        with self._change:
            self.closed = True
            self._change.notify()

    def take(self, timeout: float) -> Arrival | None:
        with self._change:
            if self._frame is None and self._ended is None and not self.closed:
                self._change.wait(timeout)
            if self._ended is not None:  # before whatever came since
                ended, self._ended = self._ended, None
                return ended
            if self._frame is None:
                return None
            frame, (at, utc) = self._frame, self._when
            dropped, damaged = self._dropped, self._damaged
            self._frame, self._dropped, self._damaged = None, 0, 0
        try:
            return Arrived(frame.image(), at, utc, dropped, damaged)
        except MediaError:
            return Arrived(None, at, utc, dropped, damaged + 1)
