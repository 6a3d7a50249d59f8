"""The mean of the weights over the last epochs: what is averaged, kept, told and resumed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from helpers.scripted_training import LEVELS, best_of, prepared, settings
from spoofcue.config import RunSettings
from spoofcue.errors import InputError
from spoofcue.methods.learned import Learned
from spoofcue.methods.settings import load_settings
from spoofcue.plain_lines import listening
from spoofcue.records.run_folder import RunRecord
from spoofcue.report.training_words import training_words
from spoofcue.training.gradient import train

STEPS = 2  # of an epoch
MEAN = ("training.select=last", "training.mean_of_epochs=2", "training.checkpoint_every_steps=1")


class Killed(Exception):
    """As a power cut: it comes from outside."""


class Watched(Learned):
    """Normalised colours into a logit; keeps its weights before each step, and what it sees."""

    def __init__(self, killed_at: int | None = None) -> None:
        super().__init__()
        self.encoder: Any = nn.BatchNorm2d(3)
        self.head = nn.Linear(3, 1)
        self.before: list[dict[str, Tensor]] = []
        self.steps: list[Tensor] = []
        self.looks: list[Tensor] = []
        self.killed_at = killed_at

    def losses(self, image: Tensor, label: Tensor) -> dict[str, Tensor]:
        if torch.is_grad_enabled():
            if len(self.before) == self.killed_at:
                raise Killed
            self.before.append(weights_of(self))
            self.steps.append(image)
        else:
            self.looks.append(image)
        logit = self.head(self.encoder(image).abs().mean((2, 3)))[:, 0]
        total = nn.functional.binary_cross_entropy_with_logits(logit, label.float())
        return {"total": total}

    def scores(self, image: Tensor) -> Tensor:
        return torch.sigmoid(self.head(self.encoder(image).abs().mean((2, 3))))[:, 0]


def weights_of(network: nn.Module) -> dict[str, Tensor]:
    return {k: v.detach().clone() for k, v in network.named_parameters()}


def run_of(
    data: Path, run: Path, epochs: int, *more: str, killed_at: int | None = None
) -> tuple[Watched, RunRecord | None]:
    """Train, or go on with, a run; the network, and the record unless it was killed."""
    networks: list[Watched] = []

    def build(_: RunSettings) -> Watched:
        networks.append(Watched(killed_at))
        return networks[-1]

    resume = (run / "config.yaml").is_file()
    try:
        record = train(data, run, settings(epochs, *MEAN, *more), build, resume=resume)
    except Killed:
        return networks[0], None
    return networks[0], record


def stored(run: Path, name: str = "best") -> dict[str, Any]:
    found: dict[str, Any] = torch.load(run / "checkpoints" / f"{name}.ckpt", weights_only=True)
    return found


def network_state(checkpoint: dict[str, Any]) -> dict[str, Tensor]:
    return {k.removeprefix("network."): v for k, v in checkpoint["state_dict"].items()}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("mean") / "data")


@pytest.fixture(scope="module")
def finished(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Watched, Any]:
    run = tmp_path_factory.mktemp("finished") / "run"
    return (run, *run_of(data, run, 5))


def test_the_weights_after_each_step_of_the_last_epochs_are_averaged(
    finished: tuple[Path, Watched, Any],
) -> None:
    run, network, record = finished
    assert len(network.before) == 5 * STEPS
    last = stored(run, "last")["spoofcue_mean_of_weights"]["last"]
    # those before a step are those after the one before it
    after = [*network.before[1:], {k: last[k] for k in network.before[0]}]
    kept = network_state(stored(run))
    for name in network.before[0]:
        mean = torch.stack([w[name].double() for w in after[-2 * STEPS :]]).mean(0)
        torch.testing.assert_close(kept[name].double(), mean, rtol=1e-6, atol=1e-7)
        assert not torch.equal(kept[name], last[name])
    assert record.training.mean_of_steps == 2 * STEPS
    assert best_of(record).epoch == 4
    assert "the mean of those after each of the last 4 steps" in training_words(record.training)


def test_batch_statistics_are_those_of_faces_that_no_step_saw(
    finished: tuple[Path, Watched, Any],
) -> None:
    run, network, _ = finished
    assert network.looks
    kept = network_state(stored(run))
    means = torch.stack([look.mean((0, 2, 3)) for look in network.looks]).mean(0)
    torch.testing.assert_close(kept["encoder.running_mean"], means, rtol=1e-3, atol=1e-4)
    spread = torch.stack([look.transpose(0, 1).flatten(1).var(1) for look in network.looks])
    torch.testing.assert_close(kept["encoder.running_var"], spread.mean(0), rtol=1e-3, atol=1e-4)
    assert not any(torch.equal(look, step) for look in network.looks for step in network.steps)


def test_dev_is_judged_with_the_mean(finished: tuple[Path, Watched, Any]) -> None:
    run, _, record = finished
    mean = Watched().eval()
    mean.load_state_dict(network_state(stored(run)))
    levels = (torch.tensor(LEVELS).float() - 127.5) / 127.5
    with torch.no_grad():
        scores = mean.scores(levels[:, None, None, None].expand(4, 3, 32, 32))
    dev = stored(run)["spoofcue"]["dev"]
    assert dev["live_mean"] == pytest.approx(float(scores[:2].mean()), abs=1e-6)
    assert dev["attack_mean"] == pytest.approx(float(scores[2:].mean()), abs=1e-6)
    assert best_of(record).threshold == dev["threshold"]


@pytest.mark.parametrize("step", [3, 6, 7, 9])
def test_a_kill_changes_nothing(
    step: int, finished: tuple[Path, Watched, Any], data: Path, tmp_path: Path
) -> None:
    """Before the mean began, in its first step, amid it, and before the last one."""
    run_of(data, tmp_path / "run", 5, killed_at=step)
    network, record = run_of(data, tmp_path / "run", 5)
    assert len(network.before) == 5 * STEPS - step
    assert record is not None
    assert record.training.mean_of_steps == 2 * STEPS
    whole, again = (network_state(stored(run)) for run in (finished[0], tmp_path / "run"))
    assert whole.keys() == again.keys()
    assert all(torch.equal(whole[k], again[k]) for k in whole)


def test_a_training_with_more_time_goes_on_from_the_last_step_and_not_from_the_mean(
    data: Path, tmp_path: Path
) -> None:
    run_of(data, tmp_path / "whole", 2)
    _, record = run_of(data, tmp_path / "run", 2, "training.minutes=1e-9")
    assert record is not None
    assert record.training.mean_of_steps == 1  # of those that there are
    _, record = run_of(data, tmp_path / "run", 2, "training.minutes=9")
    assert record is not None
    assert record.training.mean_of_steps == 2 * STEPS
    whole, again = (network_state(stored(tmp_path / run)) for run in ("whole", "run"))
    assert all(torch.equal(whole[k], again[k]) for k in whole)


def test_other_epochs_would_be_another_mean(data: Path, tmp_path: Path) -> None:
    run_of(data, tmp_path / "run", 2)
    with pytest.raises(InputError, match=r"training\.epochs was 2 and is 3"):
        run_of(data, tmp_path / "run", 3)


def test_a_training_whose_time_is_up_before_says_so(data: Path, tmp_path: Path) -> None:
    heard: list[str] = []
    with listening(heard.append):
        network, record = run_of(data, tmp_path / "run", 5, "training.minutes=1e-9")
    assert record is not None
    assert record.training.mean_of_steps == 0
    assert "mean of those" not in training_words(record.training)
    assert any("before its last 2 epochs began" in line for line in heard)
    assert len(network.before) == 1
    assert not network.looks
    assert "spoofcue_mean_of_weights" not in stored(tmp_path / "run")


def test_without_it_nothing_is_averaged(data: Path, tmp_path: Path) -> None:
    network, record = run_of(data, tmp_path / "run", 2, "training.mean_of_epochs=0")
    assert record is not None
    assert record.training.mean_of_steps is None
    assert not network.looks
    assert load_settings("paper").training.mean_of_epochs == 0


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["training.mean_of_epochs=3"], r"needs training\.select=last"),
        (["training.mean_of_epochs=21", "training.select=last"], r"is more than training\.epochs"),
        (
            ["training.mean_of_epochs=3", "training.select=last", "optimiser.encoder_lr_factor=0"],
            r"an optimiser\.encoder_lr_factor above 0",
        ),
    ],
)
def test_settings_that_contradict_it_are_refused(given: list[str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        load_settings("paper", None, given)
