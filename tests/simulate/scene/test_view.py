"""Wide frames: equal draws, records that remake the picture, edges where geometry puts them."""

from __future__ import annotations

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
from pydantic import TypeAdapter

from spoofcue.errors import InputError
from spoofcue.simulate.camera import OVERSAMPLING
from spoofcue.simulate.catalogue import built_in
from spoofcue.simulate.device import Device, Shot
from spoofcue.simulate.instruments import kinds
from spoofcue.simulate.lighting import Lamp
from spoofcue.simulate.people import RenderedPerson
from spoofcue.simulate.placement import Tilt, View, draw_wide_view
from spoofcue.simulate.presentation import Circumstances, Presentation
from spoofcue.simulate.raster import generator
from spoofcue.simulate.samples import Picture, Sample, frames, framing_of
from spoofcue.simulate.scene.medium import box_mm, compose, draw_screen, outer
from spoofcue.simulate.scene.room import room_radiance
from spoofcue.simulate.scene.staging import Scene, draw_place
from spoofcue.simulate.scene.view import attack_light, wide_attack, wide_live

WIDE = framing_of((1.9, 4.0))
PERSON = RenderedPerson("person-3", 0, 256)
MATE = RenderedPerson("person-4", 0, 256)
PAIS = ("", "print-any", "replay-any", "mask-any")


@pytest.fixture(scope="module")
def take() -> dict[str, Picture]:
    made = {}
    for pai in PAIS:
        sample = Sample("person-3", pai, "session-any", "cam-1", 1)
        made[pai] = next(frames(sample, PERSON, WIDE, 3, beside=MATE, wearer=MATE))
    return made


def test_live_and_attack_share_place_view_light_and_shot(take: dict[str, Picture]) -> None:
    for name in ("view", "lamp", "shot"):
        values = {json.dumps(picture.parameters[name]) for picture in take.values()}
        assert len(values) == 1
    places = {json.dumps(picture.parameters["scene"]["place"]) for picture in take.values()}  # type: ignore[index]
    assert len(places) == 1
    assert len({picture.image.shape for picture in take.values()}) == 1
    assert len({picture.box[:3:2] for picture in take.values()}) == 1


def test_views_are_drawn_over_the_whole_span_and_hold_the_face() -> None:
    times = []
    for number in range(40):
        shared = generator("view", number)
        view = draw_wide_view(shared, (40.0, 60.0), (1.9, 4.0))
        times.append(view.side_px / view.face_px)
        for place in view.centre:
            assert 0.5 / times[-1] < place < 1 - 0.5 / times[-1]
    assert min(times) < 2.2
    assert max(times) > 3.6


@pytest.mark.parametrize("pai", ["", "print-any", "replay-any"])
def test_the_record_remakes_the_picture(pai: str, take: dict[str, Picture]) -> None:
    record = json.loads(json.dumps(take[pai].parameters))
    now = Circumstances(
        TypeAdapter(View).validate_python(record["view"]),
        TypeAdapter(Lamp).validate_python(record["lamp"]),
        TypeAdapter(Shot).validate_python(record["shot"]),
    )
    scene = TypeAdapter(Scene).validate_python(record["scene"])
    device: Device = built_in().devices["cam-1"]
    sample = Sample("person-3", pai, "session-any", "cam-1", 1)
    noise = generator(3, sample.name, 0)
    mate = MATE.live("session-any", 0) if "beside" in record else None
    if not pai:
        again = wide_live(PERSON.live("session-any", 1), device, now, scene, noise, mate)
    else:
        kind = {k.drawn[0]: k for k in _kinds()}[pai]
        instrument = kind.model_validate(record["instrument"])
        how = TypeAdapter(Presentation).validate_python(record["presentation"])
        stolen = PERSON.stolen(1, wide=True, face_px=record["stolen_face_px"])
        again = wide_attack(
            stolen, instrument, device=device, now=now, how=how, scene=scene, rng=noise, beside=mate
        )
    assert np.array_equal(again, take[pai].image)


def _kinds() -> list[type]:
    return [kind for kind in kinds().values() if not kind.worn]


def test_a_device_ends_where_geometry_says_and_the_room_is_behind() -> None:
    rng = np.random.default_rng(4)
    portrait = PERSON.stolen(0, wide=True)
    medium = replace(draw_screen(rng, "phone"), corner_mm=0.0, frame_mm=(5.0, 6.0, 7.0, 8.0))
    medium = replace(medium, width_mm=70.0, height_mm=120.0, spread=0.2, shade=(0.02, 0.02, 0.02))
    view = View(160, 40.0, (0.5, 0.5), 0.0)
    instrument = built_in().instrument("replay-a", rng)
    sample = next(frames(Sample("p", "replay-a", "session-1", "cam-1", 0), PERSON, WIDE, 0))
    record = sample.parameters
    now = Circumstances(
        view,
        TypeAdapter(Lamp).validate_python(record["lamp"]),
        TypeAdapter(Shot).validate_python(record["shot"]),
    )
    page, px_mm = compose(portrait, medium)
    how = TypeAdapter(Presentation).validate_python(record["presentation"])
    how = replace(how, tilt=Tilt(), face_mm=page.face[2] * px_mm)
    place = draw_place(rng)
    light, _ = attack_light(
        portrait, instrument, now=now, how=how, scene=Scene(place, medium=medium)
    )
    size = 160 * OVERSAMPLING
    room = room_radiance(place.room, now.lamp, size // 2)
    room = cv2.resize(room, (size, size))
    fine_mm = 40 * OVERSAMPLING / how.face_mm
    whole = outer(box_mm(page, px_mm), medium)
    left, top, right, bottom = (size / 2 + edge * fine_mm for edge in whole)
    y = int(size / 2)
    for edge, outward in ((left, -1), (right, 1)):
        if 8 < edge < size - 8:
            beyond, within = round(edge + 4 * outward), round(edge - 4 * outward)
            np.testing.assert_allclose(light[y, beyond], room[y, beyond], atol=1e-5)
            assert light[y, within].max() < 0.2  # the dark frame
    checked = [e for e in (left, right, top, bottom) if 8 < e < size - 8]
    assert len(checked) >= 2
    for edge, outward in ((top, -1), (bottom, 1)):
        if 8 < edge < size - 8:
            beyond = round(edge + 4 * outward)
            np.testing.assert_allclose(light[beyond, y], room[beyond, y], atol=1e-5)


@pytest.mark.parametrize("span", [(1.0, 2.0), (3.0, 2.0), (2.0, 9.0), (float("nan"), 2.0)])
def test_a_framing_out_of_range_is_refused(span: tuple[float, float]) -> None:
    with pytest.raises(InputError, match=r"1\.9-4"):
        framing_of(span)
