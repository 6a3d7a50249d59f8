from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from helpers.pasted_faces import overlap, pasted
from helpers.tiny_graphs import mean_colour_graph
from spoofcue.detector.finder import FaceFinder
from spoofcue.detector.stopwatch import Stopwatch
from spoofcue.errors import InputError
from spoofcue.faces.box import Box
from spoofcue.faces.crop import Crop
from spoofcue.faces.detect import DetectorName, FindsLargest, make_detector
from spoofcue.faces.search_picture import SearchPicture
from spoofcue.faces.yunet import MAX_SIDE, SHIPPED, YuNetDetector

# of the astronaut's face, brow to chin and cheek to cheek, in her picture's 512 px
FACE = Box(178, 63, 90, 113)
DETECTOR = YuNetDetector()
EAGER = YuNetDetector(min_confidence=0.05)  # takes almost anything for a face


def bars(*shape: int) -> NDArray[np.uint8]:
    """A picture without a face."""
    across = 128 + 60 * np.sin(np.arange(shape[1]) / 20)
    return np.ascontiguousarray(np.broadcast_to(across[:, None], (*shape, 3)), np.uint8)


def resized(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    import cv2

    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def test_the_file_that_ships_finds_the_astronaut_and_no_face_in_texture() -> None:
    (box,) = DETECTOR.detect(skimage.data.astronaut())
    assert overlap(box, FACE) > 0.9
    for picture in (skimage.data.coffee(), bars(480, 640), np.zeros((480, 640, 3), np.uint8)):
        assert DETECTOR.detect(picture) == []


@pytest.mark.parametrize(("width", "height"), [(64, 64), (320, 320), (1024, 1024), (4000, 4000)])
def test_boxes_are_in_the_pictures_own_pixels(width: int, height: int) -> None:
    (box,) = DETECTOR.detect(resized(skimage.data.astronaut(), width, height))
    part = width / 512
    there = Box(*(round(part * side) for side in (FACE.x, FACE.y, FACE.w, FACE.h)))
    assert overlap(box, there) > 0.75


@pytest.mark.parametrize(("frame", "side"), [((1000, 300), 300), ((300, 1000), 300)])
def test_tall_and_wide_pictures(frame: tuple[int, int], side: int) -> None:
    (box,) = DETECTOR.detect(pasted([side], frame))
    assert overlap(box, Box(80, 65, 135, 170)) > 0.75


def test_a_picture_without_colour_shows_the_same_face() -> None:
    grey = skimage.data.astronaut().mean(axis=2).astype(np.uint8)
    (box,) = DETECTOR.detect(np.dstack([grey] * 3))
    assert overlap(box, FACE) > 0.85


def test_the_largest_of_several_faces_comes_first() -> None:
    first, second = DETECTOR.detect(pasted([190, 300]))
    assert first.x > 190 > second.x
    assert first.area > 2 * second.area


@pytest.mark.parametrize("side", [64, 200, 640, 2000])
def test_a_face_that_fills_its_picture_is_found(side: int) -> None:
    tight = resized(skimage.data.astronaut()[75:172, 181:262], side, side * 97 // 81)
    (box,) = DETECTOR.detect(tight)
    assert overlap(box, Box(0, 0, side, side * 97 // 81)) > 0.6


def test_the_border_is_what_finds_it_and_its_pixels_do_not_count() -> None:
    tight = resized(skimage.data.astronaut()[85:165, 190:255], 640, 788)
    picture = SearchPicture.of(tight, MAX_SIDE)
    assert DETECTOR._in(picture) == []
    (box,) = DETECTOR.detect(tight)
    assert overlap(box, Box(0, 0, 640, 788)) > 0.5


def test_a_small_face_in_a_large_picture_is_looked_for_again() -> None:
    frame = bars(3000, 4000)
    frame[1000:1150, 2000:2150] = resized(skimage.data.astronaut()[20:220, 125:325], 150, 150)
    assert DETECTOR._in(SearchPicture.of(frame, MAX_SIDE)) == []
    (box,) = DETECTOR.detect(frame)
    assert overlap(box, Box(2040, 1032, 68, 85)) > 0.6


def test_looks_end_with_the_first_that_finds_a_face(monkeypatch: pytest.MonkeyPatch) -> None:
    detector, looked = YuNetDetector(), []
    search = detector._in

    def spied(picture: SearchPicture) -> list[Box]:
        looked.append(picture.pixels.shape[:2])
        return search(picture)

    monkeypatch.setattr(detector, "_in", spied)
    for image, sizes in (
        (skimage.data.astronaut(), [(512, 512)]),
        (bars(480, 640), [(480, 640), (454, 534), (480, 640)]),
        (bars(1500, 2000), [(480, 640), (454, 534), (960, 1280), (480, 640)]),
    ):
        looked.clear()
        detector.detect(image)
        assert looked == sizes


def test_both_searches_are_one() -> None:
    # what is faster for dlib alone changes nothing here
    assert not isinstance(DETECTOR, FindsLargest)
    image = pasted([300, 190])
    for search in ("fast", "full"):
        finder = FaceFinder(DETECTOR, Crop.with_margin(0.2), 48, None, search, second_face=2)
        look = finder.look(image, Stopwatch())
        assert (look.box, look.faces) == (DETECTOR.detect(image)[0], 2)


def test_threads_may_share_one() -> None:
    sizes = (300, 330, 360, 400, 450, 500)
    pictures = [np.ascontiguousarray(skimage.data.astronaut()[:400, :w]) for w in sizes]
    alone = [YuNetDetector().detect(picture) for picture in pictures]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(DETECTOR.detect, 5 * pictures))
    assert together == 5 * alone


@settings(deadline=None, max_examples=60)
@given(
    width=st.one_of(st.integers(1, 70), st.integers(1, 900)),
    height=st.one_of(st.integers(1, 70), st.integers(1, 900)),
    seed=st.integers(0, 2**32 - 1),
    content=st.sampled_from(["noise", "plain", "face"]),
)
def test_any_shape_gives_boxes_of_the_picture_the_largest_first(
    width: int, height: int, seed: int, content: str
) -> None:
    rng = np.random.default_rng(seed)
    image = np.full((height, width, 3), rng.integers(256), np.uint8)
    if content == "noise":
        image = rng.integers(0, 256, image.shape, np.uint8)
    elif content == "face":
        image = resized(skimage.data.astronaut()[20:220, 125:325], width, height)
    boxes = EAGER.detect(image)
    assert boxes == sorted(boxes, key=lambda box: -box.area)
    for box in boxes:
        assert min(box.w, box.h) >= 1
        assert -1 <= box.x + box.w / 2 <= width + 1
        assert -1 <= box.y + box.h / 2 <= height + 1
    assert EAGER.detect(image) == boxes


@pytest.mark.parametrize("content", [b"", b"text", "classifier"])
def test_what_is_no_yunet_is_refused_in_one_line(
    content: bytes | str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "model.onnx"
    data = mean_colour_graph([[1.0, 0], [0, 1], [1, 1]]) if isinstance(content, str) else content
    file.write_bytes(data)
    with pytest.raises(InputError, match="is not a YuNet model") as refused:
        YuNetDetector(file)
    assert "\n" not in str(refused.value)
    assert capfd.readouterr() == ("", "")  # nothing of OpenCV's beside it


def test_a_missing_file_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.onnx .*the one that ships"):
        YuNetDetector(tmp_path / "none.onnx")


def test_a_file_of_ones_own_is_as_good_and_opened_without_a_word(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "größer ß.onnx"
    own.write_bytes(SHIPPED.read_bytes())
    image = skimage.data.astronaut()
    assert YuNetDetector(own).detect(image) == DETECTOR.detect(image)
    assert capfd.readouterr() == ("", "")


class Answers:
    """A network that finds what it is told."""

    def __init__(self, *rects: tuple[float, float, float, float]) -> None:
        self.rects = np.array([[*rect, *[0.0] * 10, 0.9] for rect in rects], np.float32)

    def setInputSize(self, size: tuple[int, int]) -> None: ...

    def detect(self, image: NDArray[np.uint8]) -> tuple[int, NDArray[np.float32]]:
        return 1, self.rects


def test_boxes_that_are_none_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    detector = YuNetDetector()
    none = [
        (math.nan, 10, 20, 20), (math.inf, 10, 20, 20), (10, 10, math.inf, 20),
        (10, 10, 20, 0), (10, 10, 0.4, 20), (-30, 10, 20, 20), (95, 10, 20, 20), (10, 75, 20, 20),
    ]  # fmt: skip
    net = Answers((-9, -9, 20, 20), *none, (85, 65, 29, 29))
    monkeypatch.setattr(detector, "_net", net)
    assert detector.detect(bars(80, 100)) == [Box(85, 65, 29, 29), Box(-9, -9, 20, 20)]


def test_a_face_of_coarse_dots_is_seen() -> None:
    """Floyd and Steinberg's error diffusion to black and white, by Pillow."""
    face = Image.fromarray(skimage.data.astronaut()[0:300, 60:400]).resize((510, 450))
    dots = np.dstack([np.asarray(face.convert("1"), np.uint8) * 255] * 3)
    assert DETECTOR._in(SearchPicture.of(dots, MAX_SIDE)) == []
    (box,) = DETECTOR.detect(dots)
    assert overlap(box, DETECTOR.detect(np.asarray(face))[0]) > 0.7


@pytest.mark.parametrize("name", ["dlib", "none"])
def test_its_file_is_refused_where_another_detector_searches(
    name: DetectorName, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=f"is for YuNet, and the detector is {name}"):
        make_detector(name, tmp_path / "yunet.onnx")
