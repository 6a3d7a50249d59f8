from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from spoofcue.simulate.camera import sharpen
from spoofcue.simulate.processing import local_contrast, luma_of, smear_texture, smoothing


def grey(plane: np.ndarray) -> np.ndarray:
    return np.repeat(plane[..., None], 3, axis=2).astype(np.float32)


def noisy(level: float, deviation: float, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal((96, 96, 3), dtype=np.float32)
    return np.float32(level) + np.float32(deviation) * noise


@pytest.mark.parametrize(("amount", "radius_px"), [(0.5, 1.0), (2.5, 1.0), (2.5, 2.5)])
def test_sharpening_leaves_the_halo_of_an_unsharp_mask(amount: float, radius_px: float) -> None:
    edge = grey(np.where(np.arange(80) < 40, 0.4, 0.6)[None].repeat(40, axis=0))
    got = sharpen(edge, amount, radius_px)[20, 40:52, 0]
    # a step minus its Gaussian blur is the normal tail, sampled in the middle of each px
    tail = norm.sf(np.arange(12) + 0.5, scale=radius_px)
    assert got == pytest.approx(0.6 + amount * 0.2 * tail, abs=0.004 * amount)


def test_a_larger_radius_makes_a_wider_halo() -> None:
    edge = grey(np.where(np.arange(80) < 40, 0.4, 0.6)[None].repeat(40, axis=0))
    wide = [(sharpen(edge, 2.0, r)[20, 40:, 0] > 0.61).sum() for r in (0.6, 1.0, 2.0, 3.0)]
    assert wide == sorted(set(wide))


@given(smear=st.floats(0, 1), dim_ev=st.floats(0, 8), less=st.floats(0, 1))
def test_noise_reduction_grows_as_the_light_falls(smear: float, dim_ev: float, less: float) -> None:
    strength = smoothing(smear, dim_ev)
    assert 0 <= smoothing(smear, less * dim_ev) <= strength <= smear
    assert smoothing(smear, 0) == pytest.approx(smear / 4)
    assert smoothing(smear, 3) == pytest.approx(smear)


def test_stronger_smoothing_leaves_less_noise_and_keeps_edges() -> None:
    left = [luma_of(smear_texture(noisy(0.4, 0.04), s)).std() for s in (0.0, 0.2, 0.5, 1.0)]
    assert left == sorted(left, reverse=True)
    assert left[-1] < 0.4 * left[0]
    edge = grey(np.where(np.arange(96) < 48, 0.25, 0.75)[None].repeat(96, axis=0))
    step = np.diff(luma_of(smear_texture(edge, 1.0)), axis=1).max()
    assert step > 0.9 * 0.5  # a Gaussian that takes as much noise away leaves 0.35 of it


def test_dark_places_are_smoothed_most_and_colour_more_than_luma() -> None:
    kept = [
        luma_of(smear_texture(noisy(level, 0.03), 0.4)).std() / luma_of(noisy(level, 0.03)).std()
        for level in (0.15, 0.5, 0.85)
    ]
    assert kept == sorted(kept)
    code = noisy(0.5, 0.03)
    soft = smear_texture(code, 0.4)
    colour = (soft - luma_of(soft)[..., None]).std() / (code - luma_of(code)[..., None]).std()
    assert colour < 0.5 * kept[1]


def test_local_contrast_draws_areas_together_and_keeps_what_is_in_them() -> None:
    stripes = np.where(np.arange(240) % 4 < 2, -0.04, 0.04)[None]
    areas = np.where(np.arange(240)[:, None] < 120, 0.25, 0.75)
    code = grey(areas + stripes)
    toned = local_contrast(code, 0.8)[..., 0]
    dark, bright = toned[20:90], toned[150:220]
    assert 0.2 < bright.mean() - dark.mean() < 0.42  # 0.5 before
    for area in (dark, bright):
        assert area.std() > 1.1 * 0.04  # a global curve that flat would halve it


def test_strength_nought_leaves_the_picture_alone() -> None:
    code = noisy(0.5, 0.1)
    assert smear_texture(code, 0) is code
    assert local_contrast(code, 0) is code
