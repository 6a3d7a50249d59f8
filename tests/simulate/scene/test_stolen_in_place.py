from __future__ import annotations

import cv2
import numpy as np

from spoofcue.simulate.catalogue import built_in
from spoofcue.simulate.people import RenderedPerson
from spoofcue.simulate.scene.stolen import taken_in_place


def test_a_stolen_picture_holds_the_face_where_its_box_says() -> None:
    person = RenderedPerson("person-3", 0, 256).live("session-1", 0)
    left, top, wide, high = (int(v) for v in person.face)
    face = person.photo[top : top + high, left : left + wide].astype(float)
    for seed in range(3):
        rng = np.random.default_rng(seed)
        known = built_in()
        picture = taken_in_place(person, known.devices["cam-1"], known.sessions["session-1"], rng)
        x, y, w, h = picture.face
        rows, columns = picture.photo.shape[:2]
        assert min(x, y) >= 0
        assert x + w <= columns
        assert y + h <= rows
        assert 1.6 < columns / w < 4.1
        # coarse brightness of the face, place by place, follows the portrait's
        part = picture.photo[int(y) : int(y + h), int(x) : int(x + w)].astype(float)
        grids = [
            cv2.resize(grey.mean(axis=2), (6, 6), interpolation=cv2.INTER_AREA)
            for grey in (face, part)
        ]
        assert np.corrcoef(grids[0].ravel(), grids[1].ravel())[0, 1] > 0.6
