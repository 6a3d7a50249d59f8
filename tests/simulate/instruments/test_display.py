from __future__ import annotations

import numpy as np
import pytest

from helpers.spectra import SHARP, peak_at, strongest
from spoofcue.simulate.camera import OVERSAMPLING, lens, pixels
from spoofcue.simulate.catalogue import built_in
from spoofcue.simulate.instruments.display import Display, panel_light, refresh_bands, subpixels

DEVICES = built_in().devices
DISPLAYS = {n: d for n, d in built_in().instruments.items() if isinstance(d, Display)}


def grid(display, pitch: float, size: int = 480):  # type: ignore[no-untyped-def]
    """Apertures with ``pitch`` fine samples a panel pixel."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / np.float32(pitch)
    return subpixels(x, y, np.eye(2) / pitch, display, np.random.default_rng(0))


def test_stripes_repeat_with_the_pitch_and_colours_are_a_third_apart() -> None:
    seen = grid(DISPLAYS["replay-a"], 6.0)
    for channel in range(3):
        y, x = strongest(seen[..., channel])
        assert (abs(y), abs(x)) == pytest.approx((0, 1 / 6), abs=0.003)
    phases = [peak_at(seen[..., c], 0, 1 / 6)[1] for c in range(3)]
    for a, b in ((0, 1), (1, 2)):
        step = (phases[a] - phases[b]) / (2 * np.pi) % 1
        assert step == pytest.approx(1 / 3, abs=0.02)


def test_pentile_red_lies_on_the_diagonal_lattice_and_green_on_the_square_one() -> None:
    seen = grid(DISPLAYS["replay-b"], 8.0)
    red_y, red_x = strongest(seen[..., 0])
    assert (abs(red_y), abs(red_x)) == pytest.approx((1 / 16, 1 / 16), abs=0.003)
    green = sorted(abs(v) for v in strongest(seen[..., 1]))
    assert green == pytest.approx([0, 1 / 8], abs=0.003)


@pytest.mark.parametrize("display", DISPLAYS.values(), ids=lambda d: d.name)
def test_apertures_keep_the_panels_mean_light(display) -> None:  # type: ignore[no-untyped-def]
    assert grid(display, 6.13).mean(axis=(0, 1)) == pytest.approx([1, 1, 1], abs=0.01)


@pytest.mark.parametrize("pitch", [1.12, 0.92, 1.25])
def test_moire_is_where_sampling_folds_the_panels_pitch(pitch: float) -> None:
    """A panel of ``pitch`` sensor px a pixel beats at |1/pitch - 1| cycles a sensor px."""
    seen = grid(DISPLAYS["replay-a"], pitch * OVERSAMPLING, 192 * OVERSAMPLING)
    device = DEVICES["cam-3"].model_copy(update={"lens_px": 0.25})
    photo = pixels(lens(seen, device, SHARP), device.aperture)
    y, x = strongest(photo[..., 1])
    expected = abs(1 / pitch - 1)
    assert abs(x) == pytest.approx(expected, abs=0.006)
    assert abs(y) < 0.006


def test_a_wide_aperture_and_lens_leave_less_moire() -> None:
    seen = grid(DISPLAYS["replay-a"], 1.12 * OVERSAMPLING, 192 * OVERSAMPLING)
    sharp, soft = DEVICES["cam-3"], DEVICES["cam-4"]
    power = [
        peak_at(pixels(lens(seen, d, SHARP), d.aperture)[..., 1], 0, 1 - 1 / 1.12)[0]
        for d in (sharp, soft)
    ]
    assert power[1] < power[0] / 20


def test_a_pitch_beyond_the_grid_shows_nothing() -> None:
    assert grid(DISPLAYS["replay-b"], 0.3) is None


def test_panel_light_follows_gamma_gamut_and_leakage() -> None:
    display = DISPLAYS["replay-a"].model_copy(
        update={"saturation": 1.0, "black": 0.01, "white_rgb": (1, 1, 1)}
    )
    ramp = np.array([[[0, 0, 0], [128, 128, 128], [255, 255, 255]]], np.uint8)
    light = panel_light(ramp, display)[0, :, 0]
    assert light == pytest.approx([0.01, 0.01 + 0.99 * (128 / 255) ** 2.2, 1.0], abs=1e-4)
    red = np.array([[[200, 60, 60]]], np.uint8)
    poor, wide = (
        panel_light(red, display.model_copy(update={"saturation": s}))[0, 0] for s in (0.8, 1.2)
    )
    assert wide[0] - wide[1] > poor[0] - poor[1]


def test_refresh_bands_are_slow_and_mean_one() -> None:
    rows = refresh_bands(3000, DISPLAYS["replay-b"], np.random.default_rng(3))
    assert rows.mean() == pytest.approx(1, abs=0.03)
    assert np.abs(np.diff(rows)).max() < 0.01
