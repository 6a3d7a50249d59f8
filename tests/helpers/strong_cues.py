"""Untrained networks whose cues are those of a trained one in size."""

from __future__ import annotations

import torch

from spoofcue.cue.decoder import FiveScales
from spoofcue.cue.generator import CueGenerator


def strengthen(generator: CueGenerator, std: float = 0.01) -> None:
    """Enlarge the last convolution's weights in place: mean |C| of 0.05 to 0.5 at 0.01.

    A network starts near the all-zero map, where all cues agree to the fourth decimal.
    """
    assert isinstance(generator.decoder, FiveScales)
    weight = generator.decoder.to_cue.weight
    with torch.no_grad():
        weight.mul_(std / weight.std())
