"""A one-class Gaussian mixture: how unlike the live faces of its training a face is."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.methods.classical.svm import to_score

Floats = NDArray[np.float64]

# Of standardised features. Components of a few dozen faces have features that hardly vary there
# (many are zero after ReLU); unbounded, their variances alone would decide about every new face.
LEAST_VARIANCE = 1e-2


@dataclass(frozen=True, slots=True, eq=False)
class MixtureModel:
    """Gaussians with diagonal covariances in standardised features.

    Attributes:
        mean: (D,) of the live training features.
        scale: (D,) their standard deviation, 1 where a feature is constant.
        weights: (K,) of sum 1.
        means: (K, D) of the components.
        variances: (K, D), > 0.
        typical: negative log-likelihood of the live training faces, their mean, in nats.
        spread: their standard deviation, > 0.

    """

    mean: Floats
    scale: Floats
    weights: Floats
    means: Floats
    variances: Floats
    typical: float
    spread: float


def fit_mixture(live: Floats, components: int, seed: int) -> MixtureModel:
    """Expectation maximisation from k-means, on live faces only.

    Diagonal: a full covariance of 960 features has 461 280 values, more than any live set here.

    Args:
        live: (N, D) features of live faces.
        components: K, at most N.
        seed: of k-means.

    Raises:
        InputError: fewer live faces than components.

    """
    from sklearn.mixture import GaussianMixture
    from sklearn.preprocessing import StandardScaler

    if len(live) < max(components, 2):
        raise InputError(
            f"{components} Gaussians cannot be fitted to {len(live)} live faces of the train "
            f"split; --set compared.gmm_components={max(1, len(live) // 10)}, or prepare more."
        )
    scaler = StandardScaler().fit(live)
    mixture = GaussianMixture(
        components, covariance_type="diag", reg_covar=LEAST_VARIANCE, random_state=seed
    ).fit(scaler.transform(live))
    model = MixtureModel(
        mean=np.asarray(scaler.mean_, dtype=np.float64),
        scale=np.asarray(scaler.scale_, dtype=np.float64),
        weights=np.asarray(mixture.weights_, dtype=np.float64),
        means=np.asarray(mixture.means_, dtype=np.float64),
        variances=np.asarray(mixture.covariances_, dtype=np.float64),
        typical=0.0,
        spread=1.0,
    )
    surprise = negative_log_likelihood(model, live)
    # Faces that are all alike have no spread; any unit does for them.
    spread = float(surprise.std()) or 1.0
    return replace(model, typical=float(surprise.mean()), spread=spread)


def anomaly_score(model: MixtureModel, features: Floats) -> Floats:
    """Negative log-likelihood squashed into (0, 1), its order kept: 0.5 is a typical live face.

    Counted in deviations of the live training faces, so that scores do not all lie at 1.
    Shapes: (N, D) -> (N,).
    """
    return to_score((negative_log_likelihood(model, features) - model.typical) / model.spread)


def negative_log_likelihood(model: MixtureModel, features: Floats) -> Floats:
    """-log p(standardised features), in nats; any real number, higher = less like a live face.

    Shapes: (N, D) -> (N,).
    """
    standard = (features - model.mean) / model.scale
    constant = standard.shape[1] * math.log(2 * math.pi)
    of_components = np.empty((len(standard), len(model.weights)))
    parts = zip(model.weights, model.means, model.variances, strict=True)
    for k, (weight, mean, variance) in enumerate(parts):
        distance = ((standard - mean) ** 2 / variance).sum(axis=1)
        volume = constant + np.log(variance).sum()
        # A component that lost all its faces has weight 0 and no say.
        log_weight = math.log(weight) if weight > 0 else -math.inf
        of_components[:, k] = log_weight - 0.5 * (distance + volume)
    best = of_components.max(axis=1)
    return -(best + np.log(np.exp(of_components - best[:, None]).sum(axis=1)))
