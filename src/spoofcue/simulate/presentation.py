"""What is drawn for one recording: what live and attack share, and what only an attack has."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.camera import Shot, draw_shot
from spoofcue.simulate.catalogue import Display, Instrument, Mask
from spoofcue.simulate.lighting import Lamp, draw_lamp
from spoofcue.simulate.noise import Generator
from spoofcue.simulate.placement import FaceBox, Tilt, View, draw_tilt
from spoofcue.simulate.scene import Light
from spoofcue.simulate.surround import Surround, draw_surround


@dataclass(frozen=True, slots=True)
class Portrait:
    """A bona fide photo and where the face is in it.

    Attributes:
        photo: (H, W, 3) uint8 sRGB.
        face: box of the face, px.
        lit: the photo already holds the session's light (a render), so none is added.

    """

    photo: NDArray[np.uint8]
    face: FaceBox
    lit: bool = False


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a live picture and an attack share: drawn first, without knowing the class."""

    view: View
    lamp: Lamp
    shot: Shot

    def to_dict(self) -> dict[str, object]:
        """For the record of parameters."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Presentation:
    """What only an attack has.

    Attributes:
        tilt: of the medium.
        face_mm: width of the face on the medium.
        fold_deg: angle of a fold in the paper, 0 none.
        ambient: room light on a display, relative to the session's.
        brightness: of the display this time, relative to its own.
        tint: gains of a display's red and blue, set or aged away from its own white.
        around: what lies about the shown picture.
        seed: of the textures.

    """

    tilt: Tilt
    face_mm: float
    fold_deg: float
    ambient: float
    brightness: float
    tint: tuple[float, float]
    around: Surround
    seed: int

    def to_dict(self) -> dict[str, object]:
        """For the record of parameters."""
        return asdict(self)


def draw_circumstances(view: View, light: Light, rng: Generator) -> Circumstances:
    """Draw light and photo parameters for a view."""
    return Circumstances(view, draw_lamp(light, rng), draw_shot(rng))


def draw_presentation(instrument: Instrument, rng: Generator, *, framed: float) -> Presentation:
    """Draw how an instrument is presented.

    Args:
        instrument: printer, display or mask.
        rng: of the sample.
        framed: probability that the picture's border, paper or bezel is in view, 0..1.

    """
    is_sheet = not isinstance(instrument, Display)
    tilt = draw_tilt(rng, sheet=is_sheet)
    if isinstance(instrument, Mask):
        tilt = Tilt(tilt.yaw_deg, tilt.pitch_deg, tilt.distance, 0.35 * instrument.bend)
    return Presentation(
        tilt=tilt,
        face_mm=float(rng.uniform(*instrument.face_mm)),
        fold_deg=float(rng.normal(0, 12)) if is_sheet and rng.uniform() < 0.25 else 0.0,
        ambient=float(rng.uniform(0.3, 2.0)),
        brightness=float(rng.uniform(0.5, 1.4)),
        tint=(float(rng.normal(1, 0.05)), float(rng.normal(1, 0.06))),
        around=draw_surround(instrument, framed, rng),
        seed=int(rng.integers(2**31)),
    )
