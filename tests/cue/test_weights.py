from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from spoofcue.cue.encoder import ResNet18Encoder
from spoofcue.cue.weights import load_encoder_weights
from spoofcue.errors import InputError


def public_state() -> dict[str, torch.Tensor]:
    """As the oldest public file: with the head, without num_batches_tracked."""
    torch.manual_seed(5)
    state = {
        k: torch.rand_like(v)
        for k, v in ResNet18Encoder(width=8).state_dict().items()
        if "num_batches" not in k
    }
    return state | {"fc.weight": torch.rand(1000, 64), "fc.bias": torch.rand(1000)}


@pytest.mark.parametrize("kind", ["pth", "safetensors", "url"])
def test_public_files_load_unchanged(tmp_path: Path, kind: str) -> None:
    state = public_state()
    path = tmp_path / ("resnet18-abc.safetensors" if kind == "safetensors" else "resnet18-abc.pth")
    save_file(state, path) if kind == "safetensors" else torch.save(state, path)
    encoder = ResNet18Encoder(width=8)
    load_encoder_weights(encoder, path.as_uri() if kind == "url" else path)
    assert torch.equal(encoder.layer3[1].conv2.weight, state["layer3.1.conv2.weight"])
    assert torch.equal(encoder.bn1.running_var, state["bn1.running_var"])


def test_a_wrong_file_is_refused_with_its_keys_and_changes_nothing(tmp_path: Path) -> None:
    state = public_state()
    state["stem.weight"] = state.pop("conv1.weight")
    torch.save(state, tmp_path / "wrong.pth")
    encoder = ResNet18Encoder(width=8)
    before = {k: v.clone() for k, v in encoder.state_dict().items()}
    with pytest.raises(InputError, match=r"missing keys \[conv1.weight\].*\[stem.weight\]"):
        load_encoder_weights(encoder, tmp_path / "wrong.pth")
    assert all(torch.equal(v, before[k]) for k, v in encoder.state_dict().items())


def test_other_shapes_are_named(tmp_path: Path) -> None:
    torch.save(public_state(), tmp_path / "narrow.pth")
    with pytest.raises(InputError, match="wrong shapes"):
        load_encoder_weights(ResNet18Encoder(width=16), tmp_path / "narrow.pth")


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (print, ("code ran",))


def test_a_pickle_with_code_is_not_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.save({"conv1.weight": Evil()}, tmp_path / "evil.pth")
    with pytest.raises(InputError, match="plain tensors"):
        load_encoder_weights(ResNet18Encoder(width=8), tmp_path / "evil.pth")
    assert "code ran" not in capsys.readouterr().out


@pytest.mark.parametrize("name", ["missing.pth", "text.pth", "text.safetensors"])
def test_unreadable_files_are_told(tmp_path: Path, name: str) -> None:
    if name.startswith("text"):
        (tmp_path / name).write_text("not weights")
    with pytest.raises(InputError, match=name.split(".")[0]):
        load_encoder_weights(ResNet18Encoder(width=8), tmp_path / name)
