"""Faces to measure on: rendered people, so that no picture of a person is needed."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.faces.box import DEFAULT_MARGIN, Box, crop_face
from spoofcue.faces.hog import DlibDetector
from spoofcue.media.image import read_image
from spoofcue.simulate.people import RenderedPerson

Image = NDArray[np.uint8]
FRAME_HW = (480, 640)
SESSION = "session-any"


def face_crop(number: int) -> Image:
    """A face as `prepare` crops it, about 300 px."""
    portrait = RenderedPerson(f"person-{number}", 0).live(SESSION, number)
    return crop_face(portrait.photo, Box(*(round(v) for v in portrait.face)), DEFAULT_MARGIN)


def framed_face(number: int, face_px: float) -> Image:
    """A frame of a webcam with one face in the middle whose box is about ``face_px`` wide."""
    portrait = RenderedPerson(f"person-{number}", 0).live(SESSION, number)
    return framed(portrait.photo, Box(*(round(v) for v in portrait.face)), face_px)


def framed_photo(path: Path, face_px: float) -> Image | None:
    """A photo of a person likewise; None where no face is found."""
    photo = read_image(path)
    found = DlibDetector().detect(photo)
    return framed(photo, found[0], face_px) if found else None


def framed(photo: Image, face: Box, face_px: float) -> Image:
    """``photo`` scaled and moved so that ``face`` is so wide and in the middle of a frame."""
    height, width = FRAME_HW
    scale = face_px / face.w
    # warpAffine alone would alias where it shrinks
    size = max(1, round(photo.shape[1] * scale)), max(1, round(photo.shape[0] * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(photo, size, interpolation=how)
    left = round(width / 2 - scale * (face.x + face.w / 2))
    top = round(height / 2 - scale * (face.y + face.h / 2))
    moved = np.float32([[1, 0, left], [0, 1, top]])
    return np.asarray(
        cv2.warpAffine(scaled, moved, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8
    )
