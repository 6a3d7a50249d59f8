"""What a network costs, which the paper does not say: parameters, shapes, multiply-adds."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch.utils.flop_counter import FlopCounterMode

from spoofcue.cue.decoder import DecoderFeatures
from spoofcue.cue.generator import LGSC


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """Counts for one input size.

    Attributes:
        input_hw: height and width, px.
        parameters: learned numbers per part: encoder, decoder, generator, classifier.
        features: (C, H, W) of E1..E5, D1..D5 (if there are) and the cue, for one image.
        generator_macs: multiply-adds of one image through the generator (all that scoring runs);
            those of convolutions and linear layers, as torch counts.
        classifier_macs: the same for the auxiliary classifier (training only).

    """

    input_hw: tuple[int, int]
    parameters: dict[str, int]
    features: dict[str, tuple[int, int, int]]
    generator_macs: int
    classifier_macs: int


def summarise(model: LGSC, height: int = 224, width: int = 224) -> ModelSummary:
    """Count ``model`` at one input size; runs on shapes alone and leaves ``model`` untouched.

    Raises:
        InputError: a side is no multiple of 32.

    """
    shadow = _on_meta(model)
    image = torch.empty(1, 3, height, width, device="meta")
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        output = shadow.generator(image)
    generator_flops = counter.get_total_flops()
    classifier_flops = 0
    if shadow.classifier is not None:
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            shadow.classifier(image, output.cue)
        classifier_flops = counter.get_total_flops()
    maps = {f"E{k}": m for k, m in enumerate(output.encoder, start=1)}
    if isinstance(output.decoder, DecoderFeatures):
        maps |= {f"D{k}": m for k, m in enumerate(output.decoder, start=1)}
    maps["cue"] = output.cue
    return ModelSummary(
        input_hw=(height, width),
        parameters={
            "encoder": _parameters(model.generator.encoder),
            "decoder": _parameters(model.generator.decoder),
            "generator": _parameters(model.generator),
            "classifier": _parameters(model.classifier) if model.classifier is not None else 0,
        },
        features={n: (m.shape[1], m.shape[2], m.shape[3]) for n, m in maps.items()},
        generator_macs=generator_flops // 2,  # the counter calls a multiply-add two operations
        classifier_macs=classifier_flops // 2,
    )


def _on_meta(model: LGSC) -> LGSC:
    return copy.deepcopy(model).to("meta").eval()


def _parameters(module: torch.nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())
