from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoofcue.media.picture_sums import (
    NEAR,
    bits_apart,
    near_pairs,
    sum_of,
    sum_of_file,
)
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
    assert list(near_pairs([look, other, its], [0, 1, 1])) == [(0, 2)]
    assert list(near_pairs([look, other, its], [0, 0, 0])) == []
    assert list(near_pairs([look, None, look], [0, 1, 1])) == [(0, 2)]


LOOKS = st.integers(0, 2**256 - 1)


@settings(max_examples=60, deadline=None)
@given(LOOKS, st.sets(st.integers(0, 255), max_size=2 * NEAR), st.lists(LOOKS, max_size=4))
def test_every_pair_that_is_near_is_seen(look: int, turned: set[int], others: list[int]) -> None:
    its = look ^ sum(1 << bit for bit in turned)
    looks = [f"{n:064x}" for n in (look, *others, its)]
    pairs = list(near_pairs(looks, [0, *("o" for _ in others), 1]))
    plain = [n for n in (look, its) if len(set(f"{n:064x}")) > 1]
    if len(turned) <= NEAR and len(plain) == 2 and not others:
        assert pairs == [(0, 1)]
    for a, b in pairs:
        assert bits_apart(looks[a], looks[b]) <= NEAR


@pytest.mark.parametrize("value", [0, 255])
def test_pictures_of_one_colour_are_near_to_none(value: int) -> None:
    flat = sum_of(np.full((20, 20, 3), value, np.uint8)).look
    assert list(near_pairs([flat, flat], [0, 1])) == []
