"""Whose face: a rendered identity, or a person in photos. Both give portraits to present.

A person has *live views* (light on its way to the camera) and *stolen pictures* (what an attacker
holds: a photo that another camera took, compressed, in other light).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import MediaError
from spoofcue.simulate.camera import encode, jpeg_quality
from spoofcue.simulate.catalogue import DEVICES, SESSIONS, Device
from spoofcue.simulate.colour import srgb_from_linear
from spoofcue.simulate.placement import FaceBox, View
from spoofcue.simulate.presentation import Portrait, draw_circumstances
from spoofcue.simulate.recapture import render_live
from spoofcue.simulate.seeds import number

RENDER_PX = 512
PHOTO_FACE_PX = 300
# a rendered face that the detector misses (a strong turn) stands about here
_USUAL_FACE: FaceBox = (0.29, 0.27, 0.42, 0.42)
_GOOD = Device("source", (0, 0), 0.4, 1.0, 0.05, 20000, 2, (1, 1, 1), 0.25, 1.0, 0.1, 0.4, 1.0, 96)


class Person(Protocol):
    """A source of portraits; every call is a pure function of its arguments."""

    @property
    def subject(self) -> str:
        """Name, unique in the set."""

    def live(self, session: str, take: int) -> Portrait:
        """The person before the camera in a session; ``take`` varies pose and expression."""

    def stolen(self, take: int) -> Portrait:
        """The attacker's picture of the person."""


@dataclass(frozen=True)
class RenderedPerson:
    """An identity that the package draws.

    Attributes:
        subject: name.
        seed: of the whole set.
        side_px: of the renders.

    """

    subject: str
    seed: int
    side_px: int = RENDER_PX

    def live(self, session: str, take: int) -> Portrait:
        """Render the person in the session's own light."""
        return self._render(session, take, "live")

    def stolen(self, take: int) -> Portrait:
        """Another render, in any session's light, taken by some camera."""
        rng = np.random.default_rng(number(self.seed, self.subject, take, "stolen"))
        session = list(SESSIONS)[int(rng.integers(3))]
        return taken(self._render(session, take, "stolen"), session, rng)

    def _render(self, session: str, take: int, salt: str) -> Portrait:
        return _rendered(self.subject, self.seed, session, take, salt, self.side_px)


@functools.lru_cache(maxsize=24)
def _rendered(
    subject: str, set_seed: int, session: str, take: int, salt: str, side: int
) -> Portrait:
    from spoofcue.simulate.face.render import render_face
    from spoofcue.simulate.identity import draw_identity
    from spoofcue.simulate.scene import draw_frame

    seed = number(set_seed, subject, session, take, salt)
    light = SESSIONS.get(session) or list(SESSIONS.values())[seed % 3]  # session-any: some light
    view = draw_frame(seed, light, seed)
    radiance = render_face(draw_identity(number(set_seed, subject)), view, side)
    photo = (srgb_from_linear(radiance * 0.85) * 255 + 0.5).astype(np.uint8)
    x, y, w, h = (side * v for v in _USUAL_FACE)
    return Portrait(photo, find_face(photo) or (x, y, w, h), lit=True)


@dataclass(frozen=True)
class PhotographedPerson:
    """A person in one or several photos.

    Attributes:
        subject: name.
        portraits: of each photo, at least one.
        seed: of the whole set.

    """

    subject: str
    portraits: tuple[Portrait, ...]
    seed: int

    def live(self, session: str, take: int) -> Portrait:
        """One of the photos; the session's light is added by the camera's scene."""
        return self.portraits[take % len(self.portraits)]

    def stolen(self, take: int) -> Portrait:
        """Another photo of the person if there is one, taken by some camera."""
        rng = np.random.default_rng(number(self.seed, self.subject, take, "stolen"))
        session = list(SESSIONS)[int(rng.integers(3))]
        return taken(self.portraits[(take + 1) % len(self.portraits)], session, rng)


def taken(portrait: Portrait, session: str, rng: np.random.Generator) -> Portrait:
    """The portrait as a photo of some camera: usually a good one, at times a poor one."""
    others = [DEVICES[f"cam-{k}"] for k in range(1, 7)]
    device = _GOOD if rng.uniform() < 0.5 else others[int(rng.integers(6))]
    left, top, width, height = portrait.face
    rows, columns = portrait.photo.shape[:2]
    centre = left + width / 2, top + height / 2
    reach = min(centre[0], columns - centre[0], centre[1], rows - centre[1])
    ratio = float(np.clip(2 * reach / width, 1.4, 2.6))
    face_px = float(rng.uniform(150, 260))
    side = 2 * round(face_px * ratio / 2)
    view = View(side, face_px, (0.5, 0.5), 0.0)
    now = draw_circumstances(view, SESSIONS[session], rng)
    picture = render_live(portrait, device, now, rng)
    data = encode(picture, min(jpeg_quality(device, now.shot), int(rng.integers(70, 97))))
    again = cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), 1), cv2.COLOR_BGR2RGB)
    scale = again.shape[1] / side
    half = face_px * scale / 2, face_px * scale * height / width / 2
    middle = again.shape[1] / 2, again.shape[0] / 2
    box = (middle[0] - half[0], middle[1] - half[1], 2 * half[0], 2 * half[1])
    return Portrait(np.asarray(again, np.uint8), box)


def load_portrait(path: Path, face_px: int = PHOTO_FACE_PX) -> Portrait:
    """Read a photo, find its largest face, shrink it until that is ``face_px`` wide.

    Raises:
        MediaError: unreadable, or no face in it.

    """
    from spoofcue.media.image import read_image

    photo = read_image(path)
    shrink = min(1.0, 700 / max(photo.shape[:2]))
    small = _shrunk(photo, shrink)
    face = find_face(small)
    if face is None:
        raise MediaError(f"{path}: no face found; the simulator aims at one.", reason="no_face")
    scale = min(1.0, face_px * shrink / face[2])
    photo = _shrunk(photo, scale)
    return Portrait(photo, tuple(v / shrink * scale for v in face))


def find_face(photo: NDArray[np.uint8]) -> FaceBox | None:
    """The largest face by dlib, or None."""
    from spoofcue.faces.detect import DlibDetector

    boxes = DlibDetector().detect(photo)
    if not boxes:
        return None
    box = max(boxes, key=lambda b: b.area)
    return float(box.x), float(box.y), float(box.w), float(box.h)


def _shrunk(photo: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    if scale >= 1:
        return photo
    size = round(photo.shape[1] * scale), round(photo.shape[0] * scale)
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
