"""One sample: who, shown how, before which camera, in which session; rendered frame by frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.simulate.catalogue import ANY_DEVICE, Catalogue, built_in
from spoofcue.simulate.device import Device, jpeg_quality
from spoofcue.simulate.people import Person
from spoofcue.simulate.placement import draw_view, draw_wide_view, tremble
from spoofcue.simulate.presentation import (
    Circumstances,
    Instrument,
    Portrait,
    Presentation,
    draw_circumstances,
)
from spoofcue.simulate.raster import Generator, generator
from spoofcue.simulate.recapture import render_attack, render_live
from spoofcue.simulate.scene.staging import (
    Scene,
    draw_attack_scene,
    draw_live_scene,
    draw_place,
)
from spoofcue.simulate.scene.view import wide_attack, wide_live
from spoofcue.simulate.stolen import DRAWN, FacePx


@dataclass(frozen=True, slots=True)
class Sample:
    """A recording to simulate.

    Attributes:
        subject: whose face is shown.
        pai: instrument, empty for live.
        session, device: where and with what it is taken.
        take: counts the person's poses; live and attacks of one take share view, light and shot.

    """

    subject: str
    pai: str
    session: str
    device: str
    take: int

    @property
    def name(self) -> str:
        """Path without suffix, unique in a set."""
        kind = f"attack/{self.pai}" if self.pai else "live"
        return f"{self.subject}/{kind}/{self.session}_{self.device}_{self.take}"


@dataclass(frozen=True, slots=True)
class Framing:
    """How pictures are framed.

    Attributes:
        side_to_face: side of the square picture over the face's width.
        scale: multiplies the devices' face widths in px.
        framed: probability that a medium's edges are in view.
        span: least and largest side over the face's width, drawn for every take, with the place
            about the face (see `scene`); None: ``side_to_face`` and the portrait alone.

    """

    side_to_face: float
    scale: float = 1.0
    framed: float = 0.35
    span: tuple[float, float] | None = None


# of sets of pictures in which a face has yet to be found
WIDE = Framing(side_to_face=1.9, scale=1.6)
# sides over face widths that a frame with its place may have
LEAST_SPAN, LARGEST_SPAN = 1.4, 4.0


def framing_of(span: tuple[float, float] | None) -> Framing:
    """The framing of a set of pictures.

    Args:
        span: least and largest side of the picture over the face's width; None: 1.9, no place.

    Raises:
        InputError: out of range or in the wrong order.

    """
    if span is None:
        return WIDE
    low, high = span
    if not LEAST_SPAN <= low <= high <= LARGEST_SPAN:
        raise InputError(
            f"framing {low:g}-{high:g}: give the least and the largest side of the picture in face "
            f"widths, {LEAST_SPAN:g} to {LARGEST_SPAN:g}, such as 1.9-4."
        )
    return Framing(side_to_face=high, span=(float(low), float(high)))


@dataclass(frozen=True, slots=True)
class Picture:
    """One frame and everything drawn for it; ``box`` is the face in it, px."""

    image: NDArray[np.uint8]
    quality: int
    box: tuple[int, int, int, int]
    parameters: dict[str, object]


def frames(
    sample: Sample,
    person: Person,
    framing: Framing,
    seed: int,
    *,
    count: int = 1,
    wearer: Person | None = None,
    portrait: Portrait | None = None,
    beside: Person | None = None,
    catalogue: Catalogue | None = None,
    stolen: FacePx | None = None,
) -> Iterator[Picture]:
    """Render a sample's frames; hand tremor and sensor noise vary from one to the next.

    Args:
        sample: what to render.
        person: whose face is shown.
        framing: of the pictures.
        seed: of the set.
        count: frames.
        wearer: of a mask.
        portrait: the live view or the stolen picture, if the caller has it already.
        beside: who may stand beside or behind, or hold the medium, in a wide frame.
        catalogue: that the sample's names are of; None: the built-in one.
        stolen: face widths of stolen pictures, see :func:`stolen_faces`.

    """
    known = catalogue or built_in()
    faces = stolen_faces(sample.pai, known, stolen)
    place = (seed, sample.subject, sample.session, sample.device, sample.take)
    device = drawn_device(sample, seed, known)
    light = known.session(sample.session, generator(*place, "light"))
    # what live and attack share is drawn from a key that does not hold the class
    shared = generator(*place)
    least, largest = device.face_px
    face_px = framing.scale * least, framing.scale * largest
    view = (
        draw_wide_view(shared, face_px, framing.span)
        if framing.span
        else draw_view(shared, face_px, framing.side_to_face)
    )
    now = draw_circumstances(view, light, shared)
    own = generator(seed, sample.name)
    instrument = (
        known.instrument(sample.pai, generator(seed, sample.name, "instrument"))
        if sample.pai
        else None
    )
    how = instrument.present(own, framed=framing.framed) if instrument else None
    if portrait is None:
        portrait = (
            person.stolen(sample.take, wide=bool(framing.span), face_px=faces)
            if instrument
            else person.live(sample.session, sample.take)
        )
    worn = wearer.live(sample.session, 0) if wearer and known.worn(sample.pai) else None
    scene = None
    if framing.span:
        where = draw_place(generator(*place, "place"))
        staging = generator(seed, sample.name, "scene")
        if instrument and how and not instrument.worn:
            scene, face_mm = draw_attack_scene(
                staging,
                where,
                instrument,
                portrait,
                side_to_face=view.side_px / view.face_px,
                company=beside is not None,
            )
            how = replace(how, face_mm=face_mm)
        else:
            scene = draw_live_scene(staging, where, worn or portrait, company=beside is not None)
    mate = beside.live(sample.session, 0) if scene and scene.beside and beside else None
    definitions = known.own(sample.pai, sample.device, sample.session)
    if sample.device == ANY_DEVICE:
        definitions["device"] = device.model_dump()
    if instrument and sample.pai not in known.instruments:
        definitions["instrument"] = instrument.model_dump()
    for frame in range(count):
        noise = generator(seed, sample.name, frame)
        moved = Circumstances(tremble(view, noise) if frame else view, now.lamp, now.shot)
        image = _taken(
            portrait, instrument, device=device, now=moved, how=how, scene=scene, rng=noise,
            wearer=worn, mate=mate,
        )  # fmt: skip
        parameters = {"frame": frame, **moved.to_dict(), **definitions}
        if scene:
            parameters["scene"] = scene.to_dict()
            if mate and beside:
                parameters["beside"] = beside.subject
        if how:
            parameters["presentation"] = how.to_dict()
            if faces:
                parameters["stolen_face_px"] = faces
            if worn and wearer:
                parameters["wearer"] = wearer.subject
        box = _box(moved, image.shape[1], portrait)
        parameters["box"] = box
        yield Picture(image, jpeg_quality(device, now.shot), box, parameters)


def _taken(
    portrait: Portrait,
    instrument: Instrument | None,
    *,
    device: Device,
    now: Circumstances,
    how: Presentation | None,
    scene: Scene | None,
    rng: Generator,
    wearer: Portrait | None,
    mate: Portrait | None,
) -> NDArray[np.uint8]:
    """The picture, with a place about it or without, live or an attack."""
    if instrument is None or how is None:
        if scene:
            return wide_live(portrait, device, now, scene, rng, mate)
        return render_live(portrait, device, now, rng)
    if scene:
        return wide_attack(
            portrait, instrument, device=device, now=now, how=how, scene=scene, rng=rng,
            beside=mate, wearer=wearer,
        )  # fmt: skip
    return render_attack(
        portrait, instrument, device=device, now=now, how=how, rng=rng, wearer=wearer
    )


def drawn_device(sample: Sample, seed: int, known: Catalogue) -> Device:
    """The camera of a sample, the same for live and attacks of a take."""
    place = (seed, sample.subject, sample.session, sample.device, sample.take)
    return known.device(sample.device, generator(*place, "camera"))


def stolen_faces(pai: str, known: Catalogue, given: FacePx | None) -> FacePx | None:
    """Face widths of the attacker's pictures for an instrument, px.

    Args:
        pai: its name.
        known: the catalogue that may list it.
        given: least and largest for all; None: what the module :mod:`stolen` says, `DRAWN` for a
            drawn instrument and None, its file as a camera wrote it, for a listed one.

    """
    return given or (None if pai in known.instruments else DRAWN)


def _box(now: Circumstances, side: int, portrait: Portrait) -> tuple[int, int, int, int]:
    scale = side / now.view.side_px
    width = now.view.face_px * scale
    height = width * portrait.face[3] / portrait.face[2]
    cx, cy = (c * side for c in now.view.centre)
    return round(cx - width / 2), round(cy - height / 2), round(width), round(height)
