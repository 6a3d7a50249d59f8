from __future__ import annotations

import hashlib
import json

import cv2
import numpy as np
import pytest
import skimage.data

from spoofcue.simulate.catalogue import built_in
from spoofcue.simulate.device import Device, Shot
from spoofcue.simulate.lighting import Lamp
from spoofcue.simulate.people import PhotographedPerson
from spoofcue.simulate.placement import View
from spoofcue.simulate.presentation import Circumstances, Portrait
from spoofcue.simulate.raster import generator
from spoofcue.simulate.recapture import render_live
from spoofcue.simulate.samples import Framing, Sample, frames, stolen_faces

PERSON = PhotographedPerson(
    "p", (Portrait(skimage.data.astronaut()[0:320, 70:390], (85.0, 75.0, 130.0, 130.0)),), 0
)


def made(pai: str, device: str, take: int = 0, **more: object):  # type: ignore[no-untyped-def]
    sample = Sample("p", pai, "session-1", device, take)
    return next(frames(sample, PERSON, Framing(1.4), 0, **more))  # type: ignore[arg-type]


# As they were before cameras had pipelines and stolen pictures came by detours: published
# figures rest on the named ones. SHA-256, then a few pixels, for other versions of OpenCV.
BEFORE = {
    ("", "cam-4"): "261eaad06dfe19b7",
    ("print-a", "cam-4"): "a6df881d31217f9a",
    ("replay-b", "webcam-320"): "99c347b8cf95800d",
}

PIXELS = {
    ("", "cam-4"): [[111, 96, 116, 73], [191, 215, 185, 154], [0, 172, 132, 183], [192, 5, 0, 161]],
    ("print-a", "cam-4"): [
        [84, 74, 92, 127],
        [158, 192, 163, 144],
        [25, 136, 106, 78],
        [76, 25, 17, 105],
    ],
    ("replay-b", "webcam-320"): [
        [56, 55, 31, 43],
        [122, 113, 120, 120],
        [15, 115, 61, 117],
        [96, 22, 6, 43],
    ],
}


@pytest.mark.parametrize(("pai", "device"), BEFORE)
@pytest.mark.skipif(cv2.__version__ != "5.0.0", reason="sums of one version of OpenCV")
def test_named_cameras_and_instruments_give_the_pictures_that_they_gave(
    pai: str, device: str
) -> None:
    image = made(pai, device).image
    assert hashlib.sha256(image.tobytes()).hexdigest()[:16] == BEFORE[pai, device]


def test_named_cameras_look_as_they_did() -> None:
    for (pai, device), values in PIXELS.items():
        image = made(pai, device).image
        step = image.shape[0] // 4
        got = image[step // 2 :: step, step // 2 :: step, 1][:4, :4]
        assert np.abs(got.astype(int) - np.array(values)).max() <= 1


def test_a_drawn_cameras_record_remakes_the_picture() -> None:
    streams = set()
    for take in range(12):
        picture = made("", "cam-any", take)
        known = json.loads(json.dumps(picture.parameters))
        device = Device.model_validate(known["device"])
        now = Circumstances(
            *(kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in known[name].items()})
              for name, kind in (("view", View), ("lamp", Lamp), ("shot", Shot)))
        )  # fmt: skip
        noise = generator(0, Sample("p", "", "session-1", "cam-any", take).name, known["frame"])
        again = render_live(PERSON.portraits[0], device, now, noise)
        assert np.array_equal(again, picture.image)
        streams.add((device.mjpeg_quality > 0, device.h264_bits > 0))
    assert len(streams) > 2  # each sort of stream was among them


def test_drawn_instruments_show_coarser_pictures_and_say_so() -> None:
    known = built_in()
    assert stolen_faces("print-a", known, None) is None
    assert stolen_faces("print-any", known, None) == (50, 260)
    assert stolen_faces("print-a", known, (60, 80)) == (60, 80)
    assert "stolen_face_px" not in made("print-a", "cam-1").parameters
    assert "stolen_face_px" not in made("", "cam-1").parameters
    assert made("replay-any", "cam-1").parameters["stolen_face_px"] == (50, 260)
    coarse = made("print-a", "cam-1", stolen=(50, 60))
    assert coarse.parameters["stolen_face_px"] == (50, 60)
    assert not np.array_equal(coarse.image, made("print-a", "cam-1").image)
