"""Every combination of encoder and decoder; ``test_written_out`` holds the default one's values."""

from __future__ import annotations

from itertools import product

import pytest
import torch

from spoofcue.cue.decoder import CueDecoder
from spoofcue.cue.encoder import ResNet18Encoder
from spoofcue.cue.generator import LGSC, CueGenerator
from spoofcue.methods.network_cost import summarise
from spoofcue.methods.settings import load_settings

ENCODERS = ("resnet18", "mobilenet-v2")
DECODERS = ("residual", "separable")
NORMS = ("batch", "instance")


@pytest.mark.parametrize(
    ("encoder", "decoder", "norm", "tail"),
    [
        (*names, tail)
        for names in product(ENCODERS, DECODERS, NORMS)
        for tail in ((True, False) if names[0] == "mobilenet-v2" else (True,))
    ],
)
def test_shapes_of_every_combination(encoder: str, decoder: str, norm: str, tail: bool) -> None:
    torch.manual_seed(0)
    model = LGSC(
        encoder_norm=norm,  # type: ignore[arg-type]
        decoder_norm=norm,  # type: ignore[arg-type]
        width=8,
        encoder=encoder,  # type: ignore[arg-type]
        mobile_multiplier=0.35,
        decoder=decoder,  # type: ignore[arg-type]
        decoder_width=4,
        mobile_tail=tail,
    )
    out, logit = model(torch.rand(2, 3, 64, 96) * 2 - 1)
    assert out.cue.shape == (2, 3, 64, 96)
    assert 0 < float(out.cue.detach().abs().max()) <= 1
    for k, (feature, count) in enumerate(
        zip(out.encoder, model.generator.encoder.channels, strict=True), start=1
    ):
        assert feature.shape == (2, count, 64 >> k, 96 >> k)
    for k, (feature, count) in enumerate(
        zip(out.decoder, model.generator.decoder.channels, strict=True), start=1
    ):
        assert feature.shape == (2, count, 64 >> (5 - k), 96 >> (5 - k))
    (out.cue.square().sum() + logit.sum()).backward()
    # DDP waits for every parameter that claims to be trained
    assert all(p.grad is not None for p in model.parameters())


def test_the_default_network_starts_from_the_same_random_numbers() -> None:
    torch.manual_seed(4)
    encoder = ResNet18Encoder("batch", 8)
    decoder = CueDecoder(encoder.channels, "instance")
    torch.manual_seed(4)
    made = CueGenerator(width=8)
    for mine, theirs in ((encoder, made.encoder), (decoder, made.decoder)):
        theirs_state = theirs.state_dict()
        assert all(torch.equal(v, theirs_state[k]) for k, v in mine.state_dict().items())


def test_separable_convolutions_cost_what_a_count_by_hand_says() -> None:
    from spoofcue.cue.light.separable import SeparableBlock

    block = SeparableBlock(10, 6, 4, "batch")
    # reduce 10x4+4; merge: 3x3 of 10 and 10x4; refine: 3x3 of 4 and 4x4; scale and shift of four
    # the shortcut is what reduce gives, free
    norms = 2 * (10 + 4 + 4 + 4)
    convs = (10 * 4 + 4) + (9 * 10 + 10 * 4) + (9 * 4 + 4 * 4)
    assert sum(p.numel() for p in block.parameters()) == convs + norms
    assert block(torch.zeros(1, 10, 2, 3), torch.zeros(1, 6, 4, 6)).shape == (1, 4, 4, 6)


def test_the_lite_preset_keeps_its_limits() -> None:
    """At most 0.35 GFLOP and 1.8 M parameters, counted by torch and once more layer by layer."""
    settings = load_settings("lite-unet")
    model, side = LGSC(**settings.model.network()), settings.input.size
    summary = summarise(model, side, side)
    by_layer = 0

    def count(module: torch.nn.Module, _: object, out: torch.Tensor) -> None:
        nonlocal by_layer
        assert isinstance(module, torch.nn.Conv2d)
        by_layer += module.weight[0].numel() * out[0].numel()

    for layer in model.generator.modules():
        if isinstance(layer, torch.nn.Conv2d):
            layer.register_forward_hook(count)
    with torch.no_grad():
        model.generator.eval()(torch.zeros(1, 3, side, side))
    assert by_layer == summary.generator_macs
    assert 2 * by_layer <= 0.35e9
    assert summary.parameters["generator"] < 1.8e6


def test_public_multiply_adds_of_mobilenet() -> None:
    summary = summarise(LGSC(encoder="mobilenet-v2", decoder="separable"))
    encoder_only = LGSC(encoder="mobilenet-v2", auxiliary="none").generator.encoder.to("meta")
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter, torch.no_grad():
        encoder_only.eval()(torch.empty(1, 3, 224, 224, device="meta"))
    # the paper says 300 M at 224 with its head, which has 1.28 M
    assert counter.get_total_flops() / 2 == pytest.approx(300e6 - 1.28e6, rel=0.01)
    assert summary.features["E5"] == (1280, 7, 7)
    assert summary.generator_macs > counter.get_total_flops() / 2
