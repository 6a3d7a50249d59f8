from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from spoofcue.whole_files import (
    recover_folder,
    whole,
    whole_folder,
    write_bytes,
    write_json,
    write_text,
)


def test_text_is_utf_8_bytes_are_as_given_and_json_is_indented(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "naïve\n")
    write_bytes(tmp_path / "a.bin", b"\x00\r\n\xff")
    write_json(tmp_path / "a.json", {"b": [1]})
    assert (tmp_path / "a.txt").read_bytes() == b"na\xc3\xafve\n"
    assert (tmp_path / "a.bin").read_bytes() == b"\x00\r\n\xff"
    assert (tmp_path / "a.json").read_bytes() == b'{\n  "b": [\n    1\n  ]\n}'
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.bin", "a.json", "a.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_writer_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    target = tmp_path / "scores.csv"
    target.write_text("old")

    def fail() -> None:
        with whole(target) as part:
            part.write_text("ha")
            raise error

    with pytest.raises(error):
        fail()
    assert [p.read_text() for p in tmp_path.iterdir()] == ["old"]


def test_a_writer_that_fails_before_it_writes_is_told_by_its_own_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="none"):
        write_text(tmp_path / "none" / "a.txt", "")
    with pytest.raises(ValueError, match="first"), whole(tmp_path / "a.txt"):
        raise ValueError("first")
    assert not list(tmp_path.iterdir())


def test_what_json_cannot_hold_leaves_the_old_file(tmp_path: Path) -> None:
    write_json(tmp_path / "run.json", {"epochs": 1})
    with pytest.raises(TypeError):
        write_json(tmp_path / "run.json", {"epochs": 2, "best": object()})
    assert json.loads((tmp_path / "run.json").read_text()) == {"epochs": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["run.json"]


def test_a_folder_of_that_name_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError):  # noqa: PT011 - which one depends on the system
        write_text(tmp_path / "a", "text")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_the_suffix_is_kept_for_writers_that_choose_the_format_by_it(tmp_path: Path) -> None:
    target = tmp_path / "sheet.png"
    with whole(target, keep_suffix=True) as part:
        assert (part.parent, part.suffix) == (tmp_path, ".png")
        assert part != target
        part.touch()
    with whole(target) as part:
        assert part.suffix == ".part"
        part.touch()
    assert list(tmp_path.iterdir()) == [target]


def test_the_target_is_the_old_one_until_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    write_text(target, "old")
    with whole(target) as part:
        part.write_text("ne")
        assert target.read_text() == "old"
        part.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"


def test_a_reader_beside_the_writer_never_sees_half(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    contents = [letter * 200_000 for letter in "ab"]
    write_text(target, contents[1])
    begun, written = threading.Event(), threading.Event()

    def read() -> set[str]:
        seen = set()
        while not written.is_set():
            seen.add(target.read_text())
            begun.set()
        return seen

    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(read)
        begun.wait(30)
        for number in range(40):
            write_text(target, contents[number % 2])
        written.set()
    assert reader.result() <= set(contents)


def test_what_a_kill_left_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.txt.part").write_text("half of an earlier one, and longer")
    write_text(tmp_path / "a.txt", "new")
    assert [p.read_text() for p in tmp_path.iterdir()] == ["new"]


def fill(folder: Path, text: str) -> None:
    with whole_folder(folder) as part:
        (part / "a.txt").write_text(text)
        (part / "b").mkdir()


def test_a_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "evaluation"
    fill(target, "old")
    (target / "only-old.txt").touch()
    fill(target, "new")
    assert sorted(p.name for p in target.iterdir()) == ["a.txt", "b"]
    assert (target / "a.txt").read_text() == "new"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_folder_whose_writer_fails_stays_the_old_one(
    tmp_path: Path, error: type[BaseException]
) -> None:
    target = tmp_path / "evaluation"
    fill(target, "old")

    def fail() -> None:
        with whole_folder(target) as part:
            (part / "a.txt").write_text("ne")
            raise error

    with pytest.raises(error):
        fail()
    assert (target / "a.txt").read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


KILLED = """
import os, sys
from pathlib import Path
from spoofcue import whole_files
calls, real = [], {"replace": os.replace, "rmtree": whole_files.shutil.rmtree}
def dying(name):
    def call(*given, **named):
        calls.append(name)
        if len(calls) > int(sys.argv[2]):
            os._exit(9)
        return real[name](*given, **named)
    return call
target = Path(sys.argv[1])
with whole_files.whole_folder(target) as part:
    (part / "a.txt").write_text("new")
    os.replace, whole_files.shutil.rmtree = dying("replace"), dying("rmtree")
print(len(calls))
"""


@pytest.mark.parametrize(("allowed", "found"), [(0, "old"), (1, "old"), (2, "new"), (3, "new")])
def test_a_kill_between_any_two_steps_leaves_the_old_or_the_new_folder(
    tmp_path: Path, allowed: int, found: str
) -> None:
    target = tmp_path / "evaluation"
    fill(target, "old")
    done = subprocess.run([sys.executable, "-c", KILLED, target, str(allowed)], check=False)
    assert done.returncode == (0 if allowed == 3 else 9)  # two renames, and the old one goes
    recover_folder(target)
    assert (target / "a.txt").read_text() == found
    fill(target, "newer")
    assert (target / "a.txt").read_text() == "newer"
    assert list(tmp_path.iterdir()) == [target]


def test_a_reader_that_comes_between_the_two_renames_stops_no_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, real, seen = tmp_path / "evaluation", os.replace, []
    fill(target, "old")

    def replace(source: Path, to: Path) -> None:
        real(source, to)
        if Path(to).name.endswith(".replaced") and not seen:
            recover_folder(target)
            seen.append((target / "a.txt").read_text())

    monkeypatch.setattr(os, "replace", replace)
    fill(target, "new")
    assert seen == ["old"]
    assert (target / "a.txt").read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_recovering_leaves_a_folder_that_needs_it_not(tmp_path: Path) -> None:
    recover_folder(tmp_path / "none")
    assert not list(tmp_path.iterdir())
    fill(tmp_path / "evaluation", "old")
    recover_folder(tmp_path / "evaluation")
    assert (tmp_path / "evaluation" / "a.txt").read_text() == "old"
