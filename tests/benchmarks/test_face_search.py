from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import skimage.data
from face_search import Searched, beside, look_at, painted, pictures_of, study
from PIL import Image

from helpers.pasted_faces import pasted
from spoofcue.faces.box import Box
from spoofcue.faces.yunet import YuNetDetector


def test_what_becomes_of_each_picture() -> None:
    searched, detector = Searched(), YuNetDetector()
    frames = [pasted([300]), pasted([300, 290]), pasted([80]), skimage.data.coffee()]
    for number, frame in enumerate(frames):
        look_at(searched, detector, "all", Path(str(number)), np.ascontiguousarray(frame))
    assert searched.outcomes == {"all": {"pictures": 4, "several": 1, "small": 1, "no face": 1}}
    assert searched.boxes == {0: 1, 1: 2, 2: 1}
    assert sorted(searched.largest) == [Path("0"), Path("1"), Path("2")]


def test_boxes_are_compared_in_sides_of_the_references() -> None:
    a, b, c = Path("a"), Path("b"), Path("c")
    ours = {a: Box(10, 0, 80, 120), b: Box(0, 0, 100, 100)}
    found = beside(ours, {a: Box(0, 10, 100, 100), b: Box(300, 0, 100, 100), c: Box(0, 0, 9, 9)})
    assert (found["pairs"], found["one_face"]) == (2, 1)
    assert [found[k][0] for k in ("width", "height", "right", "down")] == [0.8, 1.2, 0, 0]
    assert beside(ours, {}) == {"pairs": 0, "one_face": 0}


def test_painting_takes_one_face_and_leaves_the_other() -> None:
    image = pasted([300, 290])
    detector = YuNetDetector()
    first, second = detector.detect(image)
    assert detector.detect(painted(image, first)) == [second]


def test_a_folder_is_searched_by_its_groups(tmp_path: Path) -> None:
    for group in ("one", "two"):
        (tmp_path / group / "live").mkdir(parents=True)
        Image.fromarray(pasted([300])).save(tmp_path / group / "live" / "a.png")
    (tmp_path / "one" / "list.txt").write_text("no picture")
    assert [group for group, _, _ in pictures_of(tmp_path, 1)] == ["one", "two"]
    found = study([tmp_path], 1, [0.7], paint=True)
    assert [seen["left"] for seen in found.values()] == [0, 0]
    for name in ("dlib", "yunet 0.7"):
        assert found[name]["groups"] == {"one": {"pictures": 1}, "two": {"pictures": 1}}
    assert found["yunet 0.7"]["beside_dlib"]["width"][0] == pytest.approx(0.9, abs=0.1)
