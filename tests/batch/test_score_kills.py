"""Each file once, whatever ends when: the process that judges, or the command in a commit."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from helpers.batch_runs import code_that_scores, made_files, rows_in, stand_in
from spoofcue.batch.run import score
from spoofcue.batch.scorer import IsolatedScorer
from spoofcue.batch.summary import summary_of
from spoofcue.errors import InputError
from spoofcue.shards import isolated
from spoofcue.shards.places import place_of
from spoofcue.shards.work import StoppedError

FILES = 26


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_files(tmp_path_factory.mktemp("made") / "files", FILES)


@pytest.fixture(scope="module")
def undisturbed(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("undisturbed")
    done = subprocess.run(code_that_scores(files, out), check=False)
    assert done.returncode == 0
    return out


def test_a_file_that_ends_its_process_costs_its_row_and_no_other(tmp_path: Path) -> None:
    marker = tmp_path / "was here"
    files = made_files(
        tmp_path / "files",
        3,
        bad=b"KILL",
        late=b"HANG",
        once=b"KILL ONCE " + str(marker).encode(),
        nan=b"NAN",
        raises=b"RAISE",
        two=b"TWO",
        types=b"TYPES",
    )
    summary = score(
        [files], tmp_path / "out", spec=stand_in(), workers=1, shard_rows=100, file_seconds=0.8
    )
    rows = rows_in(tmp_path / "out")
    by_name: dict[str, list[tuple[str, str | None]]] = {}
    for row in rows:
        by_name.setdefault(Path(row["path"]).stem, []).append((row["decision"], row["reason"]))
    error = [("rejected", "error")]
    assert {name for name, said in by_name.items() if said == error} == {
        *("bad", "late", "nan", "raises", "types"),
    }
    assert [row["score"] for row in rows if Path(row["path"]).stem == "two"] == [0.25, 0.75]
    assert by_name["once"][0][1] is None  # the second try judged it
    details = {Path(row["path"]).stem: row["detail"] for row in rows}
    assert "ended the process that judged it, 2 times" in details["bad"]
    assert "what was said of it is no result" in details["types"]
    assert "more than 0.8 s, 2 times" in details["late"]
    assert all(row["sha256"] for row in rows)
    assert (summary.files, summary.rows, summary.unread) == (10, 11, 5)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_command_killed_in_a_commit_goes_on(
    files: Path, undisturbed: Path, tmp_path: Path, moment: str
) -> None:
    out = tmp_path / "out"
    kill = "os.kill(os.getpid(), signal.SIGKILL)"
    before = (
        "real = os.replace\n"
        "def replace(a, b):\n"
        f"    if 'part-00003' in str(b) and {moment == 'before'}: {kill}\n"
        "    real(a, b)\n"
        f"    if 'part-00003' in str(b): {kill}\n"
        "os.replace = replace"
    )
    ended = subprocess.run(code_that_scores(files, out, before), check=False)
    assert ended.returncode == -signal.SIGKILL
    left = [path.name for path in (out / "rows").iterdir()]
    assert any(name.endswith(".part") for name in left) == (moment == "before")
    assert summary_of(place_of(str(out))).is_finished is False
    score([files], out, spec=stand_in(), workers=1, shard_rows=4)
    assert rows_in(out) == rows_in(undisturbed)
    assert not [path for path in out.rglob("*") if path.name.endswith(".part")]


def test_a_command_killed_between_plan_and_job_begins_anew(
    files: Path, undisturbed: Path, tmp_path: Path
) -> None:
    before = (
        "real = os.replace\n"
        "def replace(a, b):\n"
        "    if str(b).endswith('job.json'): os.kill(os.getpid(), signal.SIGKILL)\n"
        "    real(a, b)\n"
        "os.replace = replace"
    )
    subprocess.run(code_that_scores(files, tmp_path / "out", before), check=False)
    assert (tmp_path / "out" / "plan.parquet").exists()
    assert not (tmp_path / "out" / "job.json").exists()
    score([files], tmp_path / "out", spec=stand_in(), workers=2, shard_rows=4)
    assert rows_in(tmp_path / "out") == rows_in(undisturbed)


def test_seeded_kills_of_commands_and_their_processes(
    files: Path, undisturbed: Path, tmp_path: Path
) -> None:
    out, rng = tmp_path / "out", random.Random(18)
    call = code_that_scores(files, out, seconds=0.02)
    for _ in range(3):
        process = subprocess.Popen(call)
        parts = out / "rows"
        until = time.monotonic() + 60
        wanted = 1 + (len(list(parts.iterdir())) if parts.is_dir() else 0)
        while time.monotonic() < until and process.poll() is None:
            if parts.is_dir() and len(list(parts.iterdir())) >= wanted:
                break
            time.sleep(0.01)
        time.sleep(rng.uniform(0, 0.1))
        process.kill()
        process.wait()
    assert subprocess.run(call, check=False).returncode == 0
    rows = rows_in(out)
    expected = rows_in(undisturbed)
    assert rows == expected
    assert [row["number"] for row in rows] == list(range(FILES))


def test_a_process_killed_from_outside_costs_nothing(files: Path) -> None:
    scorer = IsolatedScorer(stand_in(seconds=0.05), file_seconds=30)
    paths = sorted(map(str, files.iterdir()))
    calm = [scorer.score(path) for path in paths[:6]]
    killer = threading.Timer(0.1, os.kill, (scorer.pid, signal.SIGKILL))
    killer.start()
    try:
        assert [scorer.score(path) for path in paths[:6]] == calm
        assert scorer.restarts == 1
    finally:
        scorer.close()


def test_one_that_is_given_up_makes_no_row(files: Path, tmp_path: Path) -> None:
    late = tmp_path / "late.jpg"
    late.write_bytes(b"HANG")
    stopped = threading.Event()
    scorer = IsolatedScorer(stand_in(), file_seconds=60, stopped=stopped.is_set)

    def give_up() -> None:
        stopped.set()
        scorer.abandon()

    threading.Timer(0.1, give_up).start()
    with pytest.raises(StoppedError):
        scorer.score(str(late))
    scorer.close()


def test_no_model_and_no_memory_are_said_and_make_no_rows(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolated, "BACK_OFF_S", 0)
    with pytest.raises(InputError, match=r"no such model\."):
        score([files], tmp_path / "out", spec=stand_in(refuse=True))
    with pytest.raises(InputError, match="ended at its start, 3 times"):
        score([files], tmp_path / "out", spec=stand_in(die=True))
    assert not (tmp_path / "out" / "job.json").exists()


def test_an_orphan_ends_though_it_is_busy(tmp_path: Path) -> None:
    files = made_files(tmp_path / "files", 0, late=b"HANG")
    process = subprocess.Popen(code_that_scores(files, tmp_path / "out"))
    children: set[int] = set()
    until = time.monotonic() + 60
    while time.monotonic() < until and not (tmp_path / "out" / "job.json").exists():
        time.sleep(0.02)
    while time.monotonic() < until and not children:
        listed = Path(f"/proc/{process.pid}/task").glob("*/children")
        children = {int(pid) for path in listed for pid in path.read_text().split()}
    process.kill()
    process.wait()
    while time.monotonic() < until and any(Path(f"/proc/{pid}").exists() for pid in children):
        time.sleep(0.05)
    assert children
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
