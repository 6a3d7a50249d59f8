"""The paper's network takes a file of encoder weights and trains them (section 3.3)."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from helpers.faces_with_stripes import striped_faces
from spoofcue.cue.encoder import ResNet18Encoder
from spoofcue.methods.settings import load_settings
from spoofcue.training.any_method import train_run

RATE = 1e-3
ONE_STEP = [
    "model.width=8",
    "input.size=64",
    "training.batch_size=4",
    "training.epochs=1",
    "training.images_per_epoch=4",
    "training.precision=fp32",
    "training.workers=0",
    "training.accelerator=cpu",
    f"optimiser.lr={RATE}",
]


def public_file(path: Path) -> dict[str, Tensor]:
    """As torchvision's: ImageNet's head with it, values that no start of ours would draw."""
    torch.manual_seed(8)
    shapes = ResNet18Encoder(width=8).state_dict()
    state = {k: 0.5 + 0.1 * torch.randn(v.shape) for k, v in shapes.items() if v.ndim}
    state |= {"fc.weight": torch.rand(1000, 64), "fc.bias": torch.rand(1000)}
    save_file(state, path) if path.suffix == ".safetensors" else torch.save(state, path)
    return state


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_one_step_of_the_paper_moves_the_files_weights_by_one_step(
    suffix: str, tmp_path: Path
) -> None:
    """Adam's first step is the learning rate, up or down, wherever a gradient arrives."""
    (tmp_path / "data").mkdir()
    data, file = striped_faces(tmp_path / "data", 64), tmp_path / f"resnet18{suffix}"
    given = public_file(file)
    settings = load_settings("paper", None, [*ONE_STEP, f"model.weights={file}"])
    assert (settings.method, settings.model.encoder, settings.model.decoder) == (
        *("lgsc", "resnet18", "residual"),
    )
    train_run(data, tmp_path / "run", settings)
    stored = torch.load(tmp_path / "run" / "checkpoints" / "last.ckpt", weights_only=True)
    assert stored["global_step"] == 1
    after = {k.removeprefix("network."): v for k, v in stored["state_dict"].items()}
    learned = [k for k, _ in ResNet18Encoder(width=8).named_parameters()]
    assert len(learned) == 20 + 2 * 20  # convolutions, and what scales and shifts behind each
    for name in learned:
        moved = (after[f"generator.encoder.{name}"] - given[name]).abs()
        assert float(moved.max()) < 1.01 * RATE, name  # it began as the file has it
        assert float((moved > 0.5 * RATE).float().mean()) > 0.5, name  # and was trained
        # the auxiliary classifier starts from scratch (section 3.4)
        far = (after[f"classifier.backbone.{name}"] - given[name]).abs()
        assert float(far.mean()) > 10 * RATE, name
    # batch statistics: a tenth of the first batch's beside the file's
    kept = after["generator.encoder.bn1.running_var"] - 0.9 * given["bn1.running_var"]
    assert float(kept.min()) > 0
