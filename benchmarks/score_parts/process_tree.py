"""What a command and all processes below it take, looked at from outside while it runs."""

from __future__ import annotations

import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path

EVERY_S = 2.0


@dataclass
class Watched:
    """A command and what was seen of it.

    Attributes:
        process: the command.
        tree_mb: the most that it and all below it held at one look; shared memory counts once.

    """

    process: subprocess.Popen[str]
    tree_mb: float = 0.0
    _used: dict[tuple[int, float], float] = field(default_factory=dict)
    _done: threading.Event = field(default_factory=threading.Event)

    @property
    def processor_s(self) -> float:
        """Processor seconds of the command and all below it, as far as a look caught them."""
        return sum(self._used.values())

    def output(self) -> str:
        """Wait for the command, watching; what it printed."""
        watcher = threading.Thread(target=self._watch, daemon=True)
        watcher.start()
        said, _ = self.process.communicate()
        self._done.set()
        watcher.join()
        return said

    def _watch(self) -> None:
        while not self._done.is_set():
            self._look()
            self._done.wait(EVERY_S)

    def _look(self) -> None:
        import psutil

        held = 0.0
        try:
            first = psutil.Process(self.process.pid)
            all_ = [first, *first.children(recursive=True)]
        except psutil.Error:
            return
        for one in all_:
            try:
                times = one.cpu_times()
                self._used[one.pid, one.create_time()] = times.user + times.system
                held += _share_mb(one.pid)
            except (psutil.Error, OSError):
                continue
        self.tree_mb = max(self.tree_mb, held)


def _share_mb(pid: int) -> float:
    """Resident memory of a process; what several share is divided among them."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
