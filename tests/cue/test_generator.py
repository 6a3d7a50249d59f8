from __future__ import annotations

import numpy as np
import pytest
import torch

from helpers.strong_cues import strengthen
from spoofcue.cue.encoder import ResNet18Encoder
from spoofcue.cue.generator import LGSC, CueGenerator
from spoofcue.cue.score import spoof_score
from spoofcue.errors import InputError
from spoofcue.methods.network_cost import summarise


@pytest.mark.parametrize(("height", "width"), [(32, 32), (64, 96), (128, 32)])
def test_features_follow_the_image(height: int, width: int) -> None:
    model = CueGenerator(width=8).eval()
    out = model(torch.zeros(2, 3, height, width))
    assert out.cue.shape == (2, 3, height, width)
    for k, feature in enumerate(out.encoder, start=1):
        assert feature.shape == (2, model.encoder.channels[k - 1], height >> k, width >> k)
    for k, feature in enumerate(out.decoder, start=1):
        assert feature.shape == (
            2,
            model.decoder.channels[k - 1],
            height >> (5 - k),
            width >> (5 - k),
        )


def test_cue_is_bounded() -> None:
    torch.manual_seed(0)
    model = CueGenerator(width=16)
    strengthen(model, 1)
    cue = model(torch.randn(4, 3, 64, 64) * 3).cue
    assert 0.9 < float(cue.detach().abs().max()) <= 1


def pictures(side: int, seed: int) -> torch.Tensor:
    """Two of noise, two with a photo's 1/f spectrum, two plain ones; in [-1, 1]."""
    rng = torch.Generator().manual_seed(seed)
    noise = torch.rand(2, 3, side, side, generator=rng) * 2 - 1
    y, x = torch.fft.fftfreq(side)[:, None], torch.fft.rfftfreq(side)[None]
    falling = torch.fft.rfft2(torch.randn(2, 3, side, side, generator=rng))
    falling = falling / (x**2 + y**2).sqrt().clamp(min=1 / side)
    photo = torch.fft.irfft2(falling, s=(side, side))
    plain = torch.rand(2, 3, 1, 1, generator=rng).expand(-1, -1, side, side) * 2 - 1
    return torch.cat([noise, (photo / photo.std() / 2).clamp(-1, 1), plain])


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize(
    "network",
    [{}, {"decoder_norm": "batch"}, {"decoder": "separable"}, {"encoder": "mobilenet-v2"}],
    ids=["paper", "batch", "separable", "mobile"],
)
def test_training_starts_near_the_all_zero_map(network: dict[str, str], training: bool) -> None:
    """Every face's score is below the threshold that section 4.1 recommends, and none is 0."""
    for seed in range(4):
        torch.manual_seed(seed)
        model = CueGenerator(**network).train(training)  # type: ignore[arg-type]
        with torch.no_grad():
            scores = spoof_score(model(pictures(224 if seed == 0 else 96, seed)).cue)
        assert 0 < float(scores.min()) <= float(scores.max()) < 0.01


@pytest.mark.parametrize("shape", [(1, 3, 33, 32), (1, 3, 32, 48), (1, 1, 32, 32), (3, 32, 32)])
def test_other_shapes_are_refused_by_name(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match=r"multiples of 32|\(B, 3, H, W\)"):
        CueGenerator(width=8)(torch.zeros(shape))


def test_score_is_the_mean_magnitude() -> None:
    cue = torch.tensor([0.5, -0.5, 0.0, 1.0]).view(1, 1, 2, 2).expand(1, 3, 2, 2)
    assert spoof_score(cue).item() == 0.5


def test_channels_last_and_bf16_agree_with_fp32() -> None:
    torch.manual_seed(1)
    model = LGSC(width=16).eval()
    strengthen(model.generator)
    image = torch.rand(2, 3, 64, 64) * 2 - 1
    with torch.no_grad():
        plain = model.generator(image).cue
        last = model.to(memory_format=torch.channels_last).generator(
            image.contiguous(memory_format=torch.channels_last)
        )
        with torch.autocast("cpu", torch.bfloat16):
            half, logit = model(image)
    assert torch.allclose(plain, last.cue, atol=1e-4)
    assert logit is not None
    assert logit.isfinite().all()
    assert (plain - half.cue.float()).abs().mean() < 0.03


def test_overlay_and_cue_inputs_differ_and_none_has_no_classifier() -> None:
    image, cue = torch.randn(2, 3, 32, 32), torch.zeros(2, 3, 32, 32)
    overlay = LGSC(auxiliary="overlay", width=8).eval().classifier
    alone = LGSC(auxiliary="cue", width=8).eval().classifier
    assert overlay is not None
    assert alone is not None
    alone.load_state_dict(overlay.state_dict())
    assert torch.allclose(overlay(image, cue), alone(cue, image))
    assert LGSC(auxiliary="none", width=8)(image)[1] is None


def test_encoder_is_the_public_resnet18() -> None:
    encoder = ResNet18Encoder()
    state = {k: v for k, v in encoder.state_dict().items() if "num_batches" not in k}
    # torchvision's ResNet-18 has 11,689,512 parameters, 513,000 of them in the ImageNet head.
    assert sum(p.numel() for p in encoder.parameters()) == 11_689_512 - 513_000
    assert len(state) == 100
    assert {"conv1.weight", "layer2.0.downsample.1.running_var", "layer4.1.bn2.bias"} <= set(state)


def test_multiply_adds_of_the_encoder_are_the_published_ones() -> None:
    summary = summarise(LGSC())
    # ResNet-18 without its head costs 1.814 G multiply-adds at 224; the auxiliary one has 1 output.
    assert summary.classifier_macs == pytest.approx(1.8136e9, rel=1e-3)
    assert summary.generator_macs > 3 * summary.classifier_macs
    assert summary.features["D1"] == (256, 14, 14)
    assert summary.features["cue"] == (3, 224, 224)


def test_multiply_adds_match_a_layer_by_layer_count() -> None:
    model, total = CueGenerator(width=8), 0

    def count(module: torch.nn.Module, _: object, out: torch.Tensor) -> None:
        nonlocal total
        assert isinstance(module, torch.nn.Conv2d)
        kernel = module.weight[0].numel()
        total += kernel * out[0].numel()

    for layer in model.modules():
        if isinstance(layer, torch.nn.Conv2d):
            layer.register_forward_hook(count)
    model.eval()(torch.zeros(1, 3, 64, 96))
    whole = LGSC(width=8)
    assert summarise(whole, 64, 96).generator_macs == total


def test_numpy_and_torch_score_alike() -> None:
    """Eq. 10 in either library; by hand for a map of two values."""
    cue = np.random.default_rng(0).uniform(-1, 1, (3, 3, 64, 32)).astype(np.float32)
    of_torch, of_numpy = spoof_score(torch.from_numpy(cue)), spoof_score(cue)
    assert of_torch.dtype == torch.float32
    assert of_numpy.dtype == np.float64
    assert of_torch.numpy() == pytest.approx(of_numpy, rel=1e-6)
    halves = np.zeros((1, 3, 32, 32), np.float32)
    halves[:, :, :16] = -0.5
    assert spoof_score(halves).tolist() == spoof_score(torch.from_numpy(halves)).tolist() == [0.25]
    # a score is the same whatever else is in the batch
    assert spoof_score(cue[1:2])[0] == of_numpy[1]
