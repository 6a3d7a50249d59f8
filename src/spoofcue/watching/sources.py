"""A source that is watched, by what it is named."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from functools import partial
from pathlib import Path

from spoofcue.media.live_stream import Live, opened_stream
from spoofcue.watching.arrivals import Arrival, Ended, film
from spoofcue.watching.back_off import BackOff
from spoofcue.watching.live_feed import LiveFeed


class Source:
    """Where frames come from.

    Args:
        named: see :func:`spoofcue.media.live_stream.named_source`.
        stop: ends it.
        fast: of a file, whether it is read as fast as it is judged.
        reconnects: failures in a row after which anything but a file is given up.
        tell: gets a line when it is lost and found.

    Attributes:
        name: without a login.
        lost: whether it ended before its time.

    """

    def __init__(
        self,
        named: Live | Path,
        stop: threading.Event,
        *,
        fast: bool = False,
        reconnects: int = 10,
        tell: Callable[[str], None] = lambda words: None,
    ) -> None:
        self.name = str(named)
        self.lost = False
        self._named, self._stop, self._fast = named, stop, fast
        self._reconnects, self._tell = reconnects, tell

    def arrivals(self) -> Generator[Arrival, None, None]:
        """What comes, until it ends.

        Raises:
            MediaError: a file is no video.

        """
        if isinstance(self._named, Path):
            for arrival in film(self._named, self._stop, fast=self._fast):
                self._note(arrival)
                yield arrival
            return
        feed = LiveFeed(
            partial(opened_stream, self._named),
            self.name,
            back_off=BackOff(self._reconnects),
            stop=self._stop,
            tell=self._tell,
        )
        yield from feed
        self.lost = feed.gave_up
        if self.lost:
            self._tell(f"{self.name}: given up after {self._reconnects + 1} tries")

    def _note(self, arrival: Arrival) -> None:
        if isinstance(arrival, Ended) and arrival.reason not in (None, "interrupted"):
            self.lost = True
            self._tell(arrival.detail)
