"""Cores of made machines; nothing here looks at the machine that runs the test."""

from __future__ import annotations

from pathlib import Path

import pytest

from spoofcue.training.machine import cores_of, cpu_quota, group_seconds, processor_name


def test_other_programs_keep_cores_busy() -> None:
    cores = cores_of([0, 1], [100.0, 10.0])
    assert cores.count == 2
    assert cores.busy == pytest.approx(1.1)
    assert cores.free == pytest.approx(0.9)


def test_only_the_cores_that_this_process_may_use_count() -> None:
    busy_elsewhere = [100.0] * 6 + [0.0, 50.0]
    cores = cores_of([6, 7], busy_elsewhere)
    assert (cores.count, cores.busy) == (2, pytest.approx(0.5))


def test_cpu_numbers_that_the_system_does_not_show_fall_back_on_all() -> None:
    # a container may show two CPUs as 0 and 1 that are 40 and 41 on the machine
    assert cores_of([40, 41], [100.0, 0.0]).busy == pytest.approx(1)
    assert cores_of([0], []).busy == 0


def test_two_hardware_threads_are_one_core() -> None:
    # eight CPUs of four cores, two of them busy
    cores = cores_of(range(8), [100.0, 100.0] + [0.0] * 6, cores_per_cpu=0.5)
    assert (cores.count, cores.busy) == (4, pytest.approx(1))


@pytest.mark.parametrize(
    ("quota", "group", "count", "busy"),
    [
        (4.0, None, 4, 0.0),  # 24 of the machine's 64 are free, more than may be used
        (1.5, None, 1, 0.0),  # a part of a core is no core
        (0.5, None, 1, 0.0),
        (4.0, 2.5, 4, 2.5),  # what the group itself uses is lost to us
        (None, 2.5, 64, 40.0),
    ],
)
def test_a_quota_limits_the_cores(
    quota: float | None, group: float | None, count: int, busy: float
) -> None:
    cores = cores_of(range(64), [100.0] * 40 + [0.0] * 24, quota=quota, group=group)
    assert (cores.count, cores.busy) == (count, pytest.approx(busy))


def test_busy_is_never_more_than_there_is() -> None:
    assert cores_of([0, 1], [100.0, 100.0], quota=2.0, group=3.0).busy == 2
    assert cores_of([0, 1], [130.0, 130.0]).busy == 2


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_the_strictest_limit_above_us_counts(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "proc/self/cgroup": "0::/jobs/ours\n",
            "sys/fs/cgroup/jobs/ours/cpu.max": "max 100000\n",
            "sys/fs/cgroup/jobs/cpu.max": "250000 100000\n",
            "sys/fs/cgroup/jobs/cpu.stat": "usage_usec 7500000\nuser_usec 1\n",
        },
    )
    assert cpu_quota(root) == 2.5
    assert group_seconds(root) == 7.5


def test_a_group_that_only_the_machine_outside_can_see(tmp_path: Path) -> None:
    # in a container the path may not exist, and the root of the tree is its own group
    root = write(
        tmp_path,
        {"proc/self/cgroup": "0::/docker/abc\n", "sys/fs/cgroup/cpu.max": "150000 100000\n"},
    )
    assert cpu_quota(root) == 1.5
    assert group_seconds(root) is None


def test_the_older_control_groups(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "proc/self/cgroup": "4:memory:/x\n2:cpu,cpuacct:/ours\n0::/\nnonsense\n",
            "sys/fs/cgroup/cpu,cpuacct/ours/cpu.cfs_quota_us": "300000\n",
            "sys/fs/cgroup/cpu,cpuacct/ours/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
        },
    )
    assert cpu_quota(root) == 3


def test_a_machine_without_limits(tmp_path: Path) -> None:
    assert cpu_quota(tmp_path) is None
    root = write(tmp_path, {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000"})
    assert cpu_quota(root) is None


def test_the_processor_has_a_name(tmp_path: Path) -> None:
    info = "processor\t: 0\nmodel name\t: Made 9000 @ 3 GHz: twice\nflags\t\t: fpu\n"
    assert processor_name(write(tmp_path, {"proc/cpuinfo": info})) == "Made 9000 @ 3 GHz: twice"
    assert isinstance(processor_name(tmp_path / "none"), str)
