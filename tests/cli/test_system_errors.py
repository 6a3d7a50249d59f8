"""What the operating system refuses is one line and status 2, and what was finished is kept."""

from __future__ import annotations

import errno
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from spoofcue.cli import main

COMMAND = [sys.executable, "-c", "from spoofcue.cli.main import main; main()"]
SCORES = "score,label,pai\n0.1,0,\n0.2,0,\n0.8,1,print\n0.9,1,print\n"


def spoofcue(*args: object, **options: object) -> subprocess.CompletedProcess[str]:
    given = {"capture_output": True, **options}
    return subprocess.run([*COMMAND, *map(str, args)], text=True, check=False, **given)  # type: ignore[call-overload]


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The only line of stderr, of a command that the system stopped."""
    assert done.returncode == 2, done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("spoofcue: ")
    return lines[0]


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_every_system_error_is_one_line(
    number: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise OSError(number, os.strerror(number), "out/labels.csv")

    monkeypatch.setattr(main, "app", broken)
    monkeypatch.setattr(main, "discard_output", lambda: None)
    monkeypatch.setattr("spoofcue.cli.console.discard_output", lambda: None)
    with pytest.raises(SystemExit) as ended:
        main.main()
    shown = capsys.readouterr()
    if isinstance(OSError(number, ""), BrokenPipeError):
        assert (ended.value.code, shown.err) == (141, "")
        return
    assert ended.value.code == 2
    assert shown.err.startswith(f"spoofcue: out/labels.csv: {os.strerror(number)}")
    assert shown.err.count("\n") == 1


def test_no_memory_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise MemoryError

    monkeypatch.setattr(main, "app", broken)
    monkeypatch.setattr(main, "discard_output", lambda: None)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 2
    assert "out of memory" in capsys.readouterr().err


def test_a_line_break_in_a_name_makes_no_second_line(tmp_path: Path) -> None:
    one_line(spoofcue("evaluate", "--scores", tmp_path / "no\nspoofcue: all is well"))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_full_stdout() -> None:
    with open("/dev/full", "w") as full:
        line = one_line(
            spoofcue("datasets", capture_output=False, stdout=full, stderr=subprocess.PIPE)
        )
    assert "No space left on device" in line


def test_a_closed_stdout(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *COMMAND, "datasets"],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert "standard output" in one_line(done)


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_reader_that_left(more: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = spoofcue(
            "datasets", *more, capture_output=False, stdout=writer, stderr=subprocess.PIPE
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


def limited(size: int) -> Callable[[], None]:
    """No file of the process may grow beyond ``size`` bytes, as on a disk that fills up."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_a_disk_that_fills_up_leaves_the_old_file(tmp_path: Path) -> None:
    source, target = tmp_path / "scores.csv", tmp_path / "copy.csv"
    source.write_text(SCORES, encoding="utf-8")
    target.write_text("old", encoding="utf-8")
    call = ("convert-scores", source, target, "--to", "csv")
    line = one_line(spoofcue(*call, preexec_fn=limited(20)))
    assert str(target) in line
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy.csv", "scores.csv"]
    assert target.read_text(encoding="utf-8") == "old"


def test_names_that_are_too_long(tmp_path: Path) -> None:
    source = tmp_path / "scores.csv"
    source.write_text(SCORES, encoding="utf-8")
    line = one_line(spoofcue("convert-scores", source, tmp_path / ("a" * 256), "--to", "csv"))
    assert "File name too long" in line
    longest = tmp_path / f"{'a' * 251}.csv"
    assert spoofcue("convert-scores", source, longest, "--to", "csv").returncode == 0
    assert longest.is_file()


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("here", encoding="utf-8")
    one_line(spoofcue("simulate", "--identities", "3", "--out", tmp_path / "out"))
    one_line(spoofcue("simulate", "--identities", "3", "--out", tmp_path / "out" / "below"))


def test_decisions_are_kept_where_pictures_of_cues_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "cues").write_text("here", encoding="utf-8")
    photo = tmp_path / f"{'写' * 80}.png"  # with what a cue picture adds it is over 255 bytes
    Image.new("RGB", (128, 128), "grey").save(photo)
    call = ("predict", photo, "--detector", "none", "--no-quality", "--json", "--cues")
    done = spoofcue(*call, tmp_path / "cues")
    one_line(done)
    assert len(json.loads(done.stdout)) == 1
    done = spoofcue(*call, tmp_path / "pictures")
    assert done.returncode == 0, done.stderr
    assert Path(json.loads(done.stdout)[0]["cue"]).is_file()
