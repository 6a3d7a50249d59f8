"""One colour scale for all pictures of a run, from the cue maps of its own test attacks.

A fixed scale shows nothing: a short training's maps are of the order 0.001, a long one's of 0.1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.media.image import read_image
from spoofcue.scoring.face import FaceScore, FaceScorer
from spoofcue.scoring.pictures import cue_magnitude

# Above the percentile lie the sharpest edges only; the maximum would be one pixel's.
PERCENTILE = 99.5
MAX_FACES = 128
MAX_PIXELS = 20_000  # of one face: large faces count no more than small ones


def attack_magnitudes(
    model: FaceScorer, crops: Sequence[Path], progress: Callable[[int], None] | None = None
) -> NDArray[np.float32]:
    """Cue magnitudes of attacks: of at most MAX_FACES, evenly spread, MAX_PIXELS of each.

    Args:
        model: the detector.
        crops: files of the test attacks, in a fixed order.
        progress: called with the number of faces scored.

    Returns:
        (N,) magnitudes, 0..1; empty if there is no attack or the model makes no cue map.

    """
    found: list[NDArray[np.float32]] = []
    for number, at in enumerate(spread(len(crops), MAX_FACES), start=1):
        cue = cue_of(model.score([read_image(crops[at])])[0])
        if cue is None:
            break
        magnitude = cue_magnitude(cue).reshape(-1)
        found.append(magnitude[:: -(-len(magnitude) // MAX_PIXELS)])
        if progress:
            progress(number)
    return np.concatenate(found) if found else np.zeros(0, np.float32)


def cue_scale(magnitudes: NDArray[np.floating], percentile: float = PERCENTILE) -> float:
    """The magnitude that is drawn brightest, > 0.

    Args:
        magnitudes: (N,), as of :func:`attack_magnitudes`.
        percentile: 0..100; more is drawn as bright as this.

    Raises:
        InputError: there are no magnitudes.

    """
    if not len(magnitudes):
        raise InputError("a colour scale needs cue maps of test attacks, and there are none.")
    # Maps of exact zeros have no scale of their own.
    return max(float(np.percentile(magnitudes, percentile)), float(np.finfo(np.float32).tiny))


def cue_of(result: FaceScore) -> NDArray[np.float32] | None:
    """The cue map; None from a method that has none."""
    return result.cue


def spread(count: int, most: int) -> list[int]:
    """At most ``most`` of 0..count - 1, ascending and evenly spaced, both ends among them."""
    if count <= most:
        return list(range(count))
    if most == 1:
        return [(count - 1) // 2]
    return [round(k * (count - 1) / (most - 1)) for k in range(most)]
