"""A photo held before a camera: medium, perspective pose, camera. Live images skip the medium."""

from dataclasses import asdict, dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.camera import develop, draw_shot, encode
from spoofcue.simulate.catalogue import Device, Display, Printer
from spoofcue.simulate.colour import linear_from_srgb
from spoofcue.simulate.media import displayed, printed
from spoofcue.simulate.noise import Generator, Image
from spoofcue.simulate.scene import Light

Instrument = Printer | Display
# Grid of the medium per sensor pixel: fine enough for sub-pixels and dots, coarse enough for speed.
OVERSAMPLING = 3


@dataclass(frozen=True, slots=True)
class Hold:
    """How the medium is held: corner shifts in parts of the picture, its zoom and size.

    Attributes:
        corners: (4, 2) shifts of the corners, parts of the side.
        zoom: above 1 the medium's border stays outside the picture.
        picture_mm: width of the medium that fills the picture.

    """

    corners: tuple[tuple[float, float], ...]
    zoom: float
    picture_mm: float


def draw_hold(rng: Generator, instrument: Instrument) -> Hold:
    """Draw how an instrument is held; the picture is framed as tightly as a live face."""
    corners = rng.uniform(-0.025, 0.025, (4, 2))
    wide = (130, 190) if isinstance(instrument, Printer) else (80, 170)
    return Hold(
        tuple((float(a), float(b)) for a, b in corners),
        float(rng.uniform(1.05, 1.12)),
        float(rng.uniform(*wide)),
    )


def capture_live(
    radiance: Image, device: Device, rng: Generator
) -> tuple[bytes, dict[str, object]]:
    """A live face through the camera.

    Args:
        radiance: (S, S, 3) float32 linear light.
        device: camera.
        rng: of this sample.

    Returns:
        The JPEG file and the parameters drawn.

    """
    shot = draw_shot(rng)
    return encode(develop(radiance, device, shot, rng), device, shot), {"shot": shot.to_dict()}


def capture_attack(
    photo: NDArray[np.uint8], instrument: Instrument, light: Light, device: Device, rng: Generator
) -> tuple[bytes, dict[str, object]]:
    """A photo on paper or on a display, held before the same camera.

    Args:
        photo: (S, S, 3) uint8 sRGB, the attacker's picture of the victim.
        instrument: printer or display.
        light: of the room.
        device: camera.
        rng: of this sample.

    Returns:
        The JPEG file and the parameters drawn.

    """
    shot = draw_shot(rng)  # first, so that it is drawn as for a live face
    hold = draw_hold(rng, instrument)
    size = photo.shape[0]
    fine = size * OVERSAMPLING
    px_per_mm = fine / hold.picture_mm
    sheet = cv2.resize(photo, (fine, fine), interpolation=cv2.INTER_CUBIC)
    medium = printed if isinstance(instrument, Printer) else displayed
    surface = medium(sheet, instrument, light, px_per_mm, rng)
    radiance = _hold(surface, hold, size)
    data = encode(develop(radiance, device, shot, rng), device, shot)
    return data, {"shot": shot.to_dict(), "hold": asdict(hold)}


def _hold(surface: Image, hold: Hold, size: int) -> Image:
    """Perspective onto the sensor grid, each sensor pixel the mean of the surface that it sees."""
    fine = surface.shape[0]
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)
    seen = 0.5 + (square - 0.5) / hold.zoom + np.array(hold.corners) / 2
    matrix = cv2.getPerspectiveTransform(
        (seen * fine).astype(np.float32), (square * fine).astype(np.float32)
    )
    warped = cv2.warpPerspective(
        surface, matrix, (fine, fine), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    return np.asarray(cv2.resize(warped, (size, size), interpolation=cv2.INTER_AREA), np.float32)


def photo_radiance(photo: NDArray[np.uint8]) -> Image:
    """Linear light of a photo, for live images made from photos instead of rendered scenes."""
    return linear_from_srgb(photo)
