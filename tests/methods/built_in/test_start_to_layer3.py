"""A training that starts from a file which ends at layer3: what is told of it, and where."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from torch import Tensor

from helpers.faces_with_stripes import striped_faces
from spoofcue.cue.encoder import ResNet18Encoder
from spoofcue.errors import InputError
from spoofcue.export.package import export_package
from spoofcue.methods.settings import load_settings
from spoofcue.package.card import model_card
from spoofcue.records.run_folder import RunFolder
from spoofcue.report.training_words import training_words
from spoofcue.training.any_method import train_run

WORDS = "stem to layer3 only; layer4 (E5) began at random"
TINY = [
    "model.width=8",
    "input.size=64",
    "training.batch_size=4",
    "training.images_per_epoch=4",
    "training.precision=fp32",
    "training.workers=0",
    "training.accelerator=cpu",
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return striped_faces(tmp_path_factory.mktemp("data"), 64)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Values that no start of ours would draw."""
    torch.manual_seed(8)
    shapes = ResNet18Encoder(width=8).state_dict()
    state = {
        k: 0.5 + 0.1 * torch.randn(v.shape)
        for k, v in shapes.items()
        if v.ndim and not k.startswith("layer4.")
    }
    path = tmp_path_factory.mktemp("weights") / "to_layer3.pth"
    torch.save(state, path)
    return path


@pytest.fixture(scope="module")
def run(data: Path, file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("run") / "run"
    settings = load_settings("paper", None, [*TINY, f"model.weights={file}", "training.epochs=1"])
    with pytest.warns(UserWarning, match=r"to_layer3\.pth ends at layer3: .* \(E5\) was not"):
        train_run(data, run, settings)
    return run


def test_the_stages_that_are_there_begin_as_the_file_and_layer4_does_not(
    run: Path, file: Path
) -> None:
    given: dict[str, Tensor] = torch.load(file, weights_only=True)
    stored = torch.load(run / "checkpoints" / "last.ckpt", weights_only=True)
    begun = {k: v for k, v in stored["state_dict"].items() if ".encoder." in k}
    for name, _ in ResNet18Encoder(width=8).named_parameters():
        now = begun[f"network.generator.encoder.{name}"]
        if name in given:  # but for one step of Adam
            assert float((now - given[name]).abs().max()) < 1.01e-3, name
        elif name.endswith(("conv1.weight", "conv2.weight")):
            assert abs(float(now.mean())) < 0.1, name  # as He et al. draw it


def test_the_run_its_report_and_its_checkpoint_say_so(run: Path) -> None:
    training = RunFolder(run).record().training
    assert training.random_start == WORDS
    assert f"The encoder started from a file of the {WORDS}." in training_words(training)
    stored = torch.load(run / "checkpoints" / "best.ckpt", weights_only=True)
    assert stored["spoofcue"]["random_start"] == WORDS


def test_a_resumed_run_still_says_so(run: Path, data: Path, file: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "run")
    settings = load_settings("paper", None, [*TINY, f"model.weights={file}", "training.epochs=2"])
    record = train_run(data, tmp_path / "run", settings, resume=True)
    assert record.training.steps == 2
    assert record.training.random_start == WORDS
    stored = torch.load(tmp_path / "run" / "checkpoints" / "last.ckpt", weights_only=True)
    assert stored["spoofcue"]["random_start"] == WORDS


def test_the_package_and_its_card_say_so(run: Path, tmp_path: Path) -> None:
    spec = export_package(run, tmp_path / "p.spoofcue", "safetensors").spec
    assert spec.cue
    assert spec.cue.training.model.weights == f"to_layer3.pth ({WORDS})"
    assert "| encoder started from | to_layer3.pth (stem to layer3 only;" in model_card(spec)


def test_nothing_that_would_leave_layer4_so_takes_it(
    data: Path, file: Path, tmp_path: Path
) -> None:
    pixels = ("input.mean=114.5", "input.std=57.6")
    frozen = [*TINY, *pixels, f"model.weights={file}", "optimiser.encoder_lr_factor=0"]
    with (
        pytest.warns(UserWarning, match="ends at layer3"),
        pytest.raises(InputError, match=r"encoder_lr_factor=0 would leave that so"),
    ):
        train_run(data, tmp_path / "run", load_settings("paper", None, frozen))
    mixture = load_settings("paper", None, [*TINY[:2], f"model.weights={file}"], "gmm")
    with (
        pytest.warns(UserWarning, match="ends at layer3"),
        pytest.raises(InputError, match=r"gmm: .* nothing would train it"),
    ):
        train_run(data, tmp_path / "gmm", mixture)


def test_a_whole_file_or_none_says_nothing(data: Path, tmp_path: Path) -> None:
    settings = load_settings("paper", None, [*TINY, "model.weights=none", "training.epochs=1"])
    record = train_run(data, tmp_path / "run", settings)
    assert record.training.random_start is None
    assert "started from" not in training_words(record.training)
