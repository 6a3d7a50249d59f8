from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from spoofcue.cue.encoder import ResNet18Encoder
from spoofcue.cue.light.mobilenet import WITHOUT_TAIL, MobileNetV2Encoder
from spoofcue.cue.weights import load_encoder_weights
from spoofcue.errors import InputError

NORM = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")


def public_keys() -> list[str]:
    """What torchvision's file holds, from the layout of the paper's Table 2 alone."""
    keys = ["features.0.0.weight", *(f"features.0.1.{n}" for n in NORM)]
    for number in range(1, 18):
        at = f"features.{number}.conv"
        # the first block (t = 1) has no expansion; all others expand, filter, project
        before = 1 if number == 1 else 2
        for layer in range(before):
            keys += [f"{at}.{layer}.0.weight", *(f"{at}.{layer}.1.{n}" for n in NORM)]
        keys += [f"{at}.{before}.weight", *(f"{at}.{before + 1}.{n}" for n in NORM)]
    return [*keys, "features.18.0.weight", *(f"features.18.1.{n}" for n in NORM)]


def public_state() -> dict[str, Tensor]:
    """A file as the public one: its keys, our shapes, the head."""
    torch.manual_seed(3)
    shapes = MobileNetV2Encoder().state_dict()
    state = {
        k: torch.tensor(7) if "num_batches" in k else 0.5 + torch.rand_like(shapes[k])
        for k in public_keys()
    }
    return state | {"classifier.1.weight": torch.rand(9, 1280), "classifier.1.bias": torch.rand(9)}


def test_keys_and_parameters_are_the_public_ones() -> None:
    encoder = MobileNetV2Encoder()
    assert list(encoder.state_dict()) == public_keys()
    assert len(public_keys()) == 312
    # torchvision's MobileNetV2 has 3,504,872 parameters, 1,281,000 of them in the ImageNet head
    assert sum(p.numel() for p in encoder.parameters()) == 3_504_872 - 1_281_000


def test_a_public_file_loads_but_for_its_head(tmp_path: Path) -> None:
    state = public_state()
    torch.save(state, tmp_path / "mobilenet_v2-abc.pth")
    encoder = MobileNetV2Encoder()
    load_encoder_weights(encoder, tmp_path / "mobilenet_v2-abc.pth")
    assert all(torch.equal(v, state[k]) for k, v in encoder.state_dict().items())


def test_without_its_tail_it_takes_the_same_file(tmp_path: Path) -> None:
    state = public_state()
    torch.save(state, tmp_path / "public.pth")
    encoder = MobileNetV2Encoder(blocks=WITHOUT_TAIL)
    load_encoder_weights(encoder, tmp_path / "public.pth")
    kept = [k for k in public_keys() if int(k.split(".")[1]) <= 16]
    assert list(encoder.state_dict()) == kept
    assert all(torch.equal(v, state[k]) for k, v in encoder.state_dict().items())
    whole = MobileNetV2Encoder()
    load_encoder_weights(whole, tmp_path / "public.pth")
    image = torch.rand(1, 3, 64, 64) * 2 - 1
    with torch.no_grad():
        short, full = encoder.eval()(image), whole.eval()(image)
    assert all(torch.equal(a, b) for a, b in zip(short[:4], full[:4], strict=True))
    assert short.e5.shape == (1, 160, 2, 2)
    assert encoder.channels == (16, 24, 32, 96, 160)
    # a file that lacks a layer in the middle is not taken for one
    del state["features.16.conv.2.weight"]
    torch.save(state, tmp_path / "torn.pth")
    with pytest.raises(InputError, match=r"missing keys \[features\.16\.conv\.2\.weight\]"):
        load_encoder_weights(encoder, tmp_path / "torn.pth")


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    torch.save(public_state(), tmp_path / "wide.pth")
    narrow = MobileNetV2Encoder(multiplier=0.5)
    with pytest.raises(InputError, match=r"wrong shapes \[features\.0\.0\.weight \(32, 3, 3, 3\)"):
        load_encoder_weights(narrow, tmp_path / "wide.pth")
    with pytest.raises(InputError, match=r"mobile_multiplier=1, not 0\.5.*weights=none"):
        load_encoder_weights(narrow, "imagenet")
    state = public_state()
    state["stem.weight"] = state.pop("features.0.0.weight")
    torch.save(state, tmp_path / "renamed.pth")
    with pytest.raises(InputError, match=r"missing keys \[features.0.0.weight\].*\[stem.weight\]"):
        load_encoder_weights(MobileNetV2Encoder(), tmp_path / "renamed.pth")


@pytest.mark.parametrize("multiplier", [0.35, 1.0])
def test_features_of_a_centred_image_are_those_of_imagenet_pixels(multiplier: float) -> None:
    """The encoder on [-1, 1] equals its layers on pixels as torchvision normalises them."""
    torch.manual_seed(0)
    encoder = MobileNetV2Encoder(multiplier=multiplier).double().eval()
    pixels = torch.randint(0, 256, (2, 3, 64, 96)).double()
    mean = torch.tensor([0.485, 0.456, 0.406], dtype=torch.float64).view(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225], dtype=torch.float64).view(3, 1, 1)
    with torch.no_grad():
        ours = encoder(pixels / 127.5 - 1)
        public = (pixels / 255 - mean) / std
        expected = public
        for number, layer in enumerate(encoder.features):
            expected = layer(expected)
            if number == 0:
                first = expected
        centred = pixels / 127.5 - 1
        # the borders included, where a folded first convolution would differ
        got = encoder.features[0](centred * encoder.scale + encoder.shift)
    assert torch.allclose(centred * encoder.scale + encoder.shift, public, rtol=0, atol=1e-6)
    assert torch.allclose(got, first, rtol=0, atol=1e-6)
    assert torch.allclose(ours.e5, expected, rtol=0, atol=1e-5)
    assert [f.shape[2:] for f in ours] == [(64 >> k, 96 >> k) for k in range(1, 6)]
    assert tuple(f.shape[1] for f in ours) == encoder.channels


@pytest.mark.parametrize(
    ("multiplier", "channels"),
    [
        (1.0, (16, 24, 32, 96, 1280)),
        (0.75, (16, 24, 24, 72, 1280)),
        (0.5, (8, 16, 16, 48, 1280)),
        (0.35, (8, 8, 16, 32, 1280)),  # 0.35 x 96 = 33.6
        (1.1, (16, 24, 32, 104, 1408)),  # 35.2 is nearer to 32 than to 40
        (1.4, (24, 32, 48, 136, 1792)),
    ],
)
def test_channels_are_multiples_of_eight(multiplier: float, channels: tuple[int, ...]) -> None:
    assert MobileNetV2Encoder(multiplier=multiplier).channels == channels


def test_imagenet_is_each_encoders_public_file_checked_by_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def download(url: str, target: str, hash_prefix: str | None, progress: bool) -> None:
        asked.append((url.rsplit("/", 1)[-1], hash_prefix))
        torch.save(public_state(), target)

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", download)
    load_encoder_weights(MobileNetV2Encoder(), "imagenet")
    with pytest.raises(InputError, match="does not hold this encoder's weights"):
        load_encoder_weights(ResNet18Encoder(), "imagenet")
    assert asked == [
        ("mobilenet_v2-b0353104.pth", "b0353104"),
        ("resnet18-f37072fd.pth", "f37072fd"),
    ]
