"""The learning rates in log/metrics.csv are those that the optimiser used."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from torch.optim.optimizer import Optimizer, register_optimizer_step_pre_hook

from helpers.scripted_training import WIDE, prepared, trained
from spoofcue.training import callbacks
from spoofcue.training.module import LearnedTraining

SCHEDULE = (
    *("optimiser.lr=0.01", "optimiser.warmup_steps=4"),
    *("optimiser.decay_every_steps=3", "optimiser.decay_factor=0.5"),
)
# warm-up over four steps; halved from step 3 and from step 6 on
PLANNED = [0.0025, 0.005, 0.0075, 0.005, 0.005, 0.005, 0.0025, 0.0025]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("history") / "data")


@pytest.fixture
def used() -> Iterator[list[list[float]]]:
    """For each step that any optimiser makes, the rate of each of its groups."""
    steps: list[list[float]] = []

    def look(optimiser: Optimizer, *_: Any) -> None:
        steps.append([float(group["lr"]) for group in optimiser.param_groups])

    handle = register_optimizer_step_pre_hook(look)
    yield steps
    handle.remove()


def logged(run: Path, *columns: str) -> list[list[float]]:
    with (run / "log" / "metrics.csv").open() as file:
        return [[float(r[c]) for c in columns] for r in csv.DictReader(file) if r["train/total"]]


def test_the_rate_is_that_of_the_step(data: Path, used: list[list[float]], tmp_path: Path) -> None:
    trained(data, tmp_path / "run", [WIDE] * 4, *SCHEDULE)
    assert logged(tmp_path / "run", "lr") == used
    assert [rate for (rate,) in used] == pytest.approx(PLANNED)


def test_a_slower_encoder_has_its_own_column(
    data: Path, used: list[list[float]], tmp_path: Path
) -> None:
    trained(data, tmp_path / "run", [WIDE] * 4, *SCHEDULE, "optimiser.encoder_lr_factor=0.1")
    assert logged(tmp_path / "run", "lr", "lr_encoder") == used
    assert used == [pytest.approx([rate, 0.1 * rate]) for rate in PLANNED]


def test_a_frozen_encoder_has_none(data: Path, used: list[list[float]], tmp_path: Path) -> None:
    trained(data, tmp_path / "run", [WIDE], *SCHEDULE, "optimiser.encoder_lr_factor=0")
    assert logged(tmp_path / "run", "lr") == used
    assert "lr_encoder" not in (tmp_path / "run" / "log" / "metrics.csv").read_text()


def test_it_goes_on_after_a_resume(data: Path, used: list[list[float]], tmp_path: Path) -> None:
    more = (*SCHEDULE, "optimiser.encoder_lr_factor=0.5")
    trained(data, tmp_path / "run", [WIDE] * 3, *more)
    trained(data, tmp_path / "run", [WIDE] * 4, *more, resume=True)
    assert len(used) == 8
    assert logged(tmp_path / "run", "lr", "lr_encoder") == used
    assert [rate for rate, _ in used] == pytest.approx(PLANNED)


def test_a_schedule_that_never_steps_shows(
    data: Path, used: list[list[float]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(LearnedTraining, "lr_scheduler_step", lambda *_: None)
    trained(data, tmp_path / "run", [WIDE] * 2, *SCHEDULE)
    assert logged(tmp_path / "run", "lr") == used == [[pytest.approx(0.0025)]] * 4


def test_a_rate_that_something_else_set_shows(
    data: Path, used: list[list[float]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def meddle(module: LearnedTraining, batch: Any, batch_idx: int) -> None:
        if module.global_step == 2:
            module.trainer.optimizers[0].param_groups[0]["lr"] = 0.123

    monkeypatch.setattr(LearnedTraining, "on_train_batch_start", meddle)
    trained(data, tmp_path / "run", [WIDE] * 2, *SCHEDULE)
    assert logged(tmp_path / "run", "lr") == used
    assert used[2] == [0.123]


def test_a_history_is_written_again_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log" / "metrics.csv"
    path.parent.mkdir()
    before = "step,epoch,train/total\n1,0,5.0\n2,0,4.0\n"
    path.write_text(before)

    class Full(csv.DictWriter):
        def writerows(self, rows: object) -> None:
            raise OSError("no space left on device")

    monkeypatch.setattr(callbacks.csv, "DictWriter", Full)
    resumed = SimpleNamespace(
        optimizers=[SimpleNamespace(param_groups=[{"lr": 0.1}])], global_step=1
    )
    with pytest.raises(OSError, match="no space"):
        callbacks.History(path, ["total"]).on_train_start(resumed, None)  # type: ignore[arg-type]
    assert path.read_text() == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("cut", ["2", "2,", "12,0", "2,0,4.0,0.1"])
def test_a_row_that_a_kill_cut_short_is_no_step(cut: str, tmp_path: Path) -> None:
    path = tmp_path / "log" / "metrics.csv"
    path.parent.mkdir()
    path.write_text(f"step,epoch,train/total\r\n1,0,5.0\r\n{cut}", newline="")
    resumed = SimpleNamespace(
        optimizers=[SimpleNamespace(param_groups=[{"lr": 0.1}])], global_step=20
    )
    callbacks.History(path, ["total"]).on_train_start(resumed, None)  # type: ignore[arg-type]
    with path.open(newline="") as file:
        assert [row["step"] for row in csv.DictReader(file)] == ["1"]


def test_a_step_that_a_checkpoint_comes_after_is_in_the_history(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a kill between the two would lose its row."""
    history = tmp_path / "run" / "log" / "metrics.csv"
    last = []
    save = callbacks.AtomicCheckpointIO.save_checkpoint

    def look(self: object, checkpoint: dict[str, int], *args: object, **more: object) -> None:
        last.append((checkpoint["global_step"], history.read_text().splitlines()[-1].split(",")[0]))
        save(self, checkpoint, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(callbacks.AtomicCheckpointIO, "save_checkpoint", look)
    trained(data, tmp_path / "run", [WIDE] * 2, "training.checkpoint_every_steps=1")
    assert last
    assert all(str(step) == row for step, row in last)
