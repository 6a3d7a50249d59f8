"""Pooled features of any layer (Fig. 4 takes D4); needs torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.media.image import read_image
from spoofcue.patches.geometry import normalise, scoring_inputs

if TYPE_CHECKING:
    from spoofcue.cue.generator import CueOutput
    from spoofcue.scoring.face import FaceScorer

LAYERS = ("E1", "E2", "E3", "E4", "E5", "D1", "D2", "D3", "D4", "D5", "SC")


def as_layer(text: str) -> str:
    """Check a layer that a user typed.

    Raises:
        InputError: there is none of that name.

    """
    if text.upper() in LAYERS:
        return text.upper()
    raise InputError(f"--layer {text}: choose one of {', '.join(LAYERS)} (SC is the cue map).")


def pooled(output: CueOutput, layer: str) -> NDArray[np.float32]:
    """(B, C) float32: the layer's mean over all places (GAP), as the triplet loss has it."""
    if layer == "SC":
        map_ = output.cue
    else:
        maps = output.encoder if layer[0] == "E" else output.decoder
        map_ = maps[int(layer[1]) - 1]
    found: NDArray[np.float32] = map_.float().mean(dim=(2, 3)).cpu().numpy()
    return found


def face_features(
    model: FaceScorer,
    crops: Sequence[Path],
    layer: str,
    progress: Callable[[int], None] | None = None,
) -> NDArray[np.float32]:
    """Features of whole faces; the mean over the patches where a run scores a grid.

    Args:
        model: the detector, in PyTorch.
        crops: files.
        layer: one of LAYERS.
        progress: called with the number of faces done.

    Returns:
        (N, C) float32.

    Raises:
        InputError: the method has no spoof cue generator.

    """
    import torch

    generator: Any = getattr(model, "generator", None)
    if generator is None:
        raise InputError("this method has no spoof cue generator, hence no layers E1..D5.")
    s = model.facts.input
    device = next(generator.parameters()).device
    rows = []
    for number, path in enumerate(crops, start=1):
        inputs = scoring_inputs(read_image(path), s)
        batch = torch.from_numpy(np.stack([normalise(i, s.mean, s.std) for i in inputs]))
        with torch.inference_mode():
            rows.append(pooled(generator(batch.to(device)), layer).mean(axis=0))
        if progress:
            progress(number)
    return np.stack(rows)
