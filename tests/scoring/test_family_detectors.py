"""Detectors of families: what they say, their map, and how a camera turns them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from helpers.family_package import red_and_blue
from spoofcue.errors import PackageError
from spoofcue.scoring.family_detectors import MIDDLE, PRIOR, STRIDE, FamilyDetectors, LiveFeatures


def test_the_evidence_is_that_of_the_strongest_detector() -> None:
    detectors = red_and_blue()
    given_colours = np.array([[0.5, 0.5, 0.5], [0.6, 0.5, 0.9], [0.1, 0.0, 0.2]])
    assert detectors.evidence(given_colours).tolist() == pytest.approx([0.0, 8.0, -6.0])


def test_the_file_keeps_all_of_it() -> None:
    stored = FamilyDetectors.read(red_and_blue().content(), 2, 3, "x")
    np.testing.assert_allclose(stored.weight, red_and_blue().weight)
    np.testing.assert_allclose(stored.live.covariance, red_and_blue().live.covariance, rtol=1e-6)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"weight": None}, "weight"),
        ({"offset": np.zeros(3, np.float32)}, "offset"),
        ({"live_mean": np.array([0, np.nan, 0], np.float32)}, "live_mean"),
        ({"weight": np.ones((2, 3), np.int32)}, "weight"),
    ],
)
def test_a_file_that_is_none_is_refused(change: dict[str, np.ndarray | None], says: str) -> None:
    tensors: dict[str, np.ndarray | None] = {
        "weight": np.ones((2, 3), np.float32),
        "offset": np.ones(2, np.float32),
        "live_mean": np.ones(3, np.float32),
        "live_covariance": np.eye(3, dtype=np.float32),
    } | change
    data = save({name: value for name, value in tensors.items() if value is not None})
    with pytest.raises(PackageError, match=says):
        FamilyDetectors.read(data, 2, 3, "file")
    with pytest.raises(PackageError):
        FamilyDetectors.read(b"\x08\x00\x00\x00\x00\x00\x00\x00notjson!", 2, 3, "file")


def some_detectors(rng: np.random.Generator, channels: int = 5) -> FamilyDetectors:
    root = rng.normal(size=(channels, channels))
    live = LiveFeatures(50, rng.normal(size=channels), root @ root.T / channels)
    return FamilyDetectors(rng.normal(size=(2, channels)), rng.normal(size=2), live)


def test_live_faces_like_those_of_the_fit_change_nothing() -> None:
    detectors = some_detectors(np.random.default_rng(0))
    for pictures in (5, 30, 10_000):
        alike = LiveFeatures(pictures, detectors.live.mean, detectors.live.covariance)
        turned = detectors.aligned(alike)
        np.testing.assert_allclose(turned.weight, detectors.weight, rtol=1e-9)
        np.testing.assert_allclose(turned.offset, detectors.offset, rtol=1e-9)


def test_few_pictures_change_little_and_many_all() -> None:
    rng = np.random.default_rng(1)
    detectors = some_detectors(rng)
    other = some_detectors(rng).live
    away = [
        float(
            np.linalg.norm(
                detectors.aligned(LiveFeatures(n, other.mean, other.covariance)).weight
                - detectors.weight
            )
        )
        for n in (1, 5, 30, 300, 30_000)
    ]
    assert away == sorted(away)
    assert away[0] < 0.2 * away[-1]


def test_a_camera_whose_live_faces_are_shifted_scores_as_the_fit_did() -> None:
    rng = np.random.default_rng(2)
    detectors = some_detectors(rng)
    faces = rng.multivariate_normal(detectors.live.mean, detectors.live.covariance, 400)
    shift = rng.normal(size=5) * 3
    turned = detectors.aligned(LiveFeatures.of(faces + shift))
    before, after = detectors.evidence(faces), turned.evidence(faces + shift)
    assert abs(detectors.evidence(faces + shift).mean() - before.mean()) > 0.5
    assert after.mean() == pytest.approx(before.mean(), abs=0.1)
    assert after.std() == pytest.approx(before.std(), rel=0.1)


def test_with_many_pictures_the_direction_is_that_of_fishers_discriminant() -> None:
    """Attacks that are a shift of live faces are best told by S^-1 d, as scikit-learn finds it."""
    rng = np.random.default_rng(3)
    live = LiveFeatures(0, np.zeros(4), np.eye(4))
    shift = np.array([1.0, 0.5, 0.0, -0.5])
    detectors = FamilyDetectors(shift[None], np.zeros(1), live)
    root = np.diag([3.0, 0.5, 1.0, 1.0]) @ np.linalg.qr(rng.normal(size=(4, 4)))[0]
    mine = rng.normal(size=(20_000, 4)) @ root
    turned = detectors.aligned(LiveFeatures.of(mine))
    x = np.concatenate([mine, mine + shift])
    fisher = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=None).fit(
        x, np.repeat([0, 1], len(mine))
    )
    own, theirs = turned.weight[0], fisher.coef_[0]
    plain = detectors.weight[0]

    def cosine(a: np.ndarray) -> float:
        return float(a @ theirs / np.linalg.norm(a) / np.linalg.norm(theirs))

    assert cosine(own) > 0.9  # RIDGE keeps it from being all
    assert cosine(own) > cosine(plain) + 0.1


@given(level=st.floats(0, 1), other=st.floats(0, 1))
def test_the_map_is_in_range_has_the_networks_size_and_grows_with_the_evidence(
    level: float, other: float
) -> None:
    detectors = red_and_blue()
    places = np.full((3, 2, 3), level, np.float32)
    cue = detectors.cue(places)
    assert cue.shape == (3, 2 * STRIDE, 3 * STRIDE)
    assert 0 <= cue.min() <= cue.max() <= 1
    low, high = sorted((level, other))
    weaker, stronger = (
        detectors.cue(np.full((3, 2, 3), value, np.float32)).mean() for value in (low, high)
    )
    assert weaker <= stronger + 1e-6


def test_the_map_is_one_half_at_middle_and_shows_where() -> None:
    detectors = red_and_blue()
    even = np.full((3, 2, 2), 0.5 + MIDDLE / 20, np.float32)
    assert detectors.cue(even).mean() == pytest.approx(0.5, abs=1e-4)
    places = np.full((3, 2, 2), 0.5, np.float32)
    places[0, 0, 0] = 1.0
    cue = detectors.cue(places)[0]
    assert cue[0, 0] == cue.max() > 1.3 * cue[-1, -1]


def test_features_that_are_no_number_give_no_number() -> None:
    assert np.isnan(red_and_blue().evidence(np.array([[np.nan, 0, 0]]))).all()
    assert PRIOR > 0


def test_all_faces_but_one() -> None:
    faces = np.random.default_rng(4).normal(size=(7, 5)) * 3 + 2
    one = LiveFeatures.of(faces).without(faces[3])
    other = LiveFeatures.of(np.delete(faces, 3, axis=0))
    assert one.pictures == other.pictures == 6
    np.testing.assert_allclose(one.mean, other.mean)
    np.testing.assert_allclose(one.covariance, other.covariance, atol=1e-12)
