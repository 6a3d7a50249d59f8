"""A face crop of a prepared folder, with what its manifest tells of where it was cut."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spoofcue.faces.box import Box, cut_of_size
from spoofcue.faces.crop import Crop
from spoofcue.media.crops import read_crop
from spoofcue.media.image import Image
from spoofcue.scoring.face import Face

KEYS = ("box_x", "box_y", "box_w", "box_h", "frame_w", "frame_h", "crop_w", "crop_h")
SEEN = (*KEYS, "box_source")  # of a manifest's columns, those that are looked at here
# of the crop's area: less than this is wanted of a crop that was cut wider than the model's own
WIDE = 0.9


def prepared_face(row: Mapping[str, Any], picture: Image, own: Crop) -> Face:
    """A crop as something that experts look at.

    The model's own crop is the picture as it was prepared, whatever its margin, with one exception:
    a picture that shows more around a detected face (``prepare --margin``) is cut as in use. All
    other crops are cut out of the picture by the box, as far as it reaches; where the manifest does
    not tell the box, the picture is the face.

    Args:
        row: of the manifest.
        picture: its crop, (h, w, 3) uint8 RGB.
        own: the model's crop of the face.

    """
    filling = Face.filling(picture)
    if any(row.get(key) is None for key in KEYS):
        return Face(picture, filling.box, own)
    box = Box(row["box_x"], row["box_y"], row["box_w"], row["box_h"])
    at = cut_of_size(box, (row["frame_w"], row["frame_h"]), (row["crop_w"], row["crop_h"]))
    if at is None or (at.w, at.h) != (filling.box.w, filling.box.h):
        return Face(picture, filling.box, own)
    face = Face(picture, Box(box.x - at.x, box.y - at.y, box.w, box.h))
    # boxes that a dataset ships mean other things in other datasets
    detected = row.get("box_source") in ("dlib", "yunet")
    if detected and face.view(own).box.area < WIDE * filling.box.area:
        return face
    return Face(picture, face.box, own)


def face_of_row(row: Mapping[str, Any], data: Path, own: Crop) -> Face:
    """:func:`prepared_face` of the crop that a row of the folder ``data`` names.

    Raises:
        MediaError: the crop is gone or damaged.

    """
    return prepared_face(row, read_crop(data / row["crop"]), own)
