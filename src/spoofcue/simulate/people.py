"""Whose face: a rendered identity, or a person in photos; and who is in a set, in which split.

A person has *live views* (light on its way to the camera) and *stolen pictures* (what an attacker
holds: a photo that another camera took, compressed, in other light).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError, MediaError
from spoofcue.faces.hog import DlibDetector
from spoofcue.labels import LIVE, class_of_folders
from spoofcue.media.folders import LeftOut, Media, media_in
from spoofcue.media.image import read_image
from spoofcue.media.kinds import media_kind
from spoofcue.media.same_files import refuse_two_people
from spoofcue.media.walk import Entry
from spoofcue.processes import in_order
from spoofcue.simulate.catalogue import Catalogue, built_in
from spoofcue.simulate.face.frame import draw_frame
from spoofcue.simulate.face.identity import draw_identity
from spoofcue.simulate.face.render import render_face
from spoofcue.simulate.lighting import Light
from spoofcue.simulate.placement import FaceBox
from spoofcue.simulate.presentation import Portrait
from spoofcue.simulate.raster import number, srgb_from_linear
from spoofcue.simulate.stolen import FacePx, taken

RENDER_PX = 512
PHOTO_FACE_PX = 300
# a rendered face that the detector misses (a strong turn) stands about here
_USUAL_FACE: FaceBox = (0.29, 0.27, 0.42, 0.42)


class Person(Protocol):
    """A source of portraits; every call is a pure function of its arguments."""

    @property
    def subject(self) -> str:
        """Name, unique in the set."""

    def live(self, session: str, take: int) -> Portrait:
        """The person before the camera in a session; ``take`` varies pose and expression."""

    def stolen(self, take: int, *, wide: bool = False, face_px: FacePx | None = None) -> Portrait:
        """The attacker's picture of the person; the rest as in :func:`stolen.taken`."""


@dataclass(frozen=True)
class RenderedPerson:
    """An identity that the package draws.

    Attributes:
        subject: name.
        seed: of the whole set.
        side_px: of the renders.
        catalogue: whose sessions light the renders; None: the built-in one.

    """

    subject: str
    seed: int
    side_px: int = RENDER_PX
    catalogue: Catalogue | None = None

    def live(self, session: str, take: int) -> Portrait:
        """Render the person in the session's own light."""
        return self._render(session, take, "live")

    def stolen(self, take: int, *, wide: bool = False, face_px: FacePx | None = None) -> Portrait:
        """Another render, in any session's light, taken by some camera."""
        rng = np.random.default_rng(number(self.seed, self.subject, take, "stolen"))
        session = list(built_in().sessions)[int(rng.integers(3))]
        source = self._render(session, take, "stolen")
        return taken(source, session, rng, wide=wide, face_px=face_px)

    def _render(self, session: str, take: int, salt: str) -> Portrait:
        light = (self.catalogue or built_in()).sessions.get(session)
        return _rendered(
            self.subject,
            set_seed=self.seed,
            session=session,
            light=light,
            take=take,
            salt=salt,
            side=self.side_px,
        )


@functools.lru_cache(maxsize=24)
def _rendered(
    subject: str,
    *,
    set_seed: int,
    session: str,
    light: Light | None,
    take: int,
    salt: str,
    side: int,
) -> Portrait:
    seed = number(set_seed, subject, session, take, salt)
    some = list(built_in().sessions.values())[seed % 3]
    view = draw_frame(seed, light or some, seed)  # session-any: some light
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

    def stolen(self, take: int, *, wide: bool = False, face_px: FacePx | None = None) -> Portrait:
        """Another photo of the person if there is one, taken by some camera."""
        rng = np.random.default_rng(number(self.seed, self.subject, take, "stolen"))
        session = list(built_in().sessions)[int(rng.integers(3))]
        source = self.portraits[(take + 1) % len(self.portraits)]
        return taken(source, session, rng, wide=wide, face_px=face_px)


def load_portrait(path: Path, face_px: int = PHOTO_FACE_PX) -> Portrait:
    """Read a photo, find its largest face, shrink it until that is ``face_px`` wide.

    Raises:
        MediaError: unreadable, or no face in it.

    """
    portrait = portrait_of(read_image(path), face_px=face_px)
    if portrait is None:
        raise MediaError(f"{path}: no face found; the simulator aims at one.", reason="no_face")
    return portrait


def portrait_of(
    photo: NDArray[np.uint8], face: FaceBox | None = None, face_px: int = PHOTO_FACE_PX
) -> Portrait | None:
    """A photo shrunk until its face is ``face_px`` wide; None where none is given or found.

    Args:
        photo: (H, W, 3) uint8 RGB.
        face: box of the face, px; None: the largest that dlib finds.
        face_px: the most that the face's box shall be wide.

    """
    if face is None:
        shrink = min(1.0, 700 / max(photo.shape[:2]))
        box = find_face(_shrunk(photo, shrink))
        if box is None:
            return None
    else:
        shrink, box = 1.0, face
    scale = min(1.0, face_px * shrink / box[2])
    left, top, width, height = (v / shrink * scale for v in box)
    return Portrait(_shrunk(photo, scale), (left, top, width, height))


@functools.cache
def _finder() -> DlibDetector:
    """One a process: to make it takes longer than to look."""
    return DlibDetector()


def find_face(photo: NDArray[np.uint8]) -> FaceBox | None:
    """The largest face by dlib, or None."""
    boxes = _finder().detect(photo)
    if not boxes:
        return None
    box = max(boxes, key=lambda b: b.area)
    return float(box.x), float(box.y), float(box.w), float(box.h)


def _shrunk(photo: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    if scale >= 1:
        return photo
    size = round(photo.shape[1] * scale), round(photo.shape[0] * scale)
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)


def photographed(
    photos: Path, media: Media | None = None, *, per_file: bool = False
) -> tuple[dict[str, tuple[Path, ...]], list[tuple[str, str]]]:
    """People in a folder of photos, subject -> paths, and what was left out, path and reason.

    Args:
        photos: the folder.
        media: what it holds, if that is known.
        per_file: each photo is another person, whatever folder it lies in; without, a sub-folder
            is one person.

    Raises:
        InputError: there is no such folder, or a folder in it is named for attacks, or one photo
            is of two people, or with ``per_file`` two photos are of one name.

    """
    if not photos.is_dir():
        raise InputError(f"{photos} is not a folder of photos.")
    people: dict[str, list[Path]] = {}
    media = media or media_in(photos)
    skipped = [(str(left.path), left.detail) for left in media.left_out]
    for path in media.files:
        if media_kind(path) != "image":
            skipped.append((str(path), "not an image"))
            continue
        person = _person_of(path, photos)
        if per_file:
            person = "-".join(path.relative_to(photos).with_suffix("").parts)
            if person in people:
                raise InputError(
                    f"{people[person][0]} and {path} would both be the person {person}; rename one."
                )
        people.setdefault(person, []).append(path)
    for entry in [] if per_file else media.again:
        _refuse_other_person(entry, photos)
    refuse_two_people([(path, name) for name, paths in people.items() for path in paths])
    return {name: tuple(paths) for name, paths in sorted(people.items())}, skipped


def _person_of(photo: Path, photos: Path) -> str:
    word = class_of_folders(photo.relative_to(photos).parts[:-1], LIVE)
    if word.label is None:
        raise InputError(
            f"{photo.parent} lies in {photos}, whose photos are taken for live ones, but "
            f"{word.fault}. Give a folder of bona fide photos alone."
        )
    return next(iter((*word.above, *word.below)), photo.stem)


def _refuse_other_person(entry: Entry, photos: Path) -> None:
    """What has a second name must be of one person by both."""
    inside = "" if not entry.folder else "photo"
    name = _person_of(entry.path / inside, photos)
    if entry.first is None or entry.first == photos:
        return
    first = _person_of(entry.first / inside, photos)
    if name != first and (entry.folder or len(entry.path.relative_to(photos).parts) > 1):
        raise InputError(
            f"{entry.first} of {first} and {entry.path} of {name} are the same: whose photos are "
            "they? Keep one of the two."
        )


def with_faces(
    people: dict[str, tuple[Path, ...]], workers: int | None = None
) -> tuple[dict[str, tuple[Path, ...]], list[tuple[str, str]], list[LeftOut]]:
    """The people and photos in which a face is found, the rest with the reason, and the unreadable.

    Looked up before people are put in splits, so that no split ends up empty.
    """
    paths = [path for photos in people.values() for path in photos]
    reasons = dict(zip(paths, in_order(_why_not, paths, workers), strict=True))
    usable = {
        name: tuple(path for path in photos if reasons[path] is None)
        for name, photos in people.items()
    }
    skipped = [(str(path), why[1]) for path, why in reasons.items() if why]
    unread = [
        LeftOut(path, "unreadable", why[1])
        for path, why in reasons.items()
        if why and why[0] != "no_face"
    ]
    return {name: photos for name, photos in usable.items() if photos}, skipped, unread


def _why_not(path: Path) -> tuple[str, str] | None:
    """Why a photo cannot be used: a word, and in words."""
    try:
        load_portrait(path)
    except MediaError as error:
        return error.reason, str(error)
    return None


def person_of(
    subject: str, photos: Sequence[Path], seed: int, catalogue: Catalogue | None = None
) -> Person:
    """The person that a job names.

    Args:
        subject: name.
        photos: of the person; none for a rendered one.
        seed: of the whole set.
        catalogue: whose sessions light a rendered person; None: the built-in one.

    Raises:
        MediaError: a photo cannot be used; :func:`with_faces` has left those out.

    """
    if not photos:
        return RenderedPerson(subject, seed, catalogue=catalogue)
    return PhotographedPerson(subject, tuple(load_portrait(p) for p in photos), seed)


@dataclass(frozen=True, slots=True)
class Role:
    """A person's part in a set.

    Attributes:
        subject: whose face is shown.
        photos: of the subject; none: a rendered identity.
        wearer: who wears the subject's masks: somebody of the same split, so that nobody is in two.
        wearer_photos: of the wearer.
        beside: who else is in the subject's wide frames, of the same split too.
        beside_photos: of them.
        split: ``train``, ``dev`` or ``test``.

    """

    subject: str
    photos: tuple[Path, ...]
    wearer: str
    wearer_photos: tuple[Path, ...]
    beside: str
    beside_photos: tuple[Path, ...]
    split: str


def roles(people: Mapping[str, tuple[Path, ...]], seed: int) -> list[Role]:
    """Everybody's split, the wearer of their masks and who stands beside; the seed decides."""
    splits = split_people(list(people), seed)
    cast = []
    for name, photos in people.items():
        mates = sorted(n for n in people if splits[n] == splits[name] and n != name) or [name]
        mate = mates[number(seed, name, "wearer") % len(mates)]
        other = mates[number(seed, name, "beside") % len(mates)]
        cast.append(Role(name, photos, mate, people[mate], other, people[other], splits[name]))
    return cast


def split_people(names: Sequence[str], seed: int) -> dict[str, str]:
    """60, 20 and 20 % of the people to train, dev and test, at least one each."""
    order = [names[i] for i in np.random.default_rng([seed, 0x59]).permutation(len(names))]
    held = max(1, round(0.2 * len(order)))
    return {
        name: "dev" if i < held else "test" if i < 2 * held else "train"
        for i, name in enumerate(order)
    }
