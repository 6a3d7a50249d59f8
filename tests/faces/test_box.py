from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spoofcue.faces.box import Box, crop_face, expand_box


@given(
    x=st.integers(-50, 150),
    y=st.integers(-50, 150),
    w=st.integers(1, 120),
    h=st.integers(1, 120),
    margin=st.floats(0, 1.5),
)
def test_the_crop_stays_in_the_frame_and_holds_the_visible_box(
    x: int, y: int, w: int, h: int, margin: float
) -> None:
    box = expand_box(Box(x, y, w, h), margin, 100, 80)
    assert box.x >= 0
    assert box.y >= 0
    assert box.x + box.w <= 100
    assert box.y + box.h <= 80
    assert box.area > 0
    if x < 100 and y < 80 and x + w > 0 and y + h > 0:
        assert box.x <= max(x, 0) + 1
        assert box.x + box.w >= min(x + w, 100) - 1


def test_the_crop_is_square_with_the_stated_margin() -> None:
    image = np.zeros((200, 200, 3), np.uint8)
    assert expand_box(Box(80, 90, 40, 20), 0.25, 200, 200) == Box(70, 70, 60, 60)
    assert crop_face(image, Box(80, 90, 40, 20), 0.25).shape == (60, 60, 3)
