from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from spoofcue.media.picture_sums import NEAR, bits_apart, sum_of, sum_of_file
from spoofcue.simulate.people import RenderedPerson


def photo(name: str) -> np.ndarray:  # type: ignore[type-arg]
    return RenderedPerson(name, 0, 160).live("session-1", 0).photo


def test_equal_pictures_have_equal_sums_whatever_holds_them(tmp_path: Path) -> None:
    image = photo("a")
    for suffix in ("png", "bmp", "tif"):
        cv2.imwrite(str(tmp_path / f"x.{suffix}"), image[..., ::-1])
        assert sum_of_file(tmp_path / f"x.{suffix}") == sum_of(image)
    other = image.copy()
    other[0, 0, 0] ^= 1
    assert sum_of(other).pixels != sum_of(image).pixels
    assert sum_of(image[:, ::-1]).pixels != sum_of(np.ascontiguousarray(image)).pixels
    assert sum_of(image.reshape(80, 320, 3)).pixels != sum_of(image).pixels
    (tmp_path / "broken.png").write_text("no picture")
    (tmp_path / "clip.mp4").write_text("no video")
    assert sum_of_file(tmp_path / "broken.png") is sum_of_file(tmp_path / "clip.mp4") is None


def test_a_copy_looks_alike_and_another_face_does_not() -> None:
    image = photo("a")
    small = cv2.resize(image, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 70])
    copy = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)
    look, its = sum_of(image).look, sum_of(copy).look
    assert bits_apart(look, its) <= NEAR
    other = sum_of(photo("b")).look
    assert bits_apart(look, other) > NEAR
