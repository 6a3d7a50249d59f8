"""What an engine is given: numbered shards, and who does one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class StoppedError(Exception):
    """Nobody wants the work any more."""


class ShardWorker(Protocol):
    """Does shards, one after the other, for one thread."""

    def do(self, shard: int, progress: Callable[[int], None]) -> None:
        """Do a shard and commit it, whole or not at all.

        Args:
            shard: its number.
            progress: called with how many files more are done; may end the work by
                :class:`StoppedError`.

        """
        ...

    def abandon(self) -> None:
        """End what is being done, from another thread; :meth:`do` raises :class:`StoppedError`."""
        ...

    def close(self) -> None:
        """End what the worker holds."""
        ...


class ShardWork(Protocol):
    """All shards of a job; sent to other machines, so it can be pickled.

    Attributes:
        text: the place of the results, as the user knows it.
        shards: how many there are.

    """

    @property
    def text(self) -> str: ...  # noqa: D102

    @property
    def shards(self) -> int: ...  # noqa: D102

    def size_of(self, shard: int) -> int:
        """Files of a shard."""
        ...

    def committed(self) -> set[int]:
        """The shards that are there."""
        ...

    def worker(self, stopped: Callable[[], bool]) -> ShardWorker:
        """One more worker.

        Args:
            stopped: whether nobody wants the work any more.

        """
        ...
