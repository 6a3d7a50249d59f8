"""Arrays in, arrays out: a live picture or an attack in one call, and attacks while training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from spoofcue.errors import InputError
from spoofcue.media.image import Image
from spoofcue.simulate.camera import filed
from spoofcue.simulate.catalogue import ANY_DEVICE, ANY_PAIS, ANY_SESSION, Catalogue, built_in
from spoofcue.simulate.device import Device, jpeg_quality
from spoofcue.simulate.people import PhotographedPerson, portrait_of
from spoofcue.simulate.placement import FaceBox, View
from spoofcue.simulate.presentation import Circumstances, Portrait, draw_circumstances
from spoofcue.simulate.recapture import render_attack, render_live
from spoofcue.simulate.samples import Sample, frames, framing_of
from spoofcue.simulate.stolen import FacePx, check_span

# px: below this nothing of a face is left for a printer or a display
LEAST_PX = 16


def live(
    photo: Image,
    *,
    device: str = "cam-1",
    session: str = "session-1",
    seed: int = 0,
    face: FaceBox | None = None,
    framing: tuple[float, float] | None = None,
    beside: Image | None = None,
    catalogue: Catalogue | None = None,
) -> Image:
    """A bona fide face as a camera takes it: the photo in a session's light, with no medium.

    A live picture and an attack of one photo, device, session and seed share framing, light,
    exposure, focus and compression; only the presentation differs.

    Args:
        photo: (H, W, 3) uint8 RGB, upright, with one person's face.
        device: camera, a name of ``spoofcue simulate --list``; ``cam-any`` draws one.
        session: light; ``session-any`` draws one.
        seed: decides everything that is drawn, 0 or more.
        face: left, top, width and height of the face in ``photo``, px; None: dlib looks for it.
        framing: least and largest side of the picture in face widths, 1.4 to 4, with the place
            about the face, hands and the whole medium; None: 1.9, and the portrait alone.
        beside: photo of somebody who may stand beside or behind in such a frame; None: nobody.
        catalogue: that the names are of, see :func:`load_catalogue`; None: the built-in one.

    Returns:
        (S, S, 3) uint8 RGB, read back from the camera's JPEG; without ``framing`` the face's box
        is S / 1.9 px wide and about in the middle.

    Raises:
        InputError: no such name, no RGB picture, a box outside it, no face found, or a framing
            out of range.

    >>> import numpy as np
    >>> from spoofcue import simulate
    >>> photo = np.full((240, 240, 3), 128, np.uint8)
    >>> picture = simulate.live(photo, device="cam-2", face=(60, 50, 120, 140))
    >>> picture.dtype, picture.shape
    (dtype('uint8'), (334, 334, 3))

    """
    return _taken(
        photo,
        "",
        device=device,
        session=session,
        seed=seed,
        face=face,
        wearer=None,
        framing=framing,
        beside=beside,
        stolen=None,
        catalogue=catalogue,
    )


def attack(
    photo: Image,
    instrument: str,
    *,
    device: str = "cam-1",
    session: str = "session-1",
    seed: int = 0,
    face: FaceBox | None = None,
    wearer: Image | None = None,
    framing: tuple[float, float] | None = None,
    beside: Image | None = None,
    stolen: FacePx | None = None,
    catalogue: Catalogue | None = None,
) -> Image:
    """A presentation attack: the face on paper, on a display or as a mask, before a camera.

    The attacker's picture of the victim is the photo as another camera took it, compressed.

    Args:
        photo: (H, W, 3) uint8 RGB, upright, with the victim's face.
        instrument: a name of ``spoofcue simulate --list``, such as ``print-a`` or ``mask-b``;
            ``print-any``, ``replay-any``, ``mask-any`` and ``partial-any`` draw one.
        device: camera; ``cam-any`` draws one.
        session: light; ``session-any`` draws one.
        seed: decides everything that is drawn, 0 or more.
        face: left, top, width and height of the face in ``photo``, px; None: dlib looks for it.
        wearer: photo of who wears a mask; None: the victim, mirrored.
        framing: least and largest side of the picture in face widths, 1.4 to 4, with the place
            about the face, hands and the whole medium; None: 1.9, and the portrait alone.
        beside: photo of somebody who may stand beside or behind in such a frame; None: nobody.
        stolen: least and largest width of the face in the attacker's picture, 24 to 300 px, drawn
            evenly in the logarithm; it may be a thumbnail, a frame of a video or a screenshot
            then. None: 50 to 260 px so for drawn instruments, a photo of 150 to 260 for others.
        catalogue: that the names are of, see :func:`load_catalogue`; None: the built-in one.

    Returns:
        (S, S, 3) uint8 RGB, framed as :func:`live` frames it.

    Raises:
        InputError: no such name, no RGB picture, a box outside it, no face found, or ``framing``
            or ``stolen`` out of range.

    >>> import numpy as np
    >>> from spoofcue import simulate
    >>> photo = np.full((240, 240, 3), 128, np.uint8)
    >>> box = (60, 50, 120, 140)
    >>> printed = simulate.attack(photo, "print-a", device="cam-2", face=box)
    >>> printed.shape == simulate.live(photo, device="cam-2", face=box).shape
    True
    >>> simulate.attack(photo, "hologram", face=box)
    Traceback (most recent call last):
    spoofcue.errors.InputError: unknown instrument hologram; there are ...

    """
    return _taken(
        photo,
        instrument,
        device=device,
        session=session,
        seed=seed,
        face=face,
        wearer=wearer,
        framing=framing,
        beside=beside,
        stolen=stolen,
        catalogue=catalogue,
    )


def _taken(
    photo: Image,
    pai: str,
    *,
    device: str,
    session: str,
    seed: int,
    face: FaceBox | None,
    wearer: Image | None,
    framing: tuple[float, float] | None,
    beside: Image | None,
    stolen: FacePx | None,
    catalogue: Catalogue | None,
) -> Image:
    """The first frame of a sample of one photo."""
    (catalogue or built_in()).check([pai] if pai else [], [device], [session])
    if not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed {seed!r}: give a whole number of 0 or more.")
    if stolen is not None:
        check_span(stolen)
    person = _person(photo, face, seed, "photo")
    worn = None if wearer is None else _person(wearer, None, seed, "wearer")
    mate = None if beside is None else _person(beside, None, seed, "beside")
    sample = Sample("photo", pai, session, device, 0)
    drawn = frames(
        sample,
        person,
        framing_of(framing),
        seed,
        wearer=worn,
        beside=mate,
        catalogue=catalogue,
        stolen=stolen,
    )
    picture = next(drawn)
    return filed(picture.image, picture.quality)


def _person(photo: Image, face: FaceBox | None, seed: int, what: str) -> PhotographedPerson:
    rgb_picture(photo, what)
    if face is not None:
        face = _box(face, photo.shape[1], photo.shape[0])
    portrait = portrait_of(photo, face)
    if portrait is None:
        raise InputError(
            f"{what}: no face found. Give a larger or upright face, or its box as "
            "face=(left, top, width, height) in px."
            if what == "photo"
            else f"{what}: no face found. Give a larger or upright face."
        )
    return PhotographedPerson(what, (portrait,), seed)


def _box(face: Any, width: int, height: int) -> FaceBox:
    try:
        left, top, wide, high = (float(v) for v in face)
    except (TypeError, ValueError) as error:
        raise InputError(f"face {face!r}: give (left, top, width, height) in px.") from error
    # not a number fails each comparison
    inside = left >= 0 and top >= 0 and left + wide <= width and top + high <= height
    if not (inside and min(wide, high) >= LEAST_PX):
        raise InputError(
            f"face {(left, top, wide, high)}: the box (left, top, width, height) must lie in the "
            f"picture of {width} x {height} px and be at least {LEAST_PX} px each way."
        )
    return left, top, wide, high


def rgb_picture(picture: Any, what: str) -> None:
    """Refuse what is no picture.

    Raises:
        InputError: not (H, W, 3) uint8, or smaller than 16 px; the message says what to do.

    """
    if not isinstance(picture, np.ndarray):
        raise InputError(
            f"{what} is a {type(picture).__name__}; give a NumPy array (H, W, 3) uint8 RGB."
        )
    if picture.dtype != np.uint8:
        raise InputError(
            f"{what} has dtype {picture.dtype}; give uint8 of 0 to 255 "
            "(floats of 0 to 1: (255 * x).round().astype('uint8'))."
        )
    if picture.ndim != 3 or picture.shape[2] != 3 or min(picture.shape[:2]) < LEAST_PX:
        raise InputError(
            f"{what} has shape {picture.shape}; give (H, W, 3) RGB of at least {LEAST_PX} px each "
            "way (grey: np.repeat(x[..., None], 3, axis=2); RGBA: x[..., :3])."
        )


@dataclass(frozen=True)
class OnlineSimulator:
    """Turns live face crops into attacks while training, and passes live ones through a camera.

    A recaptured crop has met two cameras. :meth:`live` sends live crops through the second camera
    too, or a network could learn to count cameras.

    Attributes:
        pais: names of instruments that are drawn from.
        devices, sessions: names of cameras and lights that are drawn from.
        face_share: width of the face box over that of the crop, above 0 to 1.
        catalogue: that the names are of, see :func:`load_catalogue`; None: the built-in one.

    Raises:
        InputError: no such name, none of a sort, or a share out of range.

    >>> import numpy as np
    >>> from spoofcue.simulate import OnlineSimulator
    >>> simulator = OnlineSimulator(pais=("print-a", "replay-any"), sessions=("session-2",))
    >>> crop = np.full((96, 80, 3), 128, np.uint8)
    >>> simulator.attack(crop, np.random.default_rng(0)).shape
    (96, 80, 3)

    """

    pais: tuple[str, ...] = ANY_PAIS
    devices: tuple[str, ...] = (ANY_DEVICE,)
    sessions: tuple[str, ...] = (ANY_SESSION,)
    face_share: float = 1 / 1.4
    catalogue: Catalogue | None = None

    def __post_init__(self) -> None:
        self._known.check(self.pais, self.devices, self.sessions)
        if not (self.pais and self.devices and self.sessions):
            raise InputError("name at least one instrument, one device and one session.")
        if not 0 < self.face_share <= 1:
            raise InputError(f"face_share {self.face_share}: give a share above 0, at most 1.")

    @property
    def _known(self) -> Catalogue:
        return self.catalogue or built_in()

    def attack(self, crop: Image, rng: np.random.Generator) -> Image:
        """The crop on paper, on a display or as a mask, before a camera.

        Args:
            crop: (H, W, 3) uint8 RGB, a live face.
            rng: decides everything that is drawn.

        Returns:
            (H, W, 3) uint8 RGB.

        Raises:
            InputError: the crop is no RGB picture.

        """
        portrait, device, now = self._scene(crop, rng)
        instrument = self._known.instrument(self.pais[int(rng.integers(len(self.pais)))], rng)
        how = instrument.present(rng, framed=0.15)
        image = render_attack(portrait, instrument, device=device, now=now, how=how, rng=rng)
        return _like(crop, filed(image, jpeg_quality(device, now.shot)))

    def live(self, crop: Image, rng: np.random.Generator) -> Image:
        """The crop before a camera, with no medium; arguments and errors as of :meth:`attack`."""
        portrait, device, now = self._scene(crop, rng)
        image = render_live(portrait, device, now, rng)
        return _like(crop, filed(image, jpeg_quality(device, now.shot)))

    def _scene(
        self, crop: Image, rng: np.random.Generator
    ) -> tuple[Portrait, Device, Circumstances]:
        rgb_picture(crop, "crop")
        height, width = crop.shape[:2]
        side = max(2 * round(min(height, width) / 2), 32)
        face = width * self.face_share
        box = ((width - face) / 2, (height - face) / 2, face, face)
        device = self._known.device(self.devices[int(rng.integers(len(self.devices)))], rng)
        session = self._known.session(self.sessions[int(rng.integers(len(self.sessions)))], rng)
        view = View(side, side * self.face_share, (0.5, 0.5), float(rng.normal(0, 1.5)))
        return Portrait(crop, box), device, draw_circumstances(view, session, rng)


def _like(crop: Image, image: Image) -> Image:
    """At the size of the crop that it came from."""
    size = crop.shape[1], crop.shape[0]
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
