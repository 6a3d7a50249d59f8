from __future__ import annotations

import numpy as np
import pytest
import skimage.data

from helpers.camera_clips import photo
from spoofcue.faces.turn import turn_of
from spoofcue.faces.yunet import YuNetDetector

STRAIGHT = np.array([[10, 10], [30, 10], [20, 22], [13, 32], [27, 32]], float)


def test_a_straight_face_is_not_turned_however_it_leans() -> None:
    assert turn_of(STRAIGHT) == 0
    for degrees in (-30, 20):
        angle = np.radians(degrees)
        leaning = STRAIGHT @ np.array(
            [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
        )
        assert turn_of(leaning) == pytest.approx(0, abs=1e-12)


def test_the_sign_is_the_side_of_the_picture_and_the_size_does_not_matter() -> None:
    turned = STRAIGHT + np.array([[0, 0], [0, 0], [4, 0], [0, 0], [0, 0]])
    assert turn_of(turned) == pytest.approx(0.2)
    assert turn_of(7 * turned + 100) == pytest.approx(0.2)
    assert turn_of(np.full((5, 2), 3.0)) is None


def test_the_points_of_a_face_are_where_it_is_and_turn_with_its_mirror_image() -> None:
    finder = YuNetDetector()
    turns = []
    picture = photo(3, "live", 100)
    for image in (picture, np.ascontiguousarray(picture[:, ::-1])):
        (box,) = finder.detect(image)
        points = finder.points(image, box)
        assert points is not None
        right, left, nose, *mouth = points
        assert right[0] < nose[0] < left[0]
        assert max(right[1], left[1]) < nose[1] < min(corner[1] for corner in mouth)
        assert all(box.x <= x <= box.x + box.w and box.y <= y <= box.y + box.h for x, y in points)
        turns.append(turn_of(points))
    assert turns[0] is not None
    assert abs(turns[0]) > 0.05
    assert turns[1] == pytest.approx(-turns[0], abs=0.03)


def test_where_no_face_is_there_are_no_points() -> None:
    finder = YuNetDetector()
    (box,) = finder.detect(skimage.data.astronaut())
    assert finder.points(np.full((512, 512, 3), 90, np.uint8), box) is None
