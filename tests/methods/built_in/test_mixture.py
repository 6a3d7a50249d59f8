from __future__ import annotations

import numpy as np
import pytest
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import StandardScaler

from spoofcue.errors import InputError
from spoofcue.methods.built_in.gmm import (
    LEAST_VARIANCE,
    anomaly_score,
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


def test_scores_keep_the_order_and_have_a_typical_live_face_in_the_middle() -> None:
    model = fit_mixture(LIVE, 2, seed=0)
    surprise, scores = negative_log_likelihood(model, LIVE), anomaly_score(model, LIVE)
    assert (np.argsort(surprise) == np.argsort(scores)).all()
    assert ((scores > 0) & (scores < 1)).all()
    above = (surprise > surprise.mean()) == (scores > 0.5)
    assert above.all()
    one_deviation = np.abs(surprise - surprise.mean()) <= surprise.std()
    assert ((np.abs(scores - 0.5) <= 0.25) == one_deviation).all()


def test_more_gaussians_than_faces_are_refused() -> None:
    with pytest.raises(InputError, match="20 Gaussians cannot be fitted to 12 live"):
        fit_mixture(LIVE[:12], 20, seed=0)
