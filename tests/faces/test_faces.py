from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.faces.box import Box, crop_face, expand_box
from spoofcue.faces.detect import DlibDetector, fetch_yunet, make_detector


def test_dlib_finds_the_astronaut_and_no_face_in_texture() -> None:
    detector = make_detector("dlib")
    (box,) = detector.detect(skimage.data.astronaut())
    assert abs(box.x + box.w / 2 - 223) < 15
    assert abs(box.y + box.h / 2 - 125) < 20
    assert detector.detect(skimage.data.coffee()) == []


def test_a_large_photo_gives_boxes_in_its_own_pixels() -> None:
    import cv2

    large = cv2.resize(skimage.data.astronaut(), None, fx=4, fy=4)
    box = make_detector("dlib").detect(large)[0]
    assert abs(box.x + box.w / 2 - 4 * 223) < 60


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 1), (5, 3000)])
def test_a_picture_that_is_hardly_one_has_no_face(shape: tuple[int, int]) -> None:
    image, detector = np.zeros((*shape, 3), np.uint8), DlibDetector()
    assert detector.detect(image) == []
    assert detector.detect_largest(image) == []


def pasted(sides: list[int], frame: tuple[int, int] = (480, 640)) -> NDArray[np.uint8]:
    """Astronauts of these sides, px, side by side on grey."""
    import cv2

    image, left = np.full((*frame, 3), 128, np.uint8), 0
    for side in sides:
        person = cv2.resize(skimage.data.astronaut()[20:220, 125:325], (side, side))
        image[: min(side, frame[0]), left : left + side] = person[: frame[0]]
        left += side
    return image


def overlap(a: Box, b: Box) -> float:
    w = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    h = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    return w * h / (a.area + b.area - w * h) if w > 0 and h > 0 else 0.0


@pytest.mark.parametrize("side", [90, 200, 260, 300, 340, 380, 420, 480])
def test_the_fast_search_finds_the_same_largest_face(side: int) -> None:
    detector = DlibDetector()
    image = pasted([side])
    (there,), here = detector.detect(image), detector.detect_largest(image)
    assert overlap(there, here[0]) > 0.96
    wide = pasted([2 * side], (1100, 1700))  # shrunk to 1024 first
    assert overlap(detector.detect(wide)[0], detector.detect_largest(wide)[0]) > 0.96


def test_the_fast_search_looks_at_the_whole_only_where_it_must(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    detector, looked = DlibDetector(), []
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
def test_a_face_that_fills_its_picture_is_found(side: int) -> None:
    import cv2

    # forehead to chin, soft as what a poor camera leaves: the first two looks find nothing
    tight = cv2.resize(skimage.data.astronaut()[92:172, 187:262], (side, side * 80 // 75))
    tight = cv2.GaussianBlur(tight, (0, 0), 0.02 * side)
    detector = DlibDetector()
    assert not detector._find(tight, 0)
    assert not detector._find(tight, 1)
    for (box,) in (detector.detect(tight), detector.detect_largest(tight)):
        assert overlap(box, Box(0, 0, side, side * 80 // 75)) > 0.5
    half = np.ascontiguousarray(tight[:, : side // 2])
    assert detector.detect(half) == []


def test_what_the_fast_search_leaves_out_are_small_faces_beside_a_large_one() -> None:
    detector = DlibDetector()
    image = pasted([440, 190])
    assert len(detector.detect(image)) == 2
    (only,) = detector.detect_largest(image)
    assert overlap(only, detector.detect(image)[0]) > 0.96


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


def test_yunet_needs_its_model_and_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="spoofcue fetch yunet"):
        make_detector("yunet", tmp_path / "none.onnx")


def test_a_download_with_another_checksum_is_not_kept(tmp_path: Path) -> None:
    source, target = tmp_path / "source.onnx", tmp_path / "cache" / "yunet.onnx"
    source.write_bytes(b"weights")
    with pytest.raises(InputError, match="not kept"):
        fetch_yunet(target, url=source.as_uri())
    assert not target.exists()
    good = hashlib.sha256(b"weights").hexdigest()
    assert fetch_yunet(target, url=source.as_uri(), sha256=good).read_bytes() == b"weights"
