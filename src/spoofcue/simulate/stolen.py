"""The attacker's picture of somebody: taken by another camera, compressed, and perhaps passed on.

Listed instruments show what a good source gives, a face 150 to 260 px wide. What attackers really
hold is often coarser: thumbnails, frames of a video, pictures that a messenger made smaller. For
drawn instruments (``print-any`` ...), or where a span is given, the face's width is drawn evenly
in its logarithm, so that each halving is as likely, and the picture comes by one of `ROUTES`.
"""

from __future__ import annotations

from typing import Literal, get_args

import cv2
import numpy as np

from spoofcue.errors import InputError
from spoofcue.simulate.camera import filed
from spoofcue.simulate.catalogue import built_in
from spoofcue.simulate.device import Device, jpeg_quality
from spoofcue.simulate.entry import between, log_between
from spoofcue.simulate.placement import View
from spoofcue.simulate.presentation import Portrait, draw_circumstances
from spoofcue.simulate.raster import Generator
from spoofcue.simulate.recapture import render_live
from spoofcue.simulate.scene.stolen import taken_in_place
from spoofcue.simulate.stream import Picture, h264

# least and largest width of the face, px
FacePx = tuple[float, float]
CLEAR: FacePx = (150, 260)
# of drawn instruments: its median is 114 px, and seven of ten are below the least of `CLEAR`
DRAWN: FacePx = (50, 260)
# what a span may reach: below nothing of a face is left, above the photo itself has no more
LIMITS: FacePx = (24, 300)

# A file as the camera wrote it; one that a site or messenger made smaller and compressed again,
# once or twice; a frame of a video; a small picture shown larger, and its screenshot.
Route = Literal["file", "passed-on", "video", "screenshot"]
ROUTES: tuple[Route, ...] = get_args(Route)
_ROUTE_ODDS = (0.25, 0.35, 0.2, 0.2)

# the most that a screenshot of an enlarged picture is wide or high
_SCREEN_PX = 800

_GOOD = Device(
    name="source", face_px=(150, 260), lens_px=0.4, aperture=1, vignette=0.05,
    full_well=20000, read_noise=2, white_balance=(1, 1, 1), contrast=0.25, saturation=1,
    denoise=0.1, sharpen=0.4, rescale=1, jpeg_quality=96,
)  # fmt: skip


def check_span(span: FacePx) -> None:
    """Refuse a span of face widths that cannot be drawn from.

    Raises:
        InputError: it is no pair of rising numbers within `LIMITS`.

    """
    low, high = span
    # not a number fails each comparison
    if not LIMITS[0] <= low <= high <= LIMITS[1]:
        raise InputError(
            f"stolen pictures with a face of {low:g} to {high:g} px: give the least and the "
            f"largest width, from {LIMITS[0]:g} to {LIMITS[1]:g} px."
        )


def taken(
    portrait: Portrait,
    session: str,
    rng: Generator,
    *,
    wide: bool = False,
    face_px: FacePx | None = None,
) -> Portrait:
    """The portrait as a photo of some built-in camera: half the time a good one.

    Args:
        portrait: the person.
        session: light, of the built-in catalogue.
        rng: decides everything that is drawn.
        wide: with some of the place about them.
        face_px: least and largest width of the face in what the attacker holds, which may have
            come by a detour then; in a wide picture that is no wider than it was taken. None: a
            file as the camera wrote it, drawn evenly from `CLEAR`.

    """
    known = built_in()
    others = [known.devices[f"cam-{k}"] for k in range(1, 7)]
    device = _GOOD if rng.uniform() < 0.5 else others[int(rng.integers(6))]
    if face_px is None:
        if wide:
            return taken_in_place(portrait, device, known.sessions[session], rng)
        return _photo(portrait, device, session, rng, rng.uniform(*CLEAR))
    width = log_between(rng, *face_px)
    route: Route = ROUTES[int(rng.choice(len(ROUTES), p=_ROUTE_ODDS))]
    if wide:
        photo = taken_in_place(portrait, device, known.sessions[session], rng)
        return _detour(photo, width, route, rng)
    # nobody takes a face as small as a thumbnail shows it
    shot = width if route == "file" else min(width * between(rng, 1, 3), max(width, CLEAR[1]))
    photo = _photo(portrait, device, session, rng, shot)
    return photo if route == "file" else _detour(photo, width, route, rng)


def _photo(
    portrait: Portrait, device: Device, session: str, rng: Generator, face_px: float
) -> Portrait:
    """A compressed photo with a face of about ``face_px``."""
    left, top, width, height = portrait.face
    rows, columns = portrait.photo.shape[:2]
    centre = left + width / 2, top + height / 2
    reach = min(centre[0], columns - centre[0], centre[1], rows - centre[1])
    ratio = float(np.clip(2 * reach / width, 1.4, 2.6))
    face_px = float(face_px)
    side = 2 * round(face_px * ratio / 2)
    view = View(side, face_px, (0.5, 0.5), 0.0)
    now = draw_circumstances(view, built_in().sessions[session], rng)
    picture = render_live(portrait, device, now, rng)
    again = filed(picture, min(jpeg_quality(device, now.shot), int(rng.integers(70, 97))))
    scale = again.shape[1] / side
    half = face_px * scale / 2, face_px * scale * height / width / 2
    middle = again.shape[1] / 2, again.shape[0] / 2
    box = (middle[0] - half[0], middle[1] - half[1], 2 * half[0], 2 * half[1])
    return Portrait(again, box)


def _detour(photo: Portrait, width: float, route: Route, rng: Generator) -> Portrait:
    """What comes of a photo on its way, its face ``width`` px wide or shown from that."""
    small = _scaled(photo, min(width / photo.face[2], 1.0), rng)
    if route == "video":
        return Portrait(h264(small.photo, log_between(rng, 0.08, 0.4), rng), small.face)
    small = Portrait(filed(small.photo, int(rng.integers(45, 92))), small.face)
    if route == "file":
        return small
    if route == "passed-on":
        again = rng.uniform() < 0.4
        return (
            Portrait(filed(small.photo, int(rng.integers(45, 85))), small.face) if again else small
        )
    larger = min(log_between(rng, 1.2, 3.0), max(_SCREEN_PX / max(small.photo.shape), 1.0))
    shown = _scaled(small, larger, rng)
    return Portrait(filed(shown.photo, int(rng.integers(75, 97))), shown.face)


def _scaled(portrait: Portrait, factor: float, rng: Generator) -> Portrait:
    """Resized as software does it: by areas, or by a filter that leaves stairs and rims."""
    smooth = rng.uniform() < 0.6
    height, width = portrait.photo.shape[:2]
    size = max(round(width * factor), 16), max(round(height * factor), 16)
    if factor < 1:
        method = cv2.INTER_AREA if smooth else cv2.INTER_LINEAR
    else:
        method = cv2.INTER_LINEAR if smooth else cv2.INTER_CUBIC
    picture: Picture = np.asarray(cv2.resize(portrait.photo, size, interpolation=method), np.uint8)
    across, down = size[0] / width, size[1] / height
    left, top, wide, high = portrait.face
    return Portrait(picture, (left * across, top * down, wide * across, high * down))
