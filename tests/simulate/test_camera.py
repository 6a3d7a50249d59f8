from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.spectra import SHARP
from spoofcue.simulate import camera
from spoofcue.simulate.catalogue import built_in
from spoofcue.simulate.device import Device, draw_shot
from spoofcue.simulate.raster import linear_from_srgb, srgb_from_linear

DEVICES = built_in().devices
WHITE = (1.0, 1.0, 1.0)


@settings(max_examples=15, deadline=None)
@given(
    side=st.integers(8, 40),
    level=st.floats(0, 4),
    device=st.sampled_from(list(DEVICES.values())),
    seed=st.integers(0, 2**31),
)
def test_any_radiance_gives_a_picture(side: int, level: float, device: Device, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scene = np.full((6 * side, 6 * side, 3), level, np.float32)
    photo = camera.photograph(scene, device, draw_shot(rng), illuminant=WHITE, rng=rng)
    assert photo.dtype == np.uint8
    assert photo.shape == (round(side * device.rescale) * 2,) * 2 + (3,)


def test_pixels_average_their_area_or_take_its_middle() -> None:
    fine = np.random.default_rng(0).random((12, 12, 3), np.float32)
    blocks = fine.reshape(4, 3, 4, 3, 3)
    assert camera.pixels(fine, 1.0) == pytest.approx(blocks.mean(axis=(1, 3)), abs=1e-6)
    assert np.array_equal(camera.pixels(fine, 1 / 3), blocks[:, 1, :, 1])


def test_binning_adds_sites_of_one_colour_and_of_no_other() -> None:
    """By hand: sites of a sensor twice as fine, of which those of one colour lie two apart."""
    fine = np.random.default_rng(1).random((24, 36, 3), np.float32)
    sites = np.kron(fine, np.ones((2, 2, 1))).reshape(16, 3, 24, 3, 3).mean(axis=(1, 3))
    want = np.zeros((8, 12, 3))
    for i in range(8):
        for j in range(12):
            top, left = 4 * (i // 2) + i % 2, 4 * (j // 2) + j % 2
            want[i, j] = sites[top : top + 3 : 2, left : left + 3 : 2].mean(axis=(0, 1))
    assert camera.binned(fine) == pytest.approx(want, abs=1e-5)
    odd = camera.binned(np.full((15, 21, 3), 0.3, np.float32))
    assert odd.shape == (5, 7, 3)
    assert odd == pytest.approx(0.3, abs=1e-6)


def test_gain_lifts_a_dim_room_and_its_noise() -> None:
    scene = np.full((288, 288, 3), 0.2, np.float32)
    plain = DEVICES["cam-1"].model_copy(update={"denoise": 0, "sharpen": 0})
    photos = []
    for ev in (0.0, 2.0, 4.0):
        dim = plain.model_copy(update={"dim_ev": ev})
        rngs = (np.random.default_rng(k) for k in (0, 1))
        pair = [
            camera.photograph(scene, dim, SHARP, illuminant=WHITE, rng=rng)[..., 1].astype(float)
            for rng in rngs
        ]
        photos.append(pair)
    noise = [(one - other).std() / np.sqrt(2) for one, other in photos]
    # a quarter of the electrons is twice the noise, and read noise comes on top
    assert noise[1] > 1.8 * noise[0]
    assert noise[2] > 1.8 * noise[1]
    # a picture left at 4 EV less would have a sixteenth of the light and be nearly black
    assert np.mean(photos[2]) > 0.75 * np.mean(photos[0])


def test_shot_noise_is_the_square_root_of_the_light() -> None:
    rng = np.random.default_rng(0)
    for level in (0.1, 0.5):
        raw = camera.sensor(np.full((400, 400), level, np.float32), 2000.0, 5.0, rng)
        assert raw.mean() == pytest.approx(level, rel=0.01)
        assert raw.std() == pytest.approx(np.sqrt(level * 2000 + 25) / 2000, rel=0.02)


def test_demosaicing_keeps_flat_colours() -> None:
    scene = np.zeros((64, 64, 3), np.float32) + np.array([0.4, 0.2, 0.05], np.float32)
    again = camera.demosaic(camera.mosaic(scene))[8:-8, 8:-8]
    assert again == pytest.approx(np.broadcast_to([0.4, 0.2, 0.05], again.shape), abs=1e-3)


def test_exposure_ignores_how_bright_the_medium_is() -> None:
    scene = np.random.default_rng(0).random((192, 192, 3), np.float32) * 0.2 + 0.1
    photos = [
        camera.photograph(
            scene * k, DEVICES["cam-1"], SHARP, illuminant=WHITE, rng=np.random.default_rng(1)
        ).mean()
        for k in (0.5, 1, 3)
    ]
    assert max(photos) - min(photos) < 1.5


def test_white_balance_takes_the_illuminant_away() -> None:
    light = np.array([1.3, 1.0, 0.7], np.float32)
    neutral = DEVICES["cam-1"].model_copy(update={"white_balance": WHITE})
    grey = np.full((4, 4, 3), 0.3, np.float32) * light
    balanced = camera.white_balance(grey, neutral, SHARP, tuple(light))
    assert np.ptp(balanced) < 1e-5


def test_quality_and_noise_reduction_do_what_they_say() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    sizes = [len(camera.encode(noise, q)) for q in (70, 90)]
    assert sizes[0] < sizes[1]
    code = 0.5 + 0.02 * np.random.default_rng(0).standard_normal((64, 64, 3), dtype=np.float32)
    spread = [camera.reduce_noise(code, s).std() for s in (0.0, 0.3, 1.0)]
    assert spread[0] > spread[1] > spread[2]


def test_motion_blurs_along_its_direction_only() -> None:
    rng = np.random.default_rng(0)
    scene = rng.random((90, 90, 3), dtype=np.float32)
    moved = replace(SHARP, motion_px=4.0, motion_deg=0.0)
    photo = camera.lens(scene, DEVICES["cam-1"].model_copy(update={"lens_px": 0.05}), moved)[..., 1]
    assert np.diff(photo, axis=1).std() < 0.35 * np.diff(photo, axis=0).std()


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_shots_stay_in_their_ranges(seed: int) -> None:
    shot = draw_shot(np.random.default_rng(seed))
    assert 0 <= shot.defocus_px <= 1.6
    assert 0.06 <= shot.exposure <= 0.45
    assert 0.55 <= shot.metering <= 1.0
    assert 0.6 <= shot.awb <= 1.0
    assert 0 <= shot.flare <= 0.15
    assert 0 <= shot.awb_local <= 0.8
    assert -6 <= shot.quality_shift <= 4
    assert all(0.7 < gain < 1.3 for gain in shot.white_shift)


def test_colour_tables_invert() -> None:
    codes = np.arange(256, dtype=np.uint8)
    assert np.abs(srgb_from_linear(linear_from_srgb(codes)) * 255 - codes).max() < 0.05
