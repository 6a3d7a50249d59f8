"""Tiny real videos and images of rendered people, live and attacked, with the face's true place.

An attack looks different (blurred, tinted by its kind), so that a network can learn something.
"""

from __future__ import annotations

import functools
import io
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from spoofcue.faces.hog import DlibDetector

FRAMES = 6
SIDE = 192
RENDER = 200
# Frames move about the render by so many px, so that no two are equal.
SHIFTS = ((4, 4), (6, 3), (7, 5), (5, 6), (3, 4), (2, 2))

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Face:
    """Eyes (image left first), in px of the render, and dlib's box: left, top, width, height."""

    eyes: tuple[tuple[float, float], tuple[float, float]]
    box: tuple[int, int, int, int]

    def box_in(self, frame: int) -> tuple[int, int, int, int]:
        dx, dy = SHIFTS[frame]
        x, y, w, h = self.box
        return x - dx, y - dy, w, h

    def eyes_in(self, frame: int) -> tuple[int, int, int, int]:
        dx, dy = SHIFTS[frame]
        (x1, y1), (x2, y2) = self.eyes
        return round(x1 - dx), round(y1 - dy), round(x2 - dx), round(y2 - dy)


@functools.cache
def _finder() -> DlibDetector:
    """One a process: to make it takes longer than to look."""
    from spoofcue.faces.hog import DlibDetector

    return DlibDetector()


@functools.cache
def render(person: int) -> tuple[Picture, Face]:
    """A person whom dlib finds; equal numbers are equal people."""
    from spoofcue.simulate.catalogue import built_in
    from spoofcue.simulate.face.frame import draw_frame
    from spoofcue.simulate.face.identity import draw_identity
    from spoofcue.simulate.face.render import render_face
    from spoofcue.simulate.raster import srgb_from_linear

    for seed in range(1000 * person, 1000 * person + 1000):
        view = draw_frame(seed, built_in().sessions["session-1"], seed)
        radiance = render_face(draw_identity(seed), view, RENDER)
        picture = (srgb_from_linear(radiance * 0.85) * 255 + 0.5).astype(np.uint8)
        faces = _finder().detect(picture)
        if len(faces) == 1 and abs(view.pose.roll_deg) < 4:
            break
    zoom = RENDER / 640
    half = 63 / 2 * view.scale_px_per_mm * zoom  # half the distance of the pupils, px
    x, y = RENDER / 2 + view.offset_px[0] * zoom, 0.46 * RENDER + view.offset_px[1] * zoom
    box = faces[0]
    return picture, Face(((x - half, y), (x + half, y)), (box.x, box.y, box.w, box.h))


def frames(person: int, kind: str | None) -> list[Picture]:
    """Frames of a live person (None) or of an attack of a kind."""
    picture, _ = render(person)
    if kind is not None:
        rng = np.random.default_rng(zlib.crc32(kind.encode()))
        tint = rng.uniform(0.75, 1.0, 3)
        soft = cv2.GaussianBlur(picture, (0, 0), 1.2).astype(np.float32)
        picture = np.clip(soft * tint + rng.uniform(0, 25), 0, 255).astype(np.uint8)
    return [np.ascontiguousarray(picture[y : y + SIDE, x : x + SIDE]) for x, y in SHIFTS]


@functools.cache
def video(person: int, kind: str | None, container: str) -> bytes:
    """The frames as H.264 in avi, mov or mp4."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        options = {"crf": "18", "preset": "ultrafast", "threads": "1"}
        stream = output.add_stream("libx264", rate=25, options=options)
        stream.width = stream.height = SIDE
        stream.pix_fmt = "yuv420p"
        for picture in frames(person, kind):
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        output.mux(stream.encode())
    return file.getvalue()


@functools.cache
def image(person: int, kind: str | None, suffix: str, *, tight: bool = False) -> bytes:
    """The first frame as jpg or png; ``tight`` cuts it to the face."""
    picture = frames(person, kind)[0]
    if tight:
        x, y, w, h = render(person)[1].box_in(0)
        picture = picture[max(y, 0) : y + h, max(x, 0) : x + w]
    _, data = cv2.imencode(f".{suffix}", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    return data.tobytes()
