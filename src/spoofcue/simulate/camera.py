"""The camera, the same one for live faces and attacks: radiance in, JPEG out."""

from dataclasses import asdict, dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.catalogue import Device
from spoofcue.simulate.colour import luminance, srgb_from_linear
from spoofcue.simulate.noise import Generator, Image, blur


@dataclass(frozen=True, slots=True)
class Shot:
    """What varies from one photo of a device to the next; drawn without knowing the class.

    Attributes:
        defocus_px: sigma added to the lens blur, sensor px.
        exposure: level that the mean of the picture's middle is brought to, 0..1 linear.
        white_shift: extra gains of R and B.
        quality_shift: added to the JPEG quality.

    """

    defocus_px: float
    exposure: float
    white_shift: tuple[float, float]
    quality_shift: int

    def to_dict(self) -> dict[str, object]:
        """For the record of parameters."""
        return asdict(self)


def draw_shot(rng: Generator) -> Shot:
    """Draw one photo's parameters."""
    return Shot(
        defocus_px=float(abs(rng.normal(0, 0.35))),
        exposure=float(rng.uniform(0.15, 0.26)),
        white_shift=(float(rng.normal(1, 0.02)), float(rng.normal(1, 0.02))),
        quality_shift=int(rng.integers(-3, 4)),
    )


def develop(radiance: Image, device: Device, shot: Shot, rng: Generator) -> NDArray[np.uint8]:
    """Sensor and processing: (H, W, 3) linear radiance on the sensor grid -> uint8 RGB.

    Order: lens blur, vignette, exposure, Bayer mosaic, shot and read noise, demosaicing, white
    balance, tone curve, sharpening. Moiré of a display or a halftone is born in the sampling.
    """
    height, width = radiance.shape[:2]
    image = blur(radiance, float(np.hypot(device.blur_px, shot.defocus_px)))
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    image = image * (1 - device.vignette * 0.5 * (x**2 + y**2))[..., None]
    middle = image[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4]
    image = image * np.float32(shot.exposure / max(float(luminance(middle).mean()), 1e-4))
    raw = _mosaic(image)
    electrons = np.clip(raw, 0, 1.2) * device.full_well
    sigma = np.sqrt(electrons + device.read_noise**2)
    raw = (electrons + sigma * rng.standard_normal(raw.shape, dtype=np.float32)) / device.full_well
    deep = np.clip(raw * 40000 + 512, 0, 65535).astype(np.uint16)
    rgb = cv2.cvtColor(deep, cv2.COLOR_BayerBG2RGB).astype(np.float32)
    rgb = (rgb - 512) / 40000
    red, blue = shot.white_shift
    gains = np.array(device.white_balance, np.float32) * np.array([red, 1.0, blue], np.float32)
    code = srgb_from_linear(np.clip(rgb * gains, 0, 1))
    curve = code * code * (3 - 2 * code)
    code = code + device.contrast * 0.5 * (curve - code)
    code = code + device.sharpen * (code - blur(code, 1.0))
    return (np.clip(code, 0, 1) * 255 + 0.5).astype(np.uint8)


def encode(image: NDArray[np.uint8], device: Device, shot: Shot) -> bytes:
    """JPEG file of an RGB image, 4:2:0 as phones write it."""
    quality = int(np.clip(device.jpeg_quality + shot.quality_shift, 1, 100))
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(data)


def _mosaic(image: Image) -> Image:
    """RGGB samples (H, W) of an RGB image."""
    raw = image[..., 1].copy()
    raw[0::2, 0::2] = image[0::2, 0::2, 0]
    raw[1::2, 1::2] = image[1::2, 1::2, 2]
    return raw
