from __future__ import annotations

import numpy as np
import pytest
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import StandardScaler

from spoofcue.errors import InputError
from spoofcue.methods.classical.mixture import (
    LEAST_VARIANCE,
    fit_mixture,
    negative_log_likelihood,
)

RNG = np.random.default_rng(0)
LIVE = np.concatenate([RNG.normal(0, 1, (40, 5)), RNG.normal(6, 2, (30, 5))]) * [1, 9, 0.01, 1, 0]


def test_likelihood_is_scikit_learns() -> None:
    model = fit_mixture(LIVE, 3, seed=1)
    scaler = StandardScaler().fit(LIVE)
    mixture = GaussianMixture(3, covariance_type="diag", reg_covar=LEAST_VARIANCE, random_state=1)
    mixture.fit(scaler.transform(LIVE))
    new = np.concatenate([LIVE[:9], RNG.normal(0, 300, (6, 5))])  # far ones underflow exp()
    wanted = -mixture.score_samples(scaler.transform(new))
    assert negative_log_likelihood(model, new) == pytest.approx(wanted, rel=1e-10)


def test_the_unlike_score_higher() -> None:
    scores = negative_log_likelihood(
        fit_mixture(LIVE, 2, seed=0), np.concatenate([LIVE, LIVE[:5] + np.array([30, 0, 0, 0, 0])])
    )
    assert scores[-5:].min() > scores[:-5].max()


def test_more_gaussians_than_faces_are_refused() -> None:
    with pytest.raises(InputError, match="20 Gaussians cannot be fitted to 12 live"):
        fit_mixture(LIVE[:12], 20, seed=0)
