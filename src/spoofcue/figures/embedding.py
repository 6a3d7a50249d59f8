"""t-SNE of pooled features (section 4.5, Fig. 4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError

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
