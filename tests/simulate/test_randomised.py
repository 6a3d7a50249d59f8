from __future__ import annotations

import json

import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st

from spoofcue.simulate.camera import near_blur
from spoofcue.simulate.catalogue import DEVICES, SESSIONS, Display, Mask, Printer
from spoofcue.simulate.people import PhotographedPerson
from spoofcue.simulate.presentation import Portrait
from spoofcue.simulate.randomised import (
    ANY_PAIS,
    device_of,
    draw_device,
    draw_display,
    draw_light,
    draw_printer,
    instrument_of,
    session_of,
    wears,
)
from spoofcue.simulate.samples import Framing, Sample, frames

PERSON = PhotographedPerson(
    "p", (Portrait(skimage.data.astronaut()[0:320, 70:390], (85.0, 75.0, 130.0, 130.0)),), 0
)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_what_is_drawn_stays_in_the_documented_ranges(seed: int) -> None:
    rng = np.random.default_rng(seed)
    d = draw_device(rng)
    assert 0 < d.face_px[0] <= d.face_px[1] <= 360
    assert 0.2 <= d.lens_px <= 1.5
    assert 600 <= d.full_well <= 20000
    assert 1 <= d.read_noise <= 12
    assert 0 <= d.denoise <= 1
    assert 0 < d.metering <= 1
    assert 0 <= d.fixed_focus_px <= 0.7
    p = draw_printer(rng)
    assert 60 / 25.4 <= p.lines_per_mm <= 300 / 25.4
    assert all(0 < v < 1 for v in p.paper_rgb)
    assert 0 <= p.gloss <= 0.1
    s = draw_display(rng)
    assert 82 / 25.4 <= s.pixels_per_mm <= 450 / 25.4
    assert s.layout in ("stripe", "pentile")
    assert 0.5 <= s.luminance <= 6
    assert s.face_mm[0] < s.face_mm[1]
    light = draw_light(rng)
    assert all(0 < v < 2 for v in (*light.key_rgb, *light.sky_rgb, *light.floor_rgb))


def test_names_of_the_catalogue_give_the_catalogue() -> None:
    rng = np.random.default_rng(0)
    assert device_of("cam-2", rng) is DEVICES["cam-2"]
    assert session_of("session-3", rng) is SESSIONS["session-3"]
    kinds = [type(instrument_of(name, rng)) for name in ANY_PAIS]
    assert kinds == [Printer, Display, Mask, Mask]
    assert [wears(n) for n in ("mask-any", "mask-a", "partial-any", "print-any", "replay-a")] == [
        True, True, True, False, False,
    ]  # fmt: skip


def test_live_and_attack_of_a_take_meet_the_same_drawn_camera_and_light() -> None:
    drawn = []
    for pai in ("", "print-any", "replay-any"):
        sample = Sample("p", pai, "session-any", "cam-any", 3)
        picture = next(frames(sample, PERSON, Framing(1.4), 1))
        again = next(frames(sample, PERSON, Framing(1.4), 1))
        assert np.array_equal(picture.image, again.image)
        known = picture.parameters
        drawn.append(json.dumps([known[k] for k in ("device", "view", "lamp", "shot")]))
        assert ("instrument" in known) == bool(pai)
    assert len(set(drawn)) == 1
    other = next(frames(Sample("p", "", "session-any", "cam-any", 4), PERSON, Framing(1.4), 1))
    assert other.parameters["device"] != json.loads(drawn[0])[0]


def test_only_a_lens_of_fixed_focus_blurs_what_is_held_near() -> None:
    from dataclasses import replace

    phone = DEVICES["cam-1"]
    webcam = replace(phone, fixed_focus_px=0.5)
    assert near_blur(phone, 40) == 0
    assert near_blur(webcam, 145) == 0
    assert near_blur(webcam, 72.5) == pytest.approx(0.5)  # half of life size: one dioptre unit
    assert near_blur(webcam, 40) > near_blur(webcam, 60)
