"""Processes that judge: what they say is what the detector says, and one that ends comes back."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.called_service import face_png, shipped
from spoofcue.errors import InputError
from spoofcue.isolation import Message
from spoofcue.serving import bench as benches
from spoofcue.serving.hands import WorkerProcess
from spoofcue.serving.jobs_check import check_task
from spoofcue.serving.problems import Problem
from spoofcue.serving.settings import ServiceSettings
from spoofcue.serving.work import Done, Outcome, Task
from spoofcue.serving.worker import as_data, read_tasks, write_outcomes

PICTURE = check_task("image/png", face_png(), cues=False)


@pytest.fixture(scope="module")
def hand() -> Iterator[WorkerProcess]:
    made = WorkerProcess(ServiceSettings(workers=1, check_seconds=20))
    made.wait()
    yield made
    made.close()


def score_of(outcome: Outcome) -> float:
    assert isinstance(outcome, Done), outcome
    return float(outcome.facts["result"]["score"])


def test_it_says_what_the_detector_says_to_the_last_digit(hand: WorkerProcess) -> None:
    (alone,) = hand.do([PICTURE])
    said = shipped().predict(face_png()).to_dict()
    assert isinstance(alone, Done)
    heard = dict(alone.facts["result"])
    assert heard.pop("timings")["total"] > 0
    said.pop("timings")
    assert heard == said
    assert hand.hello["not_ready"] is None
    assert hand.hello["model"]["id"] == shipped().model_id


def test_a_batch_says_the_same_and_a_bad_one_is_its_own_problem(hand: WorkerProcess) -> None:
    others = [check_task("image/png", face_png(k), cues=False) for k in (1, 2)]
    bad = check_task("text/plain", b"no picture", cues=False)
    broken = check_task("image/png", face_png()[:900], cues=False)
    got = hand.do([PICTURE, bad, *others, broken])
    assert isinstance(got[1], Problem)
    assert got[1].kind == "unsupported"
    alone = [score_of(hand.do([task])[0]) for task in (PICTURE, *others)]
    assert [score_of(got[at]) for at in (0, 2, 3)] == alone
    assert isinstance(got[4], Done)
    assert got[4].facts["result"]["reason"] == "unreadable"


def test_the_evidence_comes_as_a_png(hand: WorkerProcess) -> None:
    (drawn,) = hand.do([check_task("image/png", face_png(), cues=True)])
    assert isinstance(drawn, Done)
    assert drawn.files[0].startswith(b"\x89PNG")


def test_a_process_that_is_killed_in_a_task_costs_no_answer(hand: WorkerProcess) -> None:
    before, restarts = hand.pid, hand.restarts
    outcomes: list[Outcome] = []
    asking = threading.Thread(
        target=lambda: [outcomes.extend(hand.do([PICTURE])) for _ in range(12)]  # type: ignore[func-returns-value]
    )
    asking.start()
    time.sleep(0.05)
    os.kill(before, signal.SIGKILL)
    asking.join()
    assert hand.restarts == restarts + 1
    assert hand.pid != before
    assert {score_of(one) for one in outcomes} == {shipped().predict(face_png()).score}
    assert len(outcomes) == 12


def test_one_that_is_killed_while_nobody_asks_is_mended(hand: WorkerProcess) -> None:
    os.kill(hand.pid, signal.SIGKILL)
    for _ in range(500):
        if hand.ended:
            break
        time.sleep(0.01)
    hand.mend()
    assert not hand.ended
    assert score_of(hand.do([PICTURE])[0]) == shipped().predict(face_png()).score


def test_one_that_hangs_is_ended_and_the_next_task_is_done() -> None:
    hand = WorkerProcess(ServiceSettings(workers=1, check_seconds=0.5))
    try:
        hand.wait()
        os.kill(hand.pid, signal.SIGSTOP)
        (late,) = hand.do([PICTURE])
        assert isinstance(late, Problem)
        assert late.kind == "too-long"
        assert score_of(hand.do([PICTURE])[0]) == shipped().predict(face_png()).score
    finally:
        hand.close()


def test_stops_are_the_services_to_arrange(hand: WorkerProcess) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        os.kill(hand.pid, number)
    restarts = hand.restarts
    assert score_of(hand.do([PICTURE])[0]) == shipped().predict(face_png()).score
    assert hand.restarts == restarts


def test_another_model_is_taken_only_if_it_is_one(hand: WorkerProcess, tmp_path: Path) -> None:
    before = hand.hello["model"]["id"]
    (tmp_path / "broken.spoofcue").write_bytes(b"none")
    with pytest.raises(InputError, match=r"broken\.spoofcue"):
        hand.renew(str(tmp_path / "broken.spoofcue"))
    assert hand.hello["model"]["id"] == before
    hand.renew("cue")
    assert hand.hello["model"]["id"] != before
    (done,) = hand.do([PICTURE])
    assert isinstance(done, Done)
    assert done.facts["result"]["model"] == hand.hello["model"]["id"]
    os.kill(hand.pid, signal.SIGKILL)  # it comes back with the new one
    assert score_of(hand.do([PICTURE])[0]) == done.facts["result"]["score"]


def test_a_model_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    hand = WorkerProcess(ServiceSettings(model=str(tmp_path / "gone")))
    with pytest.raises(InputError, match="gone"):
        hand.wait()
    hand.close()


def test_tasks_and_outcomes_go_through_a_pipe_as_they_are() -> None:
    ends = [os.fdopen(end, mode) for end, mode in zip(os.pipe(), ("rb", "wb"), strict=True)]
    reading, writing = ends
    tasks = [Task("check", (b"a", b"", b"bc"), {"cues": True}), Task("look")]
    Message.write(writing, *as_data(tasks))
    assert read_tasks(reading) == tasks
    outcomes: list[Outcome] = [
        Problem("busy", "no room.", retry_s=3),
        Done({"score": 0.1 + 0.2}, (b"png",)),
        Done({"score": float("nan")}),
    ]
    write_outcomes(writing, outcomes)
    data, files = Message.read(reading)
    assert data[0] == {"problem": {"kind": "busy", "detail": "no room.", "retry_s": 3}}
    assert data[1] == {"facts": {"score": 0.1 + 0.2}, "files": 1}
    assert data[2]["problem"]["kind"] == "failed"  # never a score that is none
    assert files == (b"png",)
    writing.close()
    with pytest.raises(EOFError):
        Message.read(reading)
    reading.close()


def test_a_fault_of_a_job_is_a_problem_without_its_words(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(bench: benches.Bench, task: Task) -> Done:
        raise ValueError("secret of a picture")

    monkeypatch.setitem(benches.JOBS, "check", fail)
    bench = benches.Bench.of(shipped(), ServiceSettings(), Path("model"))
    (outcome,) = bench.do([PICTURE])
    assert isinstance(outcome, Problem)
    assert outcome.kind == "failed"
    assert "secret" not in outcome.detail + caplog.text
    assert "ValueError in " in caplog.text
