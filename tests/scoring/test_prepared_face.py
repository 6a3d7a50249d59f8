"""Where on a prepared crop the face is, and who takes the crop whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoofcue.faces.box import Box, expand_box
from spoofcue.faces.crop import FACE_CROP, Crop
from spoofcue.scoring.prepared_face import prepared_face

WIDE = Crop(scale=2.7, square=False, border="shift")
FRAME = np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8)


def row(box: Box, margin: float, source: str = "dlib") -> tuple[dict[str, Any], np.ndarray]:
    """A row of the manifest with its crop, as `prepare` makes them."""
    cut = expand_box(box, margin, 320, 240)
    told = {
        "box_x": box.x, "box_y": box.y, "box_w": box.w, "box_h": box.h, "frame_w": 320,
        "frame_h": 240, "crop_w": cut.w, "crop_h": cut.h, "box_source": source,
    }  # fmt: skip
    return told, FRAME[cut.y : cut.y + cut.h, cut.x : cut.x + cut.w]


@given(
    x=st.integers(0, 250), y=st.integers(0, 180), w=st.integers(40, 90), h=st.integers(40, 90),
    margin=st.sampled_from([0.0, 0.1, 0.2]), source=st.sampled_from(["dlib", "given", "whole"]),
)  # fmt: skip
def test_the_models_own_crop_is_the_prepared_picture(
    x: int, y: int, w: int, h: int, margin: float, source: str
) -> None:
    told, picture = row(Box(x, y, w, h), margin, source)
    face = prepared_face(told, picture, FACE_CROP)
    assert face.view(FACE_CROP).pixels is picture


@pytest.mark.parametrize("box", [Box(130, 90, 60, 60), Box(100, 100, 45, 58)])
def test_others_are_cut_out_of_it_as_far_as_it_reaches(box: Box) -> None:
    told, picture = row(box, 0.2)
    face = prepared_face(told, picture, FACE_CROP)
    np.testing.assert_array_equal(
        picture[face.box.y : face.box.y + box.h, face.box.x : face.box.x + box.w],
        FRAME[box.y : box.y + box.h, box.x : box.x + box.w],
    )
    whole = WIDE.view(FRAME, box)
    assert whole.inside > 0.95
    assert face.view(WIDE).inside == pytest.approx(
        picture.shape[0] * picture.shape[1] / (2.7**2 * box.area), rel=0.35
    )


def test_a_wide_crop_of_a_detector_is_cut_as_in_use_and_one_of_a_datasets_box_is_not() -> None:
    box = Box(130, 90, 60, 60)
    told, picture = row(box, 1.5)
    face = prepared_face(told, picture, FACE_CROP)
    np.testing.assert_array_equal(face.view(FACE_CROP).pixels, FACE_CROP.view(FRAME, box).pixels)
    np.testing.assert_array_equal(face.view(WIDE).pixels, WIDE.view(FRAME, box).pixels)
    told, picture = row(box, 1.5, "given")
    assert prepared_face(told, picture, FACE_CROP).view(FACE_CROP).pixels is picture


@pytest.mark.parametrize("changed", [{"box_x": None}, {"crop_w": 33}, {"frame_w": None}])
def test_without_a_known_box_the_picture_is_the_face(changed: dict[str, Any]) -> None:
    told, picture = row(Box(130, 90, 60, 60), 0.2)
    face = prepared_face(told | changed, picture, FACE_CROP)
    assert face.box == Box(0, 0, picture.shape[1], picture.shape[0])
    assert face.view(WIDE).inside < 0.2
