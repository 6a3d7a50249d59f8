"""What is shown, and how: the draws of one recording, and what every kind of instrument does.

A kind is one file of `instruments/` with a class under :class:`Instrument`, and entries in the
catalogue's YAML.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.device import Shot, draw_shot
from spoofcue.simulate.entry import Entry, FaceSpan
from spoofcue.simulate.lighting import Lamp, Light, draw_lamp
from spoofcue.simulate.placement import FaceBox, Tilt, View, draw_tilt, grid_step
from spoofcue.simulate.raster import FloatImage, Generator, Rgb
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


@dataclass(frozen=True, slots=True)
class Sight:
    """What the camera's lines of sight meet: the fine grid laid on the shown photo.

    Attributes:
        portrait: the part of the attacker's picture that is in view.
        now: view, light and shot.
        how: presentation.
        u, v: (S, S) float32, photo px that each fine sample meets.
        mm: width of a photo px on the medium.
        texture: generator of everything that the medium's surface draws.
        wearer: who wears a mask; None: nobody was named.
        live: (S, S, 3) float32, light of the wearer where a scene has drawn it.

    """

    portrait: Portrait
    now: Circumstances
    how: Presentation
    u: FloatImage
    v: FloatImage
    mm: float
    texture: Generator
    wearer: Portrait | None
    live: FloatImage | None = None

    @property
    def size(self) -> int:
        """Side S of the fine grid."""
        return self.u.shape[0]

    def step(self, scale: float) -> NDArray[np.float64]:
        """(2, 2) advance a fine sample, in units of which ``scale`` make a photo px."""
        return np.asarray(grid_step(self.u, self.v) * scale, np.float64)


class Instrument(Entry, ABC):
    """A presentation attack instrument: what shows somebody's face to the camera.

    Attributes:
        section: of the catalogue that lists instruments of the kind.
        drawn: names that stand for a new instrument in every take.
        paper: a sheet, which curls and folds and has a white border; else a flat device in a bezel.
        worn: on somebody's face, so that the victim's picture has a wearer.
        face_mm: least and largest width of the face's box on it, mm.

    """

    section: ClassVar[str]
    drawn: ClassVar[tuple[str, ...]]
    paper: ClassVar[bool] = False
    worn: ClassVar[bool] = False

    face_mm: FaceSpan

    @property
    @abstractmethod
    def family(self) -> str:
        """``print``, ``replay``, ``mask`` or ``partial``."""

    @classmethod
    @abstractmethod
    def draw(cls, name: str, rng: Generator) -> Instrument:
        """A new instrument, from the ranges of real ones; ``name`` is one of ``drawn``."""

    @abstractmethod
    def radiance(self, sight: Sight) -> tuple[FloatImage, Rgb]:
        """Light of the medium before it meets the camera.

        Returns:
            (S, S, 3) float32 linear light, 1 = a white diffuse surface in full light, and the
            colour that the camera takes for white.

        """

    @abstractmethod
    def describe(self) -> str:
        """What it is, for lists."""

    def held(self, tilt: Tilt) -> Tilt:
        """How a hand's tilt reaches the medium; a kind may bend it."""
        return tilt

    def present(self, rng: Generator, *, framed: float) -> Presentation:
        """Draw how the instrument is presented.

        Args:
            rng: of the sample.
            framed: probability that the picture's border, paper or bezel is in view, 0..1.

        """
        tilt = draw_tilt(rng, sheet=self.paper)
        return Presentation(
            tilt=self.held(tilt),
            face_mm=float(rng.uniform(*self.face_mm)),
            fold_deg=float(rng.normal(0, 12)) if self.paper and rng.uniform() < 0.25 else 0.0,
            ambient=float(rng.uniform(0.3, 2.0)),
            brightness=float(rng.uniform(0.5, 1.4)),
            tint=(float(rng.normal(1, 0.05)), float(rng.normal(1, 0.06))),
            around=draw_surround(framed, rng, paper=self.paper, worn=self.worn),
            seed=int(rng.integers(2**31)),
        )
