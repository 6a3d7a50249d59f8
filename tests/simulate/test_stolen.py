from __future__ import annotations

import cv2
import numpy as np
import pytest
import skimage.data

from spoofcue.errors import InputError
from spoofcue.simulate.people import PhotographedPerson
from spoofcue.simulate.presentation import Portrait
from spoofcue.simulate.stolen import CLEAR, DRAWN, check_span, taken

FACE = Portrait(skimage.data.astronaut()[0:320, 70:390], (85.0, 75.0, 130.0, 130.0))
PERSON = PhotographedPerson("p", (FACE,), 0)


def fine(portrait: Portrait) -> float:
    """Share of the face's luma that is lost when it is brought to 60 px and back."""
    x, y, w, h = (round(v) for v in portrait.face)
    face = cv2.cvtColor(portrait.photo[y : y + h, x : x + w], cv2.COLOR_RGB2GRAY).astype(float)
    small = cv2.resize(face, (60, 60), interpolation=cv2.INTER_AREA)
    again = cv2.resize(small, face.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return float((face - again).std() / face.std())


def test_without_a_span_a_camera_wrote_the_file_and_its_face_is_large() -> None:
    widths = [PERSON.stolen(take).face[2] for take in range(40)]
    assert all(0.8 * CLEAR[0] <= w <= 1.25 * CLEAR[1] for w in widths)  # cameras rescale
    assert np.ptp(widths) > 60


def test_a_span_is_drawn_evenly_in_the_logarithm() -> None:
    """A screenshot shows more px than the picture had; the others have what was drawn."""
    drawn = [PERSON.stolen(take, face_px=DRAWN) for take in range(80)]
    widths = np.array([portrait.face[2] for portrait in drawn])
    assert widths.min() < 60
    assert np.median(widths) == pytest.approx(np.sqrt(50 * 260), rel=0.3)
    low = [PERSON.stolen(take, face_px=(50, 52)).face[2] for take in range(40)]
    near = [w for w in low if w < 66]  # cameras that rescale, of those that write the file
    assert len(near) > 0.65 * len(low)
    assert max(low) < 3.1 * 52 * 1.25


def test_coarse_pictures_hold_no_more_than_their_px() -> None:
    coarse = [fine(PERSON.stolen(take, face_px=(50, 60))) for take in range(24)]
    clear = [fine(PERSON.stolen(take)) for take in range(24)]
    assert np.median(coarse) < 0.6 * np.median(clear)


def test_each_is_a_pure_function_of_name_and_take() -> None:
    for faces in (None, DRAWN):
        one, again, other = (PERSON.stolen(take, face_px=faces) for take in (1, 1, 2))
        assert np.array_equal(one.photo, again.photo)
        assert one.face == again.face
        assert one.photo.shape != other.photo.shape or not np.array_equal(one.photo, other.photo)


def test_the_box_stays_about_the_face_on_every_route() -> None:
    for take in range(30):
        rng = np.random.default_rng(take)
        x, y, w, h = (stolen := taken(FACE, "session-2", rng, face_px=(60, 200))).face
        rows, columns = stolen.photo.shape[:2]
        assert x + w / 2 == pytest.approx(columns / 2, abs=2)
        assert y + h / 2 == pytest.approx(rows / 2, abs=2)
        assert h == pytest.approx(w, rel=0.06)


@pytest.mark.parametrize("span", [(10, 60), (60, 50), (100, 400), (float("nan"), 60)])
def test_a_span_that_cannot_be_drawn_from_is_refused(span: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="from 24 to 300 px"):
        check_span(span)


def test_a_picture_of_somebody_in_a_place_comes_coarser_too() -> None:
    for take in range(6):
        clear = PERSON.stolen(take, wide=True)
        coarse = PERSON.stolen(take, wide=True, face_px=(50, 50))
        for portrait in (clear, coarse):
            assert portrait.photo.shape[1] > 1.6 * portrait.face[2]
        assert coarse.face[2] <= 3.1 * 50
