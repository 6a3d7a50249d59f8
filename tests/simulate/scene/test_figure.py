from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoofcue.simulate.lighting import Lamp
from spoofcue.simulate.people import RenderedPerson
from spoofcue.simulate.placement import Tilt, View, photo_from_fine
from spoofcue.simulate.presentation import Portrait
from spoofcue.simulate.scene import figure as figures
from spoofcue.simulate.scene.figure import continued, figure, fold

LAMP = Lamp((0.8, 0.8, 0.8), (0.3, 0.3, 0.3), 10, 20, 0.2, 0.0, (1, 1, 1))


@settings(max_examples=40, deadline=None)
@given(
    left=st.floats(20, 150),
    right=st.floats(20, 150),
    above=st.floats(15, 150),
    below=st.floats(10, 200),
)
def test_nothing_outside_a_portrait_shows_the_face_again(
    left: float, right: float, above: float, below: float
) -> None:
    face = (left, above, 100.0, 100.0)
    shape = int(above + 100 + below), int(left + 100 + right)
    u, v = (
        a.astype(np.float32)
        for a in np.meshgrid(np.linspace(-250, shape[1] + 250, 90), np.linspace(-250, 500, 90))
    )
    x, y, beyond = continued(u, v, shape, face)
    fold(x, y, shape, face)
    outside = (u < 0) | (u > shape[1] - 1) | (v < 0) | (v > shape[0] - 1)
    assert ((beyond > 0) == outside).all()
    again = outside & (x > left) & (x < left + 100) & (y > above) & (y < above + 100)
    assert not again.any()
    inside = ~outside
    np.testing.assert_allclose(x[inside], u[inside], atol=1e-3)
    np.testing.assert_allclose(y[inside], v[inside], atol=1e-3)


def test_shoulders_go_on_below_and_sink_beside() -> None:
    face = (60.0, 60.0, 100.0, 100.0)
    u = np.array([[110.0, -60.0, 290.0]], np.float32)
    v = np.full((1, 3), 239.0, np.float32)
    _, y, _ = continued(u, v, (240, 220), face)
    assert y[0, 0] == pytest.approx(239)
    # beside the portrait the look comes from higher up: what was there has sunk
    assert y[0, 1] < 239 - 20
    assert y[0, 2] < 239 - 20
    far = continued(np.full((1, 1), -150, np.float32), np.full((1, 1), 239, np.float32),
                    (240, 220), face)[1]  # fmt: skip
    assert far[0, 0] < 60  # an arm's length away nothing of the shoulder is left


def test_a_person_is_told_from_what_is_behind() -> None:
    portrait = RenderedPerson("person-3", 0, 256).live("session-1", 0)
    view = View(80, 30.0, (0.5, 0.6), 0.0)
    matrix = photo_from_fine(view, Tilt(), portrait.face, 1)
    seen = figure(portrait, matrix, 80, LAMP)
    left, top, wide, high = 25, 33, 30, 30
    assert seen.person[top + 5 : top + high - 5, left + 8 : left + wide - 8].mean() > 0.95
    assert seen.person[:8, :8].max() < 0.1
    assert seen.person[-3:, 36:44].mean() > 0.9  # the body reaches the lower end of the frame


def test_a_cut_does_not_depend_on_what_was_cut_before() -> None:
    portrait = RenderedPerson("person-3", 0, 256).live("session-1", 0)
    other = Portrait(np.ascontiguousarray(portrait.photo[:, ::-1]), portrait.face, lit=True)
    view = View(40, 15.0, (0.5, 0.6), 0.0)
    matrix = photo_from_fine(view, Tilt(), portrait.face, 1)
    first = figure(portrait, matrix, 40, LAMP)
    figure(other, matrix, 40, LAMP)
    figures._cut.cache_clear()
    again = figure(portrait, matrix, 40, LAMP)
    assert np.array_equal(first.person, again.person)
    assert np.array_equal(first.behind, again.behind)
