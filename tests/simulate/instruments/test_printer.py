from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.spectra import strongest
from spoofcue.simulate.catalogue import built_in
from spoofcue.simulate.instruments.printer import (
    Printer,
    _dots,
    diffused,
    reflectance,
    separate,
)

PRINTERS = {n: p for n, p in built_in().instruments.items() if isinstance(p, Printer)}
CLUSTERED = [p for p in PRINTERS.values() if p.screen == "clustered"]


def sheet(tone: int, printer, per_line: float, size: int = 512, plate: int = 3):  # type: ignore[no-untyped-def]
    """One plate of flat tone, with ``per_line`` fine samples to a line of its screen."""
    mm = 1 / (printer.lines_per_mm * per_line)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) * np.float32(mm)
    plates = np.zeros((size, size, 4), np.uint8)
    plates[..., plate] = tone
    step = np.eye(2) * mm
    return reflectance(plates, x, y, step_mm=step, printer=printer, rng=np.random.default_rng(0))


@pytest.mark.parametrize("printer", CLUSTERED, ids=lambda p: p.name)
@pytest.mark.parametrize("plate", range(4))
def test_each_plate_shows_its_screen_and_angle(printer, plate: int) -> None:  # type: ignore[no-untyped-def]
    seen = sheet(128, printer, 6.0, plate=plate)
    channel = plate if plate < 3 else 1  # the light that the ink takes: C red, M green, Y blue
    y, x = strongest(seen[..., channel])
    assert np.hypot(x, y) == pytest.approx(1 / 6, abs=0.003)
    angle = np.rad2deg(np.arctan2(y, x)) % 90
    assert abs((angle - printer.angles_deg[plate] + 45) % 90 - 45) < 1.5


def test_dots_finer_than_the_grid_leave_their_mean_only() -> None:
    printer = PRINTERS["print-a"]
    assert sheet(128, printer, 0.7).std(axis=(0, 1), dtype=np.float64).max() < 1e-5
    assert sheet(128, printer, 6.0).std() > 0.05


@settings(max_examples=30, deadline=None)
@given(tone=st.integers(0, 63))
def test_a_cell_covers_its_tone_exactly(tone: int) -> None:
    assert _dots()[tone].mean() == pytest.approx((tone + 0.5) / 64, abs=1e-5)


@pytest.mark.parametrize("printer", PRINTERS.values(), ids=lambda p: p.name)
def test_more_ink_is_darker_and_paper_stays_white(printer) -> None:  # type: ignore[no-untyped-def]
    means = [sheet(t, printer, 6.0, 128).mean() for t in (0, 64, 128, 192, 255)]
    assert means == sorted(means, reverse=True)
    # the lowest of 64 tones is half a step of ink
    assert means[0] == pytest.approx(np.mean(printer.paper_rgb), rel=0.03)


@pytest.mark.parametrize("printer", PRINTERS.values(), ids=lambda p: p.name)
def test_the_profile_reproduces_colours_within_the_gamut(printer) -> None:  # type: ignore[no-untyped-def]
    exact = printer.model_copy(update={"dot_gain": 0.0})
    # mid tones: a skin, a grey, a muted blue; targets are relative to the paper
    for colour in ((196, 150, 130), (128, 128, 128), (110, 120, 150)):
        photo = np.full((8, 8, 3), colour, np.uint8)
        plates = separate(photo, exact)
        flat = np.zeros((8, 8), np.float32)
        coarse = np.eye(2) * 10.0
        got = reflectance(
            plates, flat, flat, step_mm=coarse, printer=exact, rng=np.random.default_rng(0)
        )[0, 0]
        code = 0.04 + 0.96 * (0.96 * np.array(colour) / 255 + 0.04 * np.mean(colour) / 255)
        wanted = ((code + 0.055) / 1.055) ** 2.4
        assert got / np.array(exact.paper_rgb) == pytest.approx(wanted, abs=0.03)


def test_error_diffusion_keeps_the_mean_and_knows_two_levels() -> None:
    plates = np.full((64, 64, 4), (20, 90, 160, 230), np.uint8)
    dots = diffused(plates, (200, 200))
    assert set(np.unique(dots)) == {0, 255}
    assert dots.mean(axis=(0, 1)) == pytest.approx((20, 90, 160, 230), abs=4)
