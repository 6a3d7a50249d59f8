"""What the processor has to give: its cores, and how many of them other programs keep busy."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LOOK_SECONDS = 0.4


@dataclass(frozen=True, slots=True)
class Cores:
    """Processor cores that this process may use at one time.

    Attributes:
        count: by affinity, by the control group's quota, and without counting a core's hardware
            threads; at least 1.
        busy: how many of them other programs use; 0 to ``count``, in parts of a core.

    """

    count: int
    busy: float

    @property
    def free(self) -> float:
        """Cores that nobody uses."""
        return self.count - self.busy


def look_at_cores(seconds: float = LOOK_SECONDS) -> Cores:
    """Watch the processor for a moment, while this process sleeps.

    Args:
        seconds: how long.

    """
    import psutil

    quota = cpu_quota()
    used, began = group_seconds(), time.monotonic()
    percent = psutil.cpu_percent(seconds, percpu=True)
    now = group_seconds()
    group = None if used is None or now is None else (now - used) / (time.monotonic() - began)
    logical = psutil.cpu_count() or len(percent) or 1
    physical = psutil.cpu_count(logical=False) or logical
    return cores_of(_allowed(logical), percent, physical / logical, quota, group)


def cores_of(
    allowed: Sequence[int],
    percent: Sequence[float],
    cores_per_cpu: float = 1.0,
    quota: float | None = None,
    group: float | None = None,
) -> Cores:
    """The cores of a machine from what the system tells about it.

    Args:
        allowed: numbers of the logical CPUs that this process may run on.
        percent: of each logical CPU, how busy it is, 0 to 100.
        cores_per_cpu: 0.5 where a core has two hardware threads, else 1.
        quota: CPU seconds a second that the control group may use; None: no limit.
        group: CPU seconds a second that the control group uses already; None: unknown.

    """
    of_allowed = [percent[cpu] for cpu in allowed if cpu < len(percent)] or list(percent)
    share = sum(of_allowed) / len(of_allowed) / 100 if of_allowed else 0.0
    cores = max(1, round(len(allowed) * cores_per_cpu))
    free = cores * (1 - min(1.0, share))
    count = cores if quota is None else min(cores, max(1, int(quota)))
    if quota is not None and group is not None:
        free = min(free, quota - group)
    return Cores(count, count - min(float(count), max(0.0, free)))


def cpu_quota(root: Path = Path("/")) -> float | None:
    """The strictest CPU limit of this process's control group and those above it, in cores.

    Args:
        root: of the file system; another one in tests.

    Returns:
        None where nothing is limited or nothing is told.

    """
    quotas = []
    for folder in _groups(root, "cpu"):
        for words in (_words(folder / "cpu.max"), _old_quota(folder)):
            if len(words) == 2 and words[0] not in ("max", "-1") and int(words[1]):
                quotas.append(int(words[0]) / int(words[1]))
    return min(quotas, default=None)


def group_seconds(root: Path = Path("/")) -> float | None:
    """CPU seconds that the limited control group has used; None if that is not told.

    Args:
        root: of the file system.

    """
    for folder in _groups(root, "cpu"):
        if (words := _words(folder / "cpu.max")) and words[0] != "max":
            stat = _words(folder / "cpu.stat")
            if "usage_usec" in stat:
                return int(stat[stat.index("usage_usec") + 1]) / 1e6
    return None


def processor_name(root: Path = Path("/")) -> str:
    """Name of the processor, as a figure of time has to tell it.

    Args:
        root: of the file system.

    """
    for line in _lines(root / "proc" / "cpuinfo"):
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or platform.machine()


def _allowed(logical: int) -> list[int]:
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(logical))


def _groups(root: Path, controller: str) -> list[Path]:
    """Folders of this process's control group, from its own up, of version 2 and of version 1."""
    base, folders = root / "sys" / "fs" / "cgroup", []
    for line in _lines(root / "proc" / "self" / "cgroup"):
        if line.count(":") < 2:
            continue
        number, controllers, path = line.split(":", 2)
        of = base if (number, controllers) == ("0", "") else base / controllers
        if of != base and controller not in controllers.split(","):
            continue
        own = of / path.strip("/")
        folders += [own, *(p for p in own.parents if p.is_relative_to(of))]
    return folders or [base]


def _old_quota(folder: Path) -> list[str]:
    return _words(folder / "cpu.cfs_quota_us") + _words(folder / "cpu.cfs_period_us")


def _words(path: Path) -> list[str]:
    return [word for line in _lines(path) for word in line.split()]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
