"""Detectors fitted in one piece, beside scikit-learn's own fit and by what they must do."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from spoofcue.errors import InputError
from spoofcue.export.family_fit import fit_detectors
from spoofcue.metrics.measures import auc
from spoofcue.metrics.scores import ScoreSet


def some_faces(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Live about 0; prints are shifted along the first channel, replays along the second."""
    live = rng.normal(size=(300, 6))
    prints = rng.normal(size=(150, 6)) + 3 * np.eye(6)[0]
    replays = rng.normal(size=(150, 6)) + 3 * np.eye(6)[1]
    # channels of other units, one that never changes
    units = np.array([1, 100, 0.01, 1, 1, 0])
    features = np.concatenate([live, prints, replays]) * units + [5, -3, 0, 0, 2, 7]
    label = np.repeat([0, 1], 300)
    return features, label, [""] * 300 + ["print"] * 150 + ["replay"] * 150


def test_each_detector_finds_its_family_and_live_faces_lie_at_zero() -> None:
    features, label, family = some_faces(np.random.default_rng(0))
    fit = fit_detectors(features, label, family, ("print", "replay"), ridge=0.1)
    evidence = features @ fit.weight.T + fit.offset
    live = evidence[label == 0]
    np.testing.assert_allclose(live.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(live.std(axis=0), 1, atol=1e-9)
    for k, name in enumerate(("print", "replay")):
        rows = (label == 0) | (np.array(family) == name)
        assert auc(ScoreSet.of(evidence[rows, k], label[rows])) > 0.97
    other = evidence[np.array(family) == "replay", 0]
    assert abs(other.mean()) < 1.5
    np.testing.assert_allclose(fit.live.mean, features[label == 0].mean(axis=0))
    assert fit.weight[:, 5].tolist() == [0, 0]


def test_units_of_the_channels_do_not_matter() -> None:
    features, label, family = some_faces(np.random.default_rng(1))
    scaled = features * [3, 1e-3, 7, 1, 1, 1]
    a = fit_detectors(features, label, family, ("print",)).evidence(features)
    b = fit_detectors(scaled, label, family, ("print",)).evidence(scaled)
    np.testing.assert_allclose(a, b, atol=1e-4)


def test_the_loss_is_at_its_least() -> None:
    """The gradient of the stated loss, by hand, is zero at the weights that come out."""
    features, label, family = some_faces(np.random.default_rng(2))
    ridge = 0.5
    fit = fit_detectors(features, label, family, ("print",), ridge=ridge)
    scale = np.where(features.std(axis=0) > 0, features.std(axis=0), 1)
    x = (features - features.mean(axis=0)) / scale
    rows = (label == 0) | (np.array(family) == "print")
    x, y = x[rows], label[rows]
    direction = fit.weight[0] * scale
    weights = np.where(y == 1, len(y) / (2 * y.sum()), len(y) / (2 * (1 - y).sum()))
    # its length and the offset are the two numbers that the deviations of live faces have changed

    def steepest(size: float) -> float:
        w, offset = direction * size, 0.0
        for _ in range(30):  # Newton's steps on the offset alone
            p = 1 / (1 + np.exp(-(x @ w + offset)))
            offset -= (weights * (p - y)).sum() / (weights * p * (1 - p)).sum()
        p = 1 / (1 + np.exp(-(x @ w + offset)))
        return float(np.abs(x.T @ (weights * (p - y)) / len(y) + ridge * w).max())

    assert minimize_scalar(steepest, bounds=(0.01, 3), method="bounded").fun < 1e-5


def test_what_is_missing_is_said() -> None:
    features, label, family = some_faces(np.random.default_rng(3))
    with pytest.raises(InputError, match="mask"):
        fit_detectors(features, label, family, ("print", "mask"))
    with pytest.raises(InputError, match="no live faces"):
        fit_detectors(features[300:], label[300:], family[300:], ("print",))
