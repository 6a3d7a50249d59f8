"""The light networks against their layers written out as functions of the stored weights."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from spoofcue.cue.encoder import Norm, ResNet18Encoder
from spoofcue.cue.light.mobilenet import MobileNetV2Encoder
from spoofcue.cue.light.separable import SeparableDecoder

State = dict[str, Tensor]
# MobileNetV2's Table 2, one row a block: expansion, channels, stride (features.1 to features.17).
TABLE_2 = [
    (1, 16, 1),
    (6, 24, 2),
    (6, 24, 1),
    *[(6, 32, s) for s in (2, 1, 1)],
    *[(6, 64, s) for s in (2, 1, 1, 1)],
    *[(6, 96, 1)] * 3,
    *[(6, 160, s) for s in (2, 1, 1)],
    (6, 320, 1),
]


def stirred(module: torch.nn.Module) -> State:
    """Weights and statistics of no special value; what is returned is what the module holds."""
    rng = torch.Generator().manual_seed(2)
    module.double().eval()
    for name, value in module.state_dict().items():
        if value.is_floating_point():
            noise = torch.randn(value.shape, generator=rng, dtype=torch.float64)
            if "running_var" in name or (value.ndim == 1 and name.endswith("weight")):
                noise = 1 + 0.2 * noise.abs()
            elif value.ndim == 4:
                noise = noise / math.sqrt(value[0].numel())
            value.copy_(noise)
    return module.state_dict()


def batch_norm(x: Tensor, state: State, at: str) -> Tensor:
    mean, variance, weight, bias = (
        state[f"{at}.{n}"].view(1, -1, 1, 1)
        for n in ("running_mean", "running_var", "weight", "bias")
    )
    return (x - mean) / (variance + 1e-5).sqrt() * weight + bias


def instance_norm(x: Tensor, state: State, at: str) -> Tensor:
    mean = x.mean((2, 3), keepdim=True)
    variance = (x - mean).square().mean((2, 3), keepdim=True)
    weight, bias = (state[f"{at}.{n}"].view(1, -1, 1, 1) for n in ("weight", "bias"))
    return (x - mean) / (variance + 1e-5).sqrt() * weight + bias


NORMS = {"batch": batch_norm, "instance": instance_norm}


def mobilenet(image: Tensor, state: State, norm: Norm, blocks: int) -> list[Tensor]:
    """Outputs of features.0 to the last."""
    normalise = NORMS[norm]

    def convolved(x: Tensor, at: str, stride: int = 1, depthwise: bool = False) -> Tensor:
        weight = state[f"{at}.0.weight"]
        groups = x.shape[1] if depthwise else 1
        x = F.conv2d(x, weight, None, stride, weight.shape[-1] // 2, 1, groups)
        return normalise(x, state, f"{at}.1").clamp(0, 6)

    # Pixels as ImageNet's are standardised. The constants are float32, and instance norms over few
    # places would enlarge what that leaves out.
    mean, std = (
        torch.tensor(v).view(1, 3, 1, 1) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    )
    standard = image * (0.5 / std).double() + ((0.5 - mean) / std).double()
    outputs = [convolved(standard, "features.0", 2)]
    for number, (expansion, _, stride) in enumerate(TABLE_2[: blocks - 1], start=1):
        at, x = f"features.{number}.conv", outputs[-1]
        before = x
        if expansion > 1:
            x = convolved(x, f"{at}.0")
        filtered = 1 if expansion > 1 else 0
        x = convolved(x, f"{at}.{filtered}", stride, depthwise=True)
        x = F.conv2d(x, state[f"{at}.{filtered + 1}.weight"])
        x = normalise(x, state, f"{at}.{filtered + 2}")
        outputs.append(x + before if stride == 1 and x.shape == before.shape else x)
    if blocks == 19:
        outputs.append(convolved(outputs[-1], "features.18"))
    return outputs


@pytest.mark.parametrize("norm", ["batch", "instance"])
@pytest.mark.parametrize("blocks", [19, 17, 14])
def test_mobilenet_is_its_table_written_out(norm: Norm, blocks: int) -> None:
    encoder = MobileNetV2Encoder(norm, 0.35, blocks)
    state = stirred(encoder)
    rng = torch.Generator().manual_seed(2)
    image = torch.rand(2, 3, 64, 96, generator=rng, dtype=torch.float64) * 2 - 1
    with torch.no_grad():
        found = encoder(image)
        outputs = mobilenet(image, state, norm, blocks)
    wanted = [outputs[k] for k in (1, 3, 6, 13)] + [outputs[-1]]
    for one, other in zip(found, wanted, strict=True):
        assert torch.allclose(one, other)
    assert (encoder.multiplier, encoder.blocks) == (0.35, blocks)
    assert not [name for name in state if name in ("scale", "shift")]


def test_widths_are_those_of_table_2() -> None:
    encoder = MobileNetV2Encoder()
    widths = [encoder.features[k].conv[-2].out_channels for k in range(1, 18)]  # type: ignore[union-attr,index]
    assert widths == [width for _, width, _ in TABLE_2]
    assert encoder.features[0][0].out_channels == 32  # type: ignore[index]
    assert encoder.features[18][0].out_channels == 1280  # type: ignore[index]


def separable(features: list[Tensor], state: State, norm: Norm) -> list[Tensor]:
    """D1 to D5 and the cue map."""
    normalise = NORMS[norm]

    def pair(x: Tensor, at: str) -> Tensor:
        x = F.conv2d(x, state[f"{at}.0.weight"], padding=1, groups=x.shape[1])
        x = F.conv2d(normalise(x, state, f"{at}.1").clamp(min=0), state[f"{at}.3.weight"])
        return normalise(x, state, f"{at}.4")

    e1, e2, e3, e4, x = features
    found = []
    for k, skip in enumerate((e4, e3, e2, e1, None), start=1):
        x = F.conv2d(x, state[f"block{k}.reduce.weight"], state[f"block{k}.reduce.bias"])
        x = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
        merged = x if skip is None else torch.cat([x, skip], 1)
        merged = pair(merged, f"block{k}.merge").clamp(min=0)
        x = (pair(merged, f"block{k}.refine") + x).clamp(min=0)
        found.append(x)
    cue = F.conv2d(x, state["to_cue.weight"], state["to_cue.bias"], padding=1).tanh()
    return [*found, cue]


@pytest.mark.parametrize("norm", ["batch", "instance"])
def test_the_separable_decoder_is_its_layers_written_out(norm: Norm) -> None:
    channels = (2, 3, 4, 5, 6)
    decoder = SeparableDecoder(channels, 2, norm)
    state = stirred(decoder)
    rng = torch.Generator().manual_seed(0)
    features = [
        torch.randn(2, c, 64 >> k, 32 >> k, generator=rng, dtype=torch.float64)
        for k, c in enumerate(channels, start=1)
    ]
    with torch.no_grad():
        cue, maps = decoder(features_of(features))
        *wanted, wanted_cue = separable(features, state, norm)
    assert torch.allclose(cue, wanted_cue)
    for one, other in zip(maps, wanted, strict=True):
        assert torch.allclose(one, other)
    assert decoder.channels == (16, 16, 8, 4, 2)
    assert SeparableDecoder(channels).channels == (128, 128, 64, 32, 16)
    assert isinstance(SeparableDecoder(channels).block1.merge[1], torch.nn.InstanceNorm2d)  # type: ignore[index]


def features_of(maps: list[Tensor]):  # type: ignore[no-untyped-def]
    from spoofcue.cue.encoder import EncoderFeatures

    return EncoderFeatures(*maps)


@pytest.mark.parametrize("make", [lambda: ResNet18Encoder(width=32), MobileNetV2Encoder])
def test_weights_begin_with_the_variance_of_he_et_al(make: Callable[[], torch.nn.Module]) -> None:
    """Two over the fan out: it keeps the size of gradients through ReLUs."""
    torch.manual_seed(0)
    encoder = make()
    seen = 0
    for layer in encoder.modules():
        if isinstance(layer, torch.nn.Conv2d) and layer.weight.numel() > 2000:
            count, _, kernel, _ = layer.weight.shape
            wanted = math.sqrt(2 / (count * kernel**2))
            # 4.5 deviations of a sample deviation
            off = 4.5 / math.sqrt(2 * layer.weight.numel())
            assert layer.weight.std().item() == pytest.approx(wanted, rel=off)
            assert abs(layer.weight.mean().item()) < 4.5 * wanted / math.sqrt(layer.weight.numel())
            seen += 1
    assert seen >= 18
