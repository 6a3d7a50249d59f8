"""A training that ends when its minutes are used up, on a clock that its own steps turn."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from helpers.faces_with_stripes import striped_faces
from helpers.made_runs import begin_run
from spoofcue.data.manifest import read_manifest, write_manifest
from spoofcue.data.pack import pack
from spoofcue.methods.settings import load_settings
from spoofcue.training import gradient
from spoofcue.training.any_method import train_run
from spoofcue.training.budget import TimeBudget
from spoofcue.training.callbacks import Checkpoints
from spoofcue.training.machine import Cores
from spoofcue.training.module import LearnedTraining
from spoofcue.training.place import Place

# two epochs of five steps, a minute each
SETTINGS = (
    *("model.width=8", "model.weights=none", "input.size=64", "optimiser.warmup_steps=2"),
    *("training.batch_size=4", "training.epochs=2", "training.images_per_epoch=20"),
    *("training.precision=fp32", "training.workers=0", "training.accelerator=cpu"),
    "training.threads=1",
)
STEPS = 10


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """For all trainings of this file, ``whole`` too: with another number the losses are others."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return striped_faces(tmp_path_factory.mktemp("prepared"), 64)


@pytest.fixture(autouse=True)
def a_minute_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step turns the budget's clock by 60 s, and every face that dev judges by 1 s."""
    now = [1000.0]
    for name, seconds in (("training_step", 60.0), ("validation_step", 1.0)):
        original = getattr(LearnedTraining, name)

        def timed(self: Any, batch: Any, at: int, original: Any, seconds: float) -> Any:
            now[0] += seconds
            return original(self, batch, at)

        monkeypatch.setattr(
            LearnedTraining,
            name,
            _method(partial(timed, original=original, seconds=seconds)),
        )
    monkeypatch.setattr(gradient, "TimeBudget", partial(TimeBudget, clock=lambda: now[0]))


def _method(call: Any) -> Any:
    return lambda self, batch, at: call(self, batch, at)


def train(
    data: Path, run: Path, *more: str, resume: bool = False, method: str = "lgsc"
) -> dict[str, Any]:
    settings = load_settings("small", None, [*SETTINGS, *more], method)
    record = train_run(data, run, settings, resume=resume)
    told: dict[str, Any] = json.loads((run / "run.json").read_text())["training"]
    assert told == record.training.model_dump(exclude_unset=True)
    return told


def rows(run: Path) -> list[tuple[str, str]]:
    """(step, loss) of every step."""
    with (run / "log" / "metrics.csv").open() as file:
        return [(r["step"], r["train/total"]) for r in csv.DictReader(file) if r["train/total"]]


def judged(run: Path) -> list[int]:
    """Steps after which dev was judged."""
    with (run / "log" / "metrics.csv").open() as file:
        return [int(r["step"]) for r in csv.DictReader(file) if r["dev/acer"]]


def weights(run: Path, name: str = "last") -> dict[str, torch.Tensor]:
    stored = torch.load(run / "checkpoints" / f"{name}.ckpt", weights_only=True)
    found: dict[str, torch.Tensor] = stored["state_dict"]
    return found


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.fixture(scope="module")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("whole") / "run"
    train(data, run)
    return run


def test_the_training_ends_with_the_step_that_uses_its_minutes_up(
    data: Path, whole: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    told = train(data, run, "training.minutes=2.5")
    assert (told["steps"], told["epochs"], told["ended_by"]) == (3, 1, "minutes")
    assert told["budget_minutes"] == 2.5
    assert told["finished"]
    # three steps, and the judging of dev that follows them
    assert 180 < told["seconds_in_all"] < 190
    assert judged(run) == [3]
    assert rows(run) == rows(whole)[:3]
    assert told["best"]["epoch"] == 0
    assert told["best"]["dev_acer"] is not None
    for name in ("best", "last"):
        stored = torch.load(run / "checkpoints" / f"{name}.ckpt", weights_only=False)
        assert stored["global_step"] == 3


def test_more_minutes_go_on_to_the_very_losses_of_a_longer_training(
    data: Path, whole: Path, tmp_path: Path
) -> None:
    run, shards = tmp_path / "run", tmp_path / "shards"
    pack(
        data, shards, shard_rows=7, uncompressed=True, workers=1
    )  # where crops lie changes nothing
    train(data, run, "training.minutes=3")
    told = train(shards, run, "training.minutes=7", resume=True)
    # 180 s were used before, so four more steps and not seven
    assert (told["steps"], told["ended_by"]) == (7, "minutes")
    told = train(data, run, "training.minutes=100", resume=True)
    assert (told["steps"], told["epochs"], told["ended_by"]) == (STEPS, 2, "epochs")
    assert judged(run) == [3, 5, 7, STEPS]
    assert told["threads"] == torch.get_num_threads() == 1
    assert rows(run) == rows(whole)
    assert same(weights(run), weights(whole))


def test_without_time_left_a_resume_changes_nothing(
    data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    first = train(data, run, "training.minutes=3")
    kept = {p.name: p.read_bytes() for p in (run / "checkpoints").iterdir()}
    assert "used up" not in capfd.readouterr().err
    again = train(data, run, "training.minutes=3", resume=True)
    assert again == first
    assert {p.name: p.read_bytes() for p in (run / "checkpoints").iterdir()} == kept
    told = capfd.readouterr().err
    assert "the 3 min of this training are used up" in told
    assert "training.minutes=N" in told


class _KilledError(Exception):
    pass


def test_a_killed_training_keeps_the_time_of_its_last_checkpoint(
    data: Path, whole: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    more = ("training.minutes=8", "training.checkpoint_every_steps=2")
    original = Checkpoints.on_train_batch_end

    def then_die(self: Checkpoints, trainer: Any, module: Any, *rest: Any) -> None:
        original(self, trainer, module, *rest)
        if trainer.global_step == 3:
            raise _KilledError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Checkpoints, "on_train_batch_end", then_die)
        with pytest.raises(_KilledError):
            train(data, run, *more)
    # step 3 was lost with its minute; two minutes count
    told = train(data, run, *more, resume=True)
    assert (told["steps"], told["ended_by"]) == (8, "minutes")
    assert rows(run) == rows(whole)[:8]


def test_the_epochs_stay_an_upper_bound(data: Path, whole: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    told = train(data, run, "training.minutes=11")
    assert (told["steps"], told["ended_by"], told["budget_minutes"]) == (STEPS, "epochs", 11)
    assert same(weights(run), weights(whole))
    stored = json.loads((whole / "run.json").read_text())["training"]
    assert (stored["ended_by"], stored["budget_minutes"]) == ("epochs", None)


def test_a_budget_that_ends_with_an_epoch_judges_it_once(data: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    told = train(data, run, "training.minutes=5")
    assert (told["steps"], told["epochs"], judged(run)) == (5, 1, [5])
    told = train(data, run, "training.minutes=100", resume=True)
    assert (told["steps"], judged(run)) == (STEPS, [5, STEPS])


def test_dev_is_judged_at_the_end_even_where_it_is_judged_seldom(
    data: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    train(data, run, "training.minutes=4", "training.dev_every_epochs=2")
    assert judged(run) == [4]
    assert (run / "checkpoints" / "best.ckpt").is_file()


def test_what_a_network_keeps_of_train_faces_is_there_when_dev_is_judged(
    data: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    train(data, run, "training.minutes=3", method="triplet-focal")
    assert judged(run) == [3]
    assert weights(run, "best")["network.live_references"].any()


def test_a_training_without_dev_keeps_the_step_at_which_its_time_was_up(
    data: Path, whole: Path, tmp_path: Path
) -> None:
    folder, run = tmp_path / "no-dev", tmp_path / "run"
    shutil.copytree(data, folder)
    all_rows = read_manifest(data)
    write_manifest(all_rows.filter(all_rows["split"] != "dev"), folder)
    told = train(folder, run, "training.minutes=7", "training.select=last")
    assert (told["steps"], told["best"]["epoch"]) == (7, 1)
    assert same(weights(run, "best"), weights(run, "last"))
    assert train(folder, run, "training.minutes=7", "training.select=last", resume=True) == told


def free_threads(monkeypatch: pytest.MonkeyPatch, busy: float) -> tuple[str, ...]:
    """Settings that leave the number of threads to a made machine of two cores."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(gradient, "look_at_cores", lambda: Cores(2, busy))
    return ("training.threads=null", "training.minutes=1")


def test_a_training_takes_the_free_cores_and_keeps_their_number_when_it_goes_on(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, given = tmp_path / "run", list[int]()
    # two threads of a test that runs beside others would be slow, as issue 13 says
    monkeypatch.setattr(torch, "set_num_threads", given.append)
    told = train(data, run, *free_threads(monkeypatch, busy=1.1))
    assert (told["threads"], told["threads_why"]) == (1, "2 cores, 1.1 of them busy")
    line = "2 cores, 1.1 of them busy: training with 1 thread; --set training.threads=N to choose"
    assert capsys.readouterr().err.splitlines()[0] == line

    # the other program is gone, but the losses shall be those of one thread
    more = (*free_threads(monkeypatch, busy=0.0), "training.minutes=2")
    told = train(data, run, *more, resume=True)
    assert (told["steps"], told["threads"]) == (2, 1)
    assert "as before the stop: training with 1 thread;" in capsys.readouterr().err

    told = train(data, run, *more, "training.threads=2", "training.minutes=3", resume=True)
    assert (told["steps"], told["threads"]) == (3, 2)
    assert "Before the stop it had 1" in capsys.readouterr().err

    new = train(data, tmp_path / "new", *free_threads(monkeypatch, busy=0.0))
    assert (new["threads"], new["threads_why"]) == (2, "2 cores, 0.0 of them busy")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    new = train(data, tmp_path / "env", "training.threads=null", "training.minutes=1")
    assert (new["threads"], new["threads_why"]) == (3, "as OMP_NUM_THREADS says")
    assert given == [1, 1, 2, 2, 3]


def test_loaders_and_threads_share_the_free_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    for busy, processes, expected in ((0.0, 1, (4, 3)), (2.1, 1, (2, 1)), (0.0, 2, (2, 1))):
        monkeypatch.setattr(gradient, "look_at_cores", lambda busy=busy: Cores(4, busy))
        settings = load_settings("small", None, ["training.accelerator=cpu"])
        place = Place(processes=processes, local_processes=processes)
        threads, workers = gradient._threads_and_workers(settings, None, place)
        assert threads is not None
        assert (threads.count, workers) == expected


def test_a_damaged_record_of_before_tells_no_threads(tmp_path: Path) -> None:
    assert gradient._stored_threads(tmp_path) is None
    for text in ("{", "{}", '{"training": {"threads": 3}}'):
        (tmp_path / "run.json").write_text(text)
        assert gradient._stored_threads(tmp_path) is None
    for threads in (None, 3):
        begin_run(tmp_path, training={"threads": threads})
        assert gradient._stored_threads(tmp_path) == threads
