"""An output has one writer at a time, and goes on with the settings that it was begun with."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from spoofcue.errors import InputError
from spoofcue.plain_lines import listening
from spoofcue.records.owner import SETTINGS, held, owned

HOLDER = """
import sys, time
from pathlib import Path
from spoofcue.records.owner import held
with held(Path(sys.argv[1]), "prepare"):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(place: Path) -> subprocess.Popen[str]:
    """Another process that holds ``place``."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(place)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_told_who_is_there(tmp_path: Path) -> None:
    place = tmp_path / "deep" / "out"
    other = holder(place)
    try:
        with pytest.raises(InputError) as refused, held(place, "prepare"):
            pass
        words = str(refused.value)
        assert str(place) in words
        assert f"spoofcue prepare (process {other.pid} on " in words
        assert "another --out" in words
        with pytest.raises(InputError), held(tmp_path / "deep" / ".." / "deep" / "out", "prepare"):
            pass  # however it is spelled
    finally:
        other.kill()
        other.wait()
    with held(place, "prepare"):  # the lock of a process ends with it
        pass
    assert [p for p in place.parent.iterdir() if p != place] == []


def test_who_waits_says_so_and_comes_next(tmp_path: Path) -> None:
    place = tmp_path / "out"
    other = holder(place)
    threading.Timer(0.5, other.send_signal, [signal.SIGKILL]).start()
    heard: list[str] = []
    with listening(heard.append), held(place, "benchmark", wait=True):
        assert other.wait() == -signal.SIGKILL
    assert len(heard) == 1
    assert heard[0].startswith(f"waiting for {place}, which is being written by spoofcue prepare")


def test_one_thread_may_hold_a_place_twice_and_another_may_not(tmp_path: Path) -> None:
    place, refused = tmp_path / "out", []

    def come() -> None:
        try:
            with held(place, "train"):
                pass
        except InputError as error:
            refused.append(error)

    with held(place, "train"):
        with held(place, "train"):
            pass
        thread = threading.Thread(target=come)
        thread.start()
        thread.join()
    assert len(refused) == 1
    come()
    assert len(refused) == 1


def _count(place: Path, counter: Path, times: int) -> None:
    for _ in range(times):
        with held(place, "count", wait=True):
            before = int(counter.read_text())
            time.sleep(0.001)
            counter.write_text(str(before + 1))


def test_many_at_once_come_one_after_the_other(tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=_count, args=(tmp_path / "out", counter, 8)) for _ in range(3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert counter.read_text() == "24"
    assert [p.name for p in tmp_path.iterdir()] == ["counter"]


def test_where_the_folder_above_cannot_be_written_the_lock_lies_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "above" / "out"
    place.mkdir(parents=True)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with held(place, "prepare"):
        assert [p.name for p in place.parent.iterdir()] == ["out"]
        assert len(list(place.iterdir())) == 1
    assert list(place.iterdir()) == []


def test_other_settings_are_refused_with_both_and_the_same_go_on(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with owned(out, "simulate", {"--seed": 0, "--pai": ("a", "b")}):
        (out / "made").touch()
    with owned(out, "simulate", {"--pai": ["a", "b"], "--seed": 0}):
        pass
    kept = {p: p.read_bytes() for p in out.iterdir()}
    with (
        pytest.raises(InputError) as refused,
        owned(out, "simulate", {"--seed": 1, "--pai": ["a"]}),
    ):
        pass
    words = str(refused.value)
    assert "--seed was 0 and is 1" in words
    assert '--pai was ["a", "b"] and is ["a"]' in words
    assert "another --out" in words
    with pytest.raises(InputError, match="begun by `spoofcue simulate`"), owned(out, "prepare", {}):
        pass
    assert {p: p.read_bytes() for p in out.iterdir()} == kept


def test_a_record_that_is_damaged_is_refused(tmp_path: Path) -> None:
    (tmp_path / SETTINGS).write_text(json.dumps({"format": 1, "work": "simulate"}))
    told = pytest.raises(InputError, match=r"settings.*another --out")
    with told, owned(tmp_path, "simulate", {}):
        pass


def test_what_a_kill_left_half_written_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "out"
    mine = ["a.part.2.png", "my.part.png", "part", "anna.part/live.png", "b.png"]
    left = ["a.png.part", "sub/b.json.part", "c.png.part.png"]
    for name in [*mine, *left]:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).touch()
    with held(out, "simulate", clear=True):
        pass
    there = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    assert there == set(mine)
