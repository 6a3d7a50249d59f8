from __future__ import annotations

import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray

from helpers.pasted_faces import overlap, pasted
from spoofcue.faces.box import Box
from spoofcue.faces.hog import DlibDetector


@pytest.fixture(scope="module")
def detector() -> DlibDetector:
    return DlibDetector()


def test_dlib_finds_the_astronaut_and_no_face_in_texture(detector: DlibDetector) -> None:
    (box,) = detector.detect(skimage.data.astronaut())
    assert abs(box.x + box.w / 2 - 223) < 15
    assert abs(box.y + box.h / 2 - 125) < 20
    assert detector.detect(skimage.data.coffee()) == []


def test_a_large_photo_gives_boxes_in_its_own_pixels(detector: DlibDetector) -> None:
    import cv2

    large = cv2.resize(skimage.data.astronaut(), None, fx=4, fy=4)
    box = detector.detect(large)[0]
    assert abs(box.x + box.w / 2 - 4 * 223) < 60


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 1), (5, 3000)])
def test_a_picture_that_is_hardly_one_has_no_face(
    shape: tuple[int, int], detector: DlibDetector
) -> None:
    image = np.zeros((*shape, 3), np.uint8)
    assert detector.detect(image) == []
    assert detector.detect_largest(image) == []


@pytest.mark.parametrize("side", [90, 200, 260, 300, 340, 380, 420, 480])
def test_the_fast_search_finds_the_same_largest_face(side: int, detector: DlibDetector) -> None:
    image = pasted([side])
    (there,), here = detector.detect(image), detector.detect_largest(image)
    assert overlap(there, here[0]) > 0.96
    wide = pasted([2 * side], (1100, 1700))  # shrunk to 1024 first
    assert overlap(detector.detect(wide)[0], detector.detect_largest(wide)[0]) > 0.96


def test_the_fast_search_looks_at_the_whole_only_where_it_must(
    detector: DlibDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[tuple[int, int]] = []
    find = detector._find

    class Spy:
        detection_window_width = find.detection_window_width

        def __call__(self, image: NDArray[np.uint8], enlarged: int) -> object:
            looked.append((image.shape[1], enlarged))
            return find(image, enlarged)

    monkeypatch.setattr(detector, "_find", Spy())
    for image, widths in (
        (pasted([460]), [(308, 0)]),
        (pasted([220]), [(308, 0), (640, 0)]),  # too small for the small picture
        (np.full((480, 640, 3), 128, np.uint8), [(308, 0), (640, 0), (640, 1), (584, 0)]),
        (pasted([200], (300, 340)), [(340, 0)]),  # small already
    ):
        looked.clear()
        detector.detect_largest(image)
        assert looked == widths


@pytest.mark.parametrize("side", [120, 240, 600])
def test_a_face_that_fills_its_picture_is_found(side: int, detector: DlibDetector) -> None:
    import cv2

    # forehead to chin, soft as what a poor camera leaves: the first two looks find nothing
    tight = cv2.resize(skimage.data.astronaut()[92:172, 187:262], (side, side * 80 // 75))
    tight = cv2.GaussianBlur(tight, (0, 0), 0.02 * side)
    assert not detector._find(tight, 0)
    assert not detector._find(tight, 1)
    for (box,) in (detector.detect(tight), detector.detect_largest(tight)):
        assert overlap(box, Box(0, 0, side, side * 80 // 75)) > 0.5
    half = np.ascontiguousarray(tight[:, : side // 2])
    assert detector.detect(half) == []


def test_what_the_fast_search_leaves_out_are_small_faces_beside_a_large_one(
    detector: DlibDetector,
) -> None:
    image = pasted([440, 190])
    assert len(detector.detect(image)) == 2
    (only,) = detector.detect_largest(image)
    assert overlap(only, detector.detect(image)[0]) > 0.96
