"""Keys that are added and taken back while the service runs."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import pytest

from helpers.called_service import Caller, bearer, keys_file, problem_of
from spoofcue.errors import InputError
from spoofcue.serving.key_file import WatchedKeys
from spoofcue.serving.keys import new_key

PICTURE = {"files": {"picture": b"no picture"}}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Watched:
    """Keys of a file, and a clock that is moved by hand."""

    def __init__(self, file: Path) -> None:
        self.file, self.clock = file, Clock()
        self.keys = WatchedKeys(file, self.clock)

    def after(self, seconds: float, *keys: str) -> list[str | None]:
        self.clock.now += seconds
        return [getattr(self.keys.holder(key), "name", None) for key in keys]


@pytest.fixture
def first(tmp_path: Path) -> tuple[Watched, str]:
    file, key = keys_file(tmp_path)
    return Watched(file), key


def without(file: Path, name: str) -> None:
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if json.loads(line)["name"] != name))


def test_a_key_counts_once_it_is_in_the_file(first: tuple[Watched, str]) -> None:
    watched, bank = first
    door = new_key(watched.file, "door")
    assert watched.after(0.9, bank, door) == ["bank", None]  # not looked at yet
    assert watched.after(0.2, bank, door) == ["bank", "door"]
    without(watched.file, "bank")
    assert watched.after(1.1, bank, door) == [None, "door"]


def test_a_file_of_the_same_size_and_time_in_its_place_is_another(
    first: tuple[Watched, str],
) -> None:
    watched, bank = first
    old = watched.file.stat()
    other = watched.file.with_name("other.jsonl")
    key = new_key(other, "door")
    assert other.stat().st_size == old.st_size
    os.utime(other, ns=(old.st_atime_ns, old.st_mtime_ns))
    os.replace(other, watched.file)
    assert watched.after(1.1, bank, key) == [None, "door"]


@pytest.mark.parametrize("content", ["{", '{"name": "door"}\n', "bank\n"])
def test_a_damaged_file_leaves_the_keys_that_were_there(
    first: tuple[Watched, str], content: str, caplog: pytest.LogCaptureFixture
) -> None:
    watched, bank = first
    sound = watched.file.read_text()
    watched.file.write_text(sound + content)
    assert watched.after(1.1, bank) == ["bank"]
    (said,) = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert "line 2" in said.message
    assert "stay in force" in said.message
    assert watched.keys.fault == said.message
    watched.after(30, bank)
    assert len(caplog.records) == 1
    watched.after(31, bank)
    assert [r.message for r in caplog.records] == [said.message] * 2
    new_key_lines = sound.replace('"bank"', '"door"')
    watched.file.write_text(new_key_lines)
    assert watched.after(1.1, bank) == ["door"]
    assert watched.keys.fault is None


@pytest.mark.parametrize("content", [None, "", "\n\n"])
def test_without_a_file_nobody_is_let_in(
    first: tuple[Watched, str], content: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    watched, bank = first
    sound = watched.file.read_text()
    if content is None:
        watched.file.unlink()
    else:
        watched.file.write_text(content)
    assert watched.after(1.1, bank) == ["bank"]  # an editor may be about to write it
    assert watched.after(0.5, bank) == ["bank"]
    assert watched.after(1.1, bank) == [None]
    assert "nobody is let in" in str(watched.keys.fault)
    assert sum(r.levelno == logging.ERROR for r in caplog.records) == 1
    watched.file.write_text(sound)
    assert watched.after(1.1, bank) == ["bank"]
    assert watched.keys.fault is None


def test_a_gap_while_an_editor_writes_locks_nobody_out(first: tuple[Watched, str]) -> None:
    watched, bank = first
    sound = watched.file.read_text()
    for _ in range(3):
        watched.file.unlink()
        assert watched.after(1.1, bank) == ["bank"]
        watched.file.write_text(sound)
        assert watched.after(1.1, bank) == ["bank"]


def test_a_look_can_be_asked_for(first: tuple[Watched, str]) -> None:
    watched, bank = first
    door = new_key(watched.file, "door")
    assert watched.after(0, bank, door) == ["bank", None]
    watched.keys.look_again()
    assert watched.after(0, bank, door) == ["bank", "door"]


def test_at_the_start_a_damaged_file_opens_nothing(tmp_path: Path) -> None:
    file = tmp_path / "keys.jsonl"
    with pytest.raises(InputError, match="no such file"):
        WatchedKeys(file)
    file.write_text("\n")
    with pytest.raises(InputError, match="holds no key"):
        WatchedKeys(file)


def test_the_service_follows_the_file(tmp_path: Path) -> None:
    file, bank = keys_file(tmp_path, rate=0.01, burst=1)
    watcher = new_key(file, "prometheus", ("metrics",))
    clock = Clock()
    with Caller(keys=file, keys_given=WatchedKeys(file, clock)) as caller:

        def status(key: str) -> int:
            return caller.post(**PICTURE, headers=bearer(key)).status_code

        assert [status(bank), status(bank)] == [200, 429]
        door = new_key(file, "door")
        problem_of(caller.post(**PICTURE, headers=bearer(door)), 401, "no-key")
        clock.now = 1.1
        assert status(door) == 200
        assert status(bank) == 429  # reading the file again fills no bucket
        file.write_text(file.read_text().replace('"burst":1', '"burst":2'))
        clock.now = 2.2
        assert [status(bank), status(bank), status(bank)] == [200, 200, 429]
        without(file, "bank")
        clock.now = 3.3
        problem_of(caller.post(**PICTURE, headers=bearer(bank)), 401, "no-key")
        assert status(door) == 200
        assert "spoofcue_keys_fault 0.0" in caller.get("/metrics", headers=bearer(watcher)).text
        file.write_text(file.read_text() + "{")
        clock.now = 4.4
        assert status(door) == 200
        assert "spoofcue_keys_fault 1.0" in caller.get("/metrics", headers=bearer(watcher)).text
