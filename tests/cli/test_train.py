"""The command ``train``, without a training."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers.made_runs import run_record
from spoofcue.cli.main import app
from spoofcue.config import RunSettings, dump_yaml
from spoofcue.methods.settings import load_settings
from spoofcue.records.run_folder import RunRecord
from spoofcue.training import any_method

TRAINED = {
    "steps": 94,
    "epochs": 10,
    "budget_minutes": 5.0,
    "ended_by": "minutes",
    "seconds_in_all": 301.0,
    "images_per_s": 10.7,
    "device": "cpu",
    "processor": "Made 9000",
    "threads": 1,
    "precision": "fp32",
    "best": {"epoch": 8, "dev_acer": 0.125, "threshold": 0.01},
}


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[RunSettings, bool]]:
    """(settings, resume) of every training that the command asks for."""
    calls = []

    def train_run(
        data: Path, run: Path, settings: RunSettings, *, resume: bool, **_: object
    ) -> RunRecord:
        calls.append((settings, resume))
        return run_record(run.name, data, training=TRAINED)

    monkeypatch.setattr(any_method, "train_run", train_run)
    return calls


def stopped(tmp_path: Path) -> tuple[list[str], RunSettings]:
    run = tmp_path / "run"
    run.mkdir()
    settings = load_settings("small", None, ["training.minutes=5", "training.seed=7"])
    (run / "config.yaml").write_text(dump_yaml(settings))
    return ["train", "--data", str(tmp_path), "--out", str(run), "--resume"], settings


def test_a_resume_may_change_how_long_and_how_fast(
    tmp_path: Path, called: list[tuple[RunSettings, bool]]
) -> None:
    call, settings = stopped(tmp_path)
    assert CliRunner().invoke(app, call).exit_code == 0
    assert called == [(settings, True)]
    more = ["--set", "training.minutes=9", "--set", "training.threads=1"]
    assert CliRunner().invoke(app, [*call, *more]).exit_code == 0
    changed, _ = called[1]
    assert (changed.training.minutes, changed.training.threads) == (9, 1)
    assert changed.training.seed == 7
    assert changed.model == settings.model


@pytest.mark.parametrize(
    "more",
    [
        ["--set", "training.epochs=9"],
        ["--set", "training.threads=1", "--set", "model.width=8"],
        ["--method", "cnn"],
        ["--config", "run/config.yaml"],
    ],
)
def test_a_resume_may_not_change_what_is_computed(
    more: list[str], tmp_path: Path, called: list[tuple[RunSettings, bool]]
) -> None:
    call, _ = stopped(tmp_path)
    done = CliRunner().invoke(app, [*call, *more])
    assert done.exit_code != 0
    assert "training.minutes, training.threads, training.workers" in str(done.exception)
    assert not called


def test_steps_and_time_are_told(tmp_path: Path, called: list[tuple[RunSettings, bool]]) -> None:
    call, _ = stopped(tmp_path)
    told = CliRunner().invoke(app, call).stdout
    assert "kept epoch 9: dev ACER 12.50 % at threshold 0.0100" in told
    assert (
        "94 steps in 10 epochs took 5.0 minutes, its budget of 5 minutes; 10.7 images/s in the "
        "steps on 1 thread of Made 9000 in fp32."
    ) in told
