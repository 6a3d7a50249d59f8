from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from hypothesis import given
from hypothesis import strategies as st

from spoofcue.errors import InputError
from spoofcue.faces.box import Box
from spoofcue.faces.crop import crop_face, expand_box
from spoofcue.faces.detect import make_detector
from spoofcue.faces.yunet_model import fetch_yunet


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
