"""A print cut along the face and worn by somebody else: an oval, a strip or the lower face.

Left out: straps, and how well the holes meet the wearer's eyes.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import cv2
import numpy as np
from pydantic import ValidationInfo, field_validator

from spoofcue.simulate.camera import OVERSAMPLING
from spoofcue.simulate.entry import FaceSpan, Share, between
from spoofcue.simulate.instruments.printer import Printer
from spoofcue.simulate.placement import Tilt
from spoofcue.simulate.presentation import Instrument, Portrait, Sight
from spoofcue.simulate.raster import FloatImage, Generator, Rgb, blur, smoothstep
from spoofcue.simulate.recapture import live_radiance

# eye centres in parts of the face box, as dlib and most datasets frame it
EYES = ((0.30, 0.30), (0.70, 0.30))


class Mask(Instrument):
    """A printed mask on somebody's face.

    Attributes:
        printer: it was printed on; in YAML the printer's name.
        cut: ``face`` (oval with eye holes), ``eyes`` (a strip over the eyes) or ``lower`` (nose,
            mouth and chin).
        bend: 0 flat .. 1 bent round the head.
        face_mm: as for a printer; a mask is life-size.

    """

    section: ClassVar[str] = "masks"
    drawn: ClassVar[tuple[str, ...]] = ("mask-any", "partial-any")
    paper: ClassVar[bool] = True
    worn: ClassVar[bool] = True

    face_mm: FaceSpan = (135.0, 160.0)
    printer: Printer
    cut: Literal["face", "eyes", "lower"]
    bend: Share

    @field_validator("printer", mode="before")
    @classmethod
    def _by_name(cls, value: object, info: ValidationInfo) -> object:
        """The catalogue's printer of that name."""
        if isinstance(value, Printer):
            return value
        listed: dict[str, Instrument] = (info.context or {}).get("instruments", {})
        printers = {name: p for name, p in listed.items() if isinstance(p, Printer)}
        if not isinstance(value, str) or value not in printers:
            there = ", ".join(printers)
            raise ValueError(f"it must be the name of a printer ({there}), not {value!r}")
        return printers[value]

    @property
    def family(self) -> str:
        """``mask`` of the whole face, or ``partial``."""
        return "mask" if self.cut == "face" else "partial"

    def describe(self) -> str:
        """Cut and printer."""
        return f"{self.cut}, cut from {self.printer.name}"

    @classmethod
    def draw(cls, name: str, rng: Generator) -> Mask:
        """A drawn print, cut as a whole face or, for ``partial-any``, as a part of it."""
        cut = "face" if name == "mask-any" else str(rng.choice(["eyes", "lower"]))
        printer = Printer.draw("print-any", rng)
        return cls.model_validate(
            {"name": name, "printer": printer, "cut": cut, "bend": between(rng, 0.1, 0.8)}
        )

    def held(self, tilt: Tilt) -> Tilt:
        """A mask bends with the head that wears it, not with a hand."""
        return Tilt(tilt.yaw_deg, tilt.pitch_deg, tilt.distance, 0.35 * self.bend)

    def radiance(self, sight: Sight) -> tuple[FloatImage, Rgb]:
        """The print on a live face: its edge casts a shadow and shows the paper's white."""
        paper, white = self.printer.radiance(sight)
        now, (left, top, width, height) = sight.now, sight.portrait.face
        live = sight.live
        if live is None:
            live, _ = live_radiance(sight.wearer or _mirrored(sight.portrait), now)
        x = (sight.u - np.float32(left)) * np.float32(1 / width)
        y = (sight.v - np.float32(top)) * np.float32(1 / height)
        over = cover(x, y, self.cut, sight.texture)
        fine = now.view.face_px * OVERSAMPLING
        down = np.array([[1, 0, 0.012 * fine], [0, 1, 0.018 * fine]], np.float32)
        moved = np.asarray(cv2.warpAffine(over, down, (sight.size, sight.size)), np.float32)
        shadow = blur(moved, max(0.015 * fine, 0.5))
        rim = np.clip(over - blur(over, 0.004 * fine), 0, 1)
        edge = np.array(now.lamp.sky_rgb, np.float32) + 0.5 * np.array(now.lamp.key_rgb, np.float32)
        under = live * (1 - 0.45 * shadow)[..., None]
        print_ = paper + 0.7 * rim[..., None] * edge
        return under + over[..., None] * (print_ - under), white


KIND = Mask


def cover(x: FloatImage, y: FloatImage, cut: str, rng: Generator) -> FloatImage:
    """Part of the light that the mask blocks, (S, S) float32, 0 wearer..1 paper.

    Args:
        x: (S, S) float32, 0..1 across the victim's face box.
        y: likewise, downward; the forehead is above 0, the chin near 1.
        cut: ``face``, ``eyes`` or ``lower``.
        rng: draws how well it was cut.

    """
    soft = 0.006  # of the box: scissors leave a sharp edge
    jitter = rng.normal(0, 0.015, 6)
    if cut == "eyes":
        half = 0.15 + jitter[0]
        across = smoothstep(half + soft, half - soft, np.abs(y - np.float32(0.28 + jitter[1])))
        return across * smoothstep(0.44 + soft, 0.44 - soft, np.abs(x - np.float32(0.5)))
    if cut == "lower":
        top = smoothstep(0.44 + jitter[0] - soft, 0.44 + jitter[0] + soft, y)
        return top * _oval(
            x, y, cx=0.5, cy=0.5, rx=0.44 + jitter[1], ry=0.60 + jitter[2], soft=soft
        )
    sheet = _oval(x, y, cx=0.5, cy=0.46, rx=0.45 + jitter[0], ry=0.66 + jitter[1], soft=soft)
    for (ex, ey), shift in zip(EYES, jitter[2:4], strict=True):
        hole = _oval(
            x, y, cx=ex + shift, cy=ey + jitter[4], rx=0.105, ry=0.052 + abs(jitter[5]), soft=soft
        )
        sheet = sheet * (1 - hole)
    return sheet


def _oval(
    x: FloatImage, y: FloatImage, *, cx: float, cy: float, rx: float, ry: float, soft: float
) -> FloatImage:
    dx = (x - np.float32(cx)) * np.float32(1 / rx)
    dy = (y - np.float32(cy)) * np.float32(1 / ry)
    edge = soft / min(rx, ry)
    return smoothstep(1 + edge, 1 - edge, np.sqrt(dx * dx + dy * dy))


def _mirrored(portrait: Portrait) -> Portrait:
    left, top, width, height = portrait.face
    face = (portrait.photo.shape[1] - left - width, top, width, height)
    return Portrait(np.ascontiguousarray(portrait.photo[:, ::-1]), face, portrait.lit)
