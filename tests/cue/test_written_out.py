"""The network beside one written out here: He et al. (2016), Fig. 2 and sections 3.3 and 3.4.

Nothing of the package computes the reference; it takes weights by their names alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from spoofcue.cue.generator import LGSC

# ResNet-18 has four stages of two blocks; all but the first halve the map and double the channels.
STAGES = ((1, 1, 1), (2, 1, 2), (3, 2, 4), (4, 4, 8))  # number, width in, width out


def norm_shapes(name: str, channels: int, kind: str) -> dict[str, tuple[int, ...]]:
    learned: dict[str, tuple[int, ...]] = {f"{name}.{n}": (channels,) for n in ("weight", "bias")}
    if kind == "instance":
        return learned
    kept = {f"{name}.{n}": (channels,) for n in ("running_mean", "running_var")}
    return learned | kept | {f"{name}.num_batches_tracked": ()}


def encoder_shapes(at: str, width: int, kind: str) -> dict[str, tuple[int, ...]]:
    shapes = {f"{at}.conv1.weight": (width, 3, 7, 7), **norm_shapes(f"{at}.bn1", width, kind)}
    for stage, w_in, w_out in STAGES:
        for block in (0, 1):
            name = f"{at}.layer{stage}.{block}"
            c_in, c_out = (w_in if block == 0 else w_out) * width, w_out * width
            shapes |= {f"{name}.conv1.weight": (c_out, c_in, 3, 3)}
            shapes |= norm_shapes(f"{name}.bn1", c_out, kind)
            shapes |= {f"{name}.conv2.weight": (c_out, c_out, 3, 3)}
            shapes |= norm_shapes(f"{name}.bn2", c_out, kind)
            if c_in != c_out:
                shapes |= {f"{name}.downsample.0.weight": (c_out, c_in, 1, 1)}
                shapes |= norm_shapes(f"{name}.downsample.1", c_out, kind)
    return shapes


def decoder_shapes(at: str, width: int, kind: str) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    # channels: of the map before, of the encoder's map that is put beside it, of the map made
    for block, c_in, skip, c_out in (
        (1, 8 * width, 4 * width, 4 * width),
        (2, 4 * width, 2 * width, 2 * width),
        (3, 2 * width, width, width),
        (4, width, width, width),
        (5, width, 0, width // 2),
    ):
        name = f"{at}.block{block}"
        shapes |= {f"{name}.up.weight": (c_out, c_in, 2, 2), f"{name}.up.bias": (c_out,)}
        shapes |= {f"{name}.conv1.weight": (c_out, c_out + skip, 3, 3)}
        shapes |= norm_shapes(f"{name}.norm1", c_out, kind)
        shapes |= {f"{name}.conv2.weight": (c_out, c_out, 3, 3)}
        shapes |= norm_shapes(f"{name}.norm2", c_out, kind)
        shapes |= {f"{name}.shortcut.weight": (c_out, c_out + skip, 1, 1)}
        shapes |= {f"{name}.shortcut.bias": (c_out,)}
    return shapes | {f"{at}.to_cue.weight": (3, width // 2, 3, 3), f"{at}.to_cue.bias": (3,)}


def network_shapes(width: int, encoder: str, decoder: str) -> dict[str, tuple[int, ...]]:
    return {
        **encoder_shapes("generator.encoder", width, encoder),
        **decoder_shapes("generator.decoder", width, decoder),
        **encoder_shapes("classifier.backbone", width, "batch"),
        "classifier.fc.weight": (1, 8 * width),
        "classifier.fc.bias": (1,),
    }


def drawn(shapes: dict[str, tuple[int, ...]]) -> dict[str, Tensor]:
    """Weights that keep magnitudes about as they are, and no scale, shift or statistic trivial."""
    rng = torch.Generator().manual_seed(0)
    state = {}
    for name, shape in shapes.items():
        if name.endswith("num_batches_tracked"):
            state[name] = torch.tensor(3)
        elif name.endswith(("running_var", "norm1.weight", "norm2.weight", "bn1.weight")):
            state[name] = 0.5 + torch.rand(shape, generator=rng, dtype=torch.float64)
        elif len(shape) == 1:
            state[name] = 0.3 * torch.randn(shape, generator=rng, dtype=torch.float64)
        else:
            value = torch.randn(shape, generator=rng, dtype=torch.float64)
            state[name] = value * (1.5 / value[0].numel()) ** 0.5
    return state


@dataclass
class WrittenOut:
    """The paper's network as plain functions of a state dict."""

    state: dict[str, Tensor]
    training: bool

    def norm(self, x: Tensor, name: str) -> Tensor:
        scale, shift = (self.state[f"{name}.{n}"][:, None, None] for n in ("weight", "bias"))
        if f"{name}.running_mean" not in self.state:  # instance norm: each map by itself
            mean, variance = x.mean((2, 3), keepdim=True), x.var((2, 3), False, keepdim=True)
        elif self.training:
            mean, variance = x.mean((0, 2, 3), keepdim=True), x.var((0, 2, 3), False, keepdim=True)
        else:
            mean, variance = (
                self.state[f"{name}.{n}"][None, :, None, None]
                for n in ("running_mean", "running_var")
            )
        return (x - mean) / (variance + 1e-5).sqrt() * scale + shift

    def conv(self, x: Tensor, name: str, stride: int = 1, pad: int = 0) -> Tensor:
        bias = self.state.get(f"{name}.bias")
        return F.conv2d(F.pad(x, (pad, pad, pad, pad)), self.state[f"{name}.weight"], bias, stride)

    def resnet18(self, image: Tensor, at: str) -> list[Tensor]:
        """E1..E5."""
        x = F.relu(self.norm(self.conv(image, f"{at}.conv1", 2, 3), f"{at}.bn1"))
        maps = [x]
        x = F.max_pool2d(x, kernel_size=3, stride=2, padding=1)
        for stage in (1, 2, 3, 4):
            for block in (0, 1):
                name = f"{at}.layer{stage}.{block}"
                stride = 2 if stage > 1 and block == 0 else 1
                inner = F.relu(
                    self.norm(self.conv(x, f"{name}.conv1", stride, 1), f"{name}.bn1"),
                )
                inner = self.norm(self.conv(inner, f"{name}.conv2", 1, 1), f"{name}.bn2")
                if stride == 2:
                    x = self.norm(self.conv(x, f"{name}.downsample.0", 2), f"{name}.downsample.1")
                x = F.relu(inner + x)
            maps.append(x)
        return maps

    def decoded(self, x: Tensor, skip: Tensor | None, at: str) -> Tensor:
        """Nearest x2, 2x2 convolution with zeros right and below, concatenation, residual block."""
        x = x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
        x = self.conv(F.pad(x, (0, 1, 0, 1)), f"{at}.up")
        if skip is not None:
            x = torch.cat((x, skip), dim=1)
        inner = F.relu(self.norm(self.conv(x, f"{at}.conv1", 1, 1), f"{at}.norm1"))
        inner = self.norm(self.conv(inner, f"{at}.conv2", 1, 1), f"{at}.norm2")
        return F.relu(inner + self.conv(x, f"{at}.shortcut"))

    def run(self, image: Tensor, sees: str) -> dict[str, Tensor]:
        e = self.resnet18(image, "generator.encoder")
        d = e[4]
        made = {f"E{k}": m for k, m in enumerate(e, start=1)}
        for k, skip in enumerate((e[3], e[2], e[1], e[0], None), start=1):
            d = self.decoded(d, skip, f"generator.decoder.block{k}")
            made[f"D{k}"] = d
        made["cue"] = torch.tanh(self.conv(d, "generator.decoder.to_cue", 1, 1))
        seen = image + made["cue"] if sees == "overlay" else made["cue"]
        pooled = self.resnet18(seen, "classifier.backbone")[4].mean((2, 3))
        weight, bias = self.state["classifier.fc.weight"], self.state["classifier.fc.bias"]
        return made | {"logit": pooled @ weight[0] + bias[0]}


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize(
    ("options", "width", "encoder", "decoder", "sees"),
    [
        ({}, 64, "batch", "instance", "overlay"),  # the paper's, by the defaults
        (
            {"width": 6, "encoder_norm": "instance", "decoder_norm": "batch", "auxiliary": "cue"},
            *(6, "instance", "batch", "cue"),
        ),
    ],
    ids=["paper", "other norms, cue alone"],
)
def test_every_map_and_the_logit_are_those_of_the_network_written_out(
    options: dict[str, object], width: int, encoder: str, decoder: str, sees: str, training: bool
) -> None:
    state = drawn(network_shapes(width, encoder, decoder))
    model = LGSC(**options).double().train(training)  # type: ignore[arg-type]
    # names, their order (an optimiser's state goes by it) and shapes
    assert {k: tuple(v.shape) for k, v in model.state_dict().items()} == {
        k: tuple(v.shape) for k, v in state.items()
    }
    assert list(model.state_dict()) == list(state)
    model.load_state_dict(state)
    rng = torch.Generator().manual_seed(1)
    image = torch.rand(2, 3, 64, 96, generator=rng, dtype=torch.float64) * 2 - 1
    with torch.no_grad():
        wanted = WrittenOut(state, training).run(image, sees)
        output, logit = model(image)
    # no map is dead, and Tanh bends without being at its ends everywhere
    assert all(float(m.std()) > 0.1 for name, m in wanted.items() if name != "logit")
    assert 0.2 < float(wanted["cue"].abs().mean()) < 0.9
    assert float((wanted["logit"][0] - wanted["logit"][1]).abs()) > 1e-3
    found = {f"E{k}": m for k, m in enumerate(output.encoder, start=1)}
    found |= {f"D{k}": m for k, m in enumerate(output.decoder, start=1)}
    found |= {"cue": output.cue, "logit": logit}
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        torch.testing.assert_close(found[name], value, rtol=1e-9, atol=1e-9, msg=name)
