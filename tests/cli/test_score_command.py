"""``spoofcue score`` on the command line: what it says, and with which status it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers.batch_runs import rows_in, stand_in
from helpers.called_service import face_png
from spoofcue.batch import run as runs
from spoofcue.batch.summary import Summary
from spoofcue.cli.main import app
from spoofcue.cli.score import histogram_lines

MAIN = "from spoofcue.cli.main import main; main()"


def test_it_scores_says_what_came_and_how_far_it_is(tmp_path: Path) -> None:
    (tmp_path / "faces").mkdir()
    (tmp_path / "faces" / "1.png").write_bytes(face_png())
    (tmp_path / "faces" / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    out = str(tmp_path / "out")
    call = ["score", str(tmp_path / "faces"), "--out", out, "--workers", "1", "--shard-rows", "1"]
    done = CliRunner().invoke(app, [*call, "--json"])
    assert done.exit_code == 1, done.stderr  # one could not be read
    said = json.loads(done.stdout)
    assert (said["files"], said["shards"], said["new_files"], said["finished"]) == (2, 2, 2, True)
    assert said["reasons"] == {"unreadable": 1}
    assert sum(said["histogram"]) == 1
    (tmp_path / "out" / "rows" / "part-00001.parquet").unlink()
    status = CliRunner().invoke(app, ["score", "--status", out])
    assert status.exit_code == 0
    assert "1 of 2 files, 1 of 2 shards; 1 rows" in status.stdout
    again = json.loads(CliRunner().invoke(app, [*call, "--json"]).stdout)
    assert again["new_files"] == 1
    assert len(rows_in(tmp_path / "out")) == 2
    refused = CliRunner().invoke(app, [*call, "--frames", "3"])
    assert "frames was 10 and is 3" in str(refused.exception)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (["a", "--status", "b"], "leave out the sources"),
        (["a"], "and --out for the results"),
        ([], "give what to score"),
        (["a", "--out", "b", "--address", "c:1"], "give --engine ray"),
    ],
)
def test_wrong_calls_are_said(call: list[str], words: str) -> None:
    assert words in str(CliRunner().invoke(app, ["score", *call]).exception)


def test_the_histogram_has_a_line_a_bin_and_marks_the_threshold() -> None:
    summary = Summary("out", "m", 0.55, 9, 1, histogram=[1, 0, 80, 0])
    assert histogram_lines(summary) == [
        f"0.00-0.25   #{' ' * 39} 1",
        f"0.25-0.50   {' ' * 40} 0",
        f"0.50-0.75 < {'#' * 40} 80",
        f"0.75-1.00   {' ' * 40} 0",
    ]
    assert histogram_lines(Summary("out", "m", 0.5, 0, 0)) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
def test_ctrl_c_ends_at_once_says_that_it_goes_on_and_leaves_whole_parts(tmp_path: Path) -> None:
    (tmp_path / "faces").mkdir()
    for number in range(300):
        (tmp_path / "faces" / f"{number:03d}.png").write_bytes(face_png(number % 2))
    out = tmp_path / "out"
    call = ["score", str(tmp_path / "faces"), "--out", str(out), "--shard-rows", "2"]
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, *call],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until = time.monotonic() + 90
    while time.monotonic() < until and not (out / "rows" / "part-00001.parquet").exists():
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "give the same command again to go on" in errors
    assert "Traceback" not in errors
    parts = list((out / "rows").iterdir())
    assert 1 <= len(parts) < 150
    assert not [part for part in parts if part.suffix != ".parquet"]
    assert len(rows_in(out)) == 2 * len(parts)


def test_the_stand_in_of_these_tests_is_chosen_by_code_alone() -> None:
    # whoever can write job.json must not choose what is imported
    assert stand_in().factory not in json.dumps(runs._settings(stand_in(frames=3)))
