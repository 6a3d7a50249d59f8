"""A file of ResNet-18 that ends at layer3: E5 starts at random, and that is said."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from spoofcue.cue.encoder import ResNet18Encoder
from spoofcue.cue.light.mobilenet import MobileNetV2Encoder
from spoofcue.cue.weights import load_encoder_weights
from spoofcue.errors import InputError


def to_layer3(width: int = 8) -> dict[str, Tensor]:
    """As the public file: no counters, and with the head, as some have it."""
    torch.manual_seed(3)
    whole = ResNet18Encoder(width=width).state_dict()
    return {
        k: torch.rand_like(v)
        for k, v in whole.items()
        if not k.startswith("layer4.") and not k.endswith("num_batches_tracked")
    }


def state_of(encoder: ResNet18Encoder) -> dict[str, Tensor]:
    return {k: v.clone() for k, v in encoder.state_dict().items()}


@pytest.mark.parametrize("name", ["w.pth", "w.safetensors"])
def test_the_stem_to_layer3_are_loaded_and_layer4_stays(name: str, tmp_path: Path) -> None:
    given, path = to_layer3(), tmp_path / name
    save_file(given, path) if path.suffix == ".safetensors" else torch.save(given, path)
    encoder = ResNet18Encoder(width=8)
    before = state_of(encoder)
    with pytest.warns(UserWarning, match=r"w\.\w+ ends at layer3: .* layer4 \(E5\) was not and"):
        said = load_encoder_weights(encoder, path)
    assert said == "stem to layer3 only; layer4 (E5) began at random"
    after = encoder.state_dict()
    loaded = [k for k in after if not k.startswith("layer4.") and k in given]
    assert len(loaded) == len(given) == 75
    assert all(torch.equal(after[k], given[k]) for k in loaded)
    assert all(torch.equal(after[k], before[k]) for k in after if k.startswith("layer4."))


def test_the_shortcut_into_layer4_alone_is_not_loaded(tmp_path: Path) -> None:
    """A file that was cut behind layer3 holds it."""
    whole = ResNet18Encoder(width=8).state_dict()
    shortcut = {k: v + 1 for k, v in whole.items() if k.startswith("layer4.0.downsample.")}
    assert len(shortcut) == 6
    torch.save(to_layer3() | shortcut, tmp_path / "w.pth")
    encoder = ResNet18Encoder(width=8)
    before = state_of(encoder)
    with pytest.warns(UserWarning, match="ends at layer3"):
        load_encoder_weights(encoder, tmp_path / "w.pth")
    after = encoder.state_dict()
    assert all(torch.equal(after[k], before[k]) for k in after if k.startswith("layer4."))
    assert torch.equal(after["conv1.weight"], to_layer3()["conv1.weight"])


def test_of_a_whole_file_nothing_is_said(tmp_path: Path) -> None:
    torch.save(ResNet18Encoder(width=8).state_dict(), tmp_path / "w.pth")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load_encoder_weights(ResNet18Encoder(width=8), tmp_path / "w.pth") is None


@pytest.mark.parametrize("name", sorted(to_layer3()))
def test_any_other_gap_is_refused_and_changes_nothing(name: str, tmp_path: Path) -> None:
    holed = to_layer3()
    del holed[name]
    torch.save(holed, tmp_path / "w.pth")
    encoder = ResNet18Encoder(width=8)
    before = state_of(encoder)
    with pytest.raises(InputError, match=rf"missing keys \[{name}, layer4\.\*\]"):
        load_encoder_weights(encoder, tmp_path / "w.pth")
    assert all(torch.equal(v, before[k]) for k, v in encoder.state_dict().items())


def test_a_part_of_layer4_is_a_gap(tmp_path: Path) -> None:
    bias = {"layer4.1.bn2.bias": torch.zeros(64)}
    torch.save(to_layer3() | bias, tmp_path / "w.pth")
    with pytest.raises(InputError, match=r"missing keys \[layer4\.0\.bn1\.bias"):
        load_encoder_weights(ResNet18Encoder(width=8), tmp_path / "w.pth")


def test_a_file_that_ends_earlier_is_refused(tmp_path: Path) -> None:
    shorter = {k: v for k, v in to_layer3().items() if not k.startswith("layer3.")}
    torch.save(shorter, tmp_path / "w.pth")
    with pytest.raises(InputError, match=r"missing keys \[layer3\.0\.bn1\.bias"):
        load_encoder_weights(ResNet18Encoder(width=8), tmp_path / "w.pth")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"layer5.weight": torch.zeros(1)}, r"unexpected keys \[layer5\.weight\]"),
        ({"layer2.0.conv1.weight": torch.zeros(1)}, r"wrong shapes \[layer2\.0\.conv1\.weight"),
    ],
)
def test_what_does_not_belong_there_is_refused(
    more: dict[str, Tensor], told: str, tmp_path: Path
) -> None:
    torch.save(to_layer3() | more, tmp_path / "w.pth")
    with pytest.raises(InputError, match=told):
        load_encoder_weights(ResNet18Encoder(width=8), tmp_path / "w.pth")


def test_another_width_and_another_encoder_refuse_it(tmp_path: Path) -> None:
    torch.save(to_layer3(), tmp_path / "w.pth")
    with pytest.raises(InputError, match="wrong shapes"):
        load_encoder_weights(ResNet18Encoder(width=16), tmp_path / "w.pth")
    with pytest.raises(InputError, match=r"missing keys \[features"):
        load_encoder_weights(MobileNetV2Encoder(multiplier=0.1), tmp_path / "w.pth")
