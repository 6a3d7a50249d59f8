"""Detectors of families for a package, fitted in one piece on features of a frozen network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.scoring.family_detectors import FamilyDetectors, LiveFeatures

Doubles = NDArray[np.float64]
# of the mean logistic loss: 1 / (RIDGE N) in scikit-learn's words
RIDGE = 0.3


def fit_detectors(
    features: Doubles,
    label: NDArray[np.integer],
    family: Sequence[str],
    families: Sequence[str],
    *,
    ridge: float = RIDGE,
) -> FamilyDetectors:
    """One logistic regression a family: its attacks against all live faces (Eq. 8, each apart).

    Features are standardised by all faces' means and deviations, both classes weigh the same, and
    the mean loss has ``ridge / 2`` times the squared weights added. The detectors come out in
    deviations of the live faces, whose mean is 0 for each.

    Args:
        features: (N, C).
        label: (N,) 0 live, 1 attack.
        family: (N,) of attacks; what is none of ``families`` is left out.
        families: K of them.
        ridge: above 0.

    Raises:
        InputError: a family without attacks, or no live faces.

    """
    from sklearn.linear_model import LogisticRegression

    live = label == 0
    if not live.any():
        raise InputError("there are no live faces to fit detectors on.")
    centre, scale = features.mean(axis=0), features.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)  # a channel that never changes tells nothing
    standard = (features - centre) / scale
    kinds = np.asarray(family)
    weight, offset = [], []
    for name in families:
        attack = (label == 1) & (kinds == name)
        if not attack.any():
            raise InputError(f"there are no attacks of the family {name} to fit its detector on.")
        rows = live | attack
        fit = LogisticRegression(
            C=1 / (ridge * rows.sum()), class_weight="balanced", max_iter=2000, tol=1e-8
        ).fit(standard[rows], label[rows])
        direction = fit.coef_[0] / scale
        own = features[live] @ direction
        weight.append(direction / own.std())
        offset.append(-own.mean() / own.std())
    return FamilyDetectors(np.array(weight), np.array(offset), LiveFeatures.of(features[live]))
