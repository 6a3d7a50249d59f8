"""Pooled features of faces, and their place on a plane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.media.image import read_image
from spoofcue.patches.inputs import normalise, scoring_inputs

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
    means: NDArray[np.float32] = map_.float().mean(dim=(2, 3)).cpu().numpy()
    return means


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


USUAL_PERPLEXITY = 30.0  # van der Maaten and Hinton: 5 to 50
FEWEST = 8


def perplexity_for(count: int, wanted: float | None = None) -> float:
    """30, or what ``count`` points allow: a third of them, as three times as many are looked at.

    Raises:
        InputError: ``wanted`` is out of range for so many points.

    """
    if wanted is None:
        return min(USUAL_PERPLEXITY, max(2.0, (count - 1) / 3))
    if not 1 <= wanted < count:
        raise InputError(f"--perplexity {wanted:g}: it must be from 1 to below the {count} faces.")
    return wanted


class TooFewFacesError(InputError):
    """A picture of so few points would show nothing."""


def embed(features: NDArray[np.float32], perplexity: float, seed: int = 0) -> NDArray[np.float32]:
    """(N, C) features to (N, 2) places, of which only who is near whom has a meaning.

    Raises:
        TooFewFacesError: fewer than FEWEST faces.
        InputError: a feature is not finite.

    """
    from sklearn.manifold import TSNE

    if len(features) < FEWEST:
        raise TooFewFacesError(
            f"t-SNE of {len(features)} faces shows nothing; {FEWEST} are needed."
        )
    if not np.isfinite(features).all():
        raise InputError("a feature is not finite: the network returned no numbers.")
    # scikit-learn starts from principal components, scaled to 1e-4; features that are all alike
    # (a network that collapsed) have none.
    spread = features.std(axis=0).max() > 0
    init = "pca" if spread and features.shape[1] >= 2 else "random"
    places = TSNE(
        n_components=2, perplexity=perplexity, init=init, random_state=seed, n_jobs=1
    ).fit_transform(features)
    return np.asarray(places, np.float32)
