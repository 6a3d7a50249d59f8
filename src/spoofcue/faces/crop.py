"""What a network looks at: a rectangle about a face's box, inside the frame and at its border."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from spoofcue.faces.box import DEFAULT_MARGIN, Box, cut_about

# Of a padded rectangle; of a larger one the network's input, some 100 px, needs no such detail.
MAX_PADDED = 64_000_000


@dataclass(frozen=True, slots=True)
class View:
    """A rectangle of a frame, with its pixels.

    Attributes:
        box: the rectangle in px of the frame; a padded one may reach over the border.
        pixels: (h, w, 3) uint8.
        inside: the pixels of the frame in it, as a part of those that were wanted, 0..1.

    """

    box: Box
    pixels: NDArray[np.uint8]
    inside: float


class Crop(BaseModel):
    """How the rectangle follows from a face's box.

    ``clip`` cuts the rectangle at the frame's border. ``pad`` keeps its size and fills what lies
    outside. ``shift`` moves it into the frame, and makes it smaller only where the frame is.

    >>> import numpy as np
    >>> frame, face = np.zeros((100, 200, 3), np.uint8), Box(10, 20, 20, 20)
    >>> Crop(scale=3, border="shift").view(frame, face).box
    Box(x=0, y=0, w=61, h=61)
    >>> Crop(scale=3).view(frame, face).box
    Box(x=0, y=0, w=50, h=60)

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    scale: Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)] = Field(
        description="of the rectangle, in sides of the box"
    )
    square: bool = Field(True, description="about the longer side; false: each side by itself")
    border: Literal["clip", "pad", "shift"] = "clip"
    fill: Literal["zeros", "reflect"] = Field("zeros", description="what pad fills with")

    @classmethod
    def with_margin(cls, margin: float) -> Crop:
        """The crop of :func:`spoofcue.faces.box.expand_box`."""
        return cls(scale=1 + 2 * margin)

    def __str__(self) -> str:
        how = f"pad with {self.fill}" if self.border == "pad" else self.border
        return f"{self.scale:g} x the box{'' if self.square else ', not square'}, {how}"

    def view(self, frame: NDArray[np.uint8], box: Box) -> View:
        """The rectangle about a face.

        Args:
            frame: (H, W, 3) uint8.
            box: the face, px of the frame.

        Returns:
            ``inside`` is 0 where no part of the face, or of the rectangle, lies in the frame.

        """
        width, height = float(box.w), float(box.h)
        if self.square:
            width = height = max(width, height)
        frame_h, frame_w = frame.shape[:2]
        wanted = width * self.scale, height * self.scale
        if self.border == "clip":
            looked = cut_about(box, *wanted, frame_w, frame_h)
        elif self.border == "shift":
            looked = self._shifted(box, width, height, frame_w, frame_h)
        else:
            # whole pixels towards zero, as the authors of such models round
            left = int(box.x + box.w / 2 - wanted[0] / 2)
            top = int(box.y + box.h / 2 - wanted[1] / 2)
            looked = Box(left, top, max(1, int(wanted[0])), max(1, int(wanted[1])))
        seen = looked.clipped(frame_w, frame_h)
        if seen is None or box.clipped(frame_w, frame_h) is None:
            return View(looked, np.zeros((1, 1, 3), np.uint8), 0.0)
        pixels = np.ascontiguousarray(frame[seen.y : seen.y + seen.h, seen.x : seen.x + seen.w])
        if seen != looked:
            pixels = self._padded(pixels, seen, looked)
        return View(looked, pixels, min(1.0, seen.area / (wanted[0] * wanted[1])))

    def _shifted(self, box: Box, width: float, height: float, frame_w: int, frame_h: int) -> Box:
        """As Silent-Face cuts: both ends are pixels of the crop."""
        scale = min(self.scale, (frame_w - 1) / width, (frame_h - 1) / height)
        half_w, half_h = width * scale / 2, height * scale / 2
        centre_x, centre_y = box.x + box.w / 2, box.y + box.h / 2
        left, right = _moved(centre_x - half_w, centre_x + half_w, frame_w - 1)
        top, bottom = _moved(centre_y - half_h, centre_y + half_h, frame_h - 1)
        return Box(left, top, right - left + 1, bottom - top + 1)

    def _padded(self, pixels: NDArray[np.uint8], seen: Box, looked: Box) -> NDArray[np.uint8]:
        import cv2

        sides = np.array(
            [
                seen.y - looked.y,
                looked.y + looked.h - seen.y - seen.h,
                seen.x - looked.x,
                looked.x + looked.w - seen.x - seen.w,
            ]
        )
        if looked.area > MAX_PADDED:
            factor = (MAX_PADDED / looked.area) ** 0.5
            small = max(1, round(seen.w * factor)), max(1, round(seen.h * factor))
            pixels = np.asarray(cv2.resize(pixels, small, interpolation=cv2.INTER_AREA), np.uint8)
            sides = np.rint(sides * factor).astype(int)
        kind = cv2.BORDER_CONSTANT if self.fill == "zeros" else cv2.BORDER_REFLECT_101
        top, bottom, left, right = (int(side) for side in sides)
        return np.asarray(cv2.copyMakeBorder(pixels, top, bottom, left, right, kind), np.uint8)


def _moved(low: float, high: float, last: int) -> tuple[int, int]:
    """Both ends moved into 0..last, in whole pixels."""
    if low < 0:
        low, high = 0.0, high - low
    if high > last:
        low, high = low - (high - last), float(last)
    return max(0, int(low)), min(last, int(high))


# of a model that says nothing else; also what the quality of a face is measured on
FACE_CROP = Crop.with_margin(DEFAULT_MARGIN)
