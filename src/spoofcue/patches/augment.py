"""The official code's photometric and geometric augmentation, off in the preset ``paper``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spoofcue.media.image import Image

if TYPE_CHECKING:
    from spoofcue.config import AugmentSettings


def augment_crop(crop: Image, settings: AugmentSettings, rng: np.random.Generator) -> Image:
    """Geometry, on the face crop before a patch is taken: cropping, rotation, flip."""
    if settings.crop > 0:
        crop = _crop_sides(crop, settings.crop, rng)
    if settings.rotate_deg > 0:
        crop = _rotate(crop, float(rng.uniform(-settings.rotate_deg, settings.rotate_deg)))
    if rng.random() < settings.flip:
        crop = np.ascontiguousarray(crop[:, ::-1])
    if settings.degrade > 0:
        crop = degraded(crop, settings.degrade, rng)
    return crop


def degraded(crop: Image, often: float, rng: np.random.Generator) -> Image:
    """What poor cameras, tone curves and messengers leave of a face, whatever its class.

    Args:
        crop: (h, w, 3) uint8 RGB.
        often: probability of each step, 0..1.
        rng: decides everything.

    Returns:
        (h', w', 3) uint8; smaller where it was shrunk.

    """
    import cv2

    shrink, blur, colour, noise, jpeg = rng.random(5) < often
    longest = max(crop.shape[:2])
    side = rng.uniform(60, 200)
    if shrink and side < longest:
        crop = np.asarray(
            cv2.resize(
                crop, None, fx=side / longest, fy=side / longest, interpolation=cv2.INTER_AREA
            ),
            np.uint8,
        )
    if blur:
        sigma = rng.uniform(0.3, max(0.31, 0.01 * max(crop.shape[:2])))
        crop = np.asarray(cv2.GaussianBlur(crop, (0, 0), sigma), np.uint8)
    if colour or noise:
        crop = _toned(crop, colour, noise, rng)
    if jpeg:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 95))]
        _, coded = cv2.imencode(".jpg", crop[..., ::-1], quality)
        crop = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)[..., ::-1].copy()
    return crop


def _toned(crop: Image, colour: bool, noise: bool, rng: np.random.Generator) -> Image:
    """Gamma, contrast, saturation and white balance; then noise of a few levels."""
    value = crop.astype(np.float32) / np.float32(255)
    if colour:
        gamma, contrast, saturation = np.exp(rng.normal(0, (0.2, 0.15, 0.2)))
        value = (value ** np.float32(gamma) - 0.5) * np.float32(contrast) + 0.5
        grey = value.mean(axis=2, keepdims=True)
        value = (grey + (value - grey) * np.float32(saturation)) * np.exp(
            rng.normal(0, 0.05, 3)
        ).astype(np.float32)
    if noise:
        value += rng.normal(0, rng.uniform(0, 0.03), value.shape).astype(np.float32)
    return (np.clip(value, 0, 1) * np.float32(255)).astype(np.uint8)


def augment_input(image: Image, settings: AugmentSettings, rng: np.random.Generator) -> Image:
    """Colour and occlusion, on the network's input: photometric distortion, erasing, cutout."""
    if settings.photometric:
        image = _photometric(image, rng)
    if rng.random() < settings.erase:
        image = _erase(image, rng)
    if rng.random() < settings.cutout:
        image = _cutout(image, rng)
    return image


def _crop_sides(crop: Image, most: float, rng: np.random.Generator) -> Image:
    height, width = crop.shape[:2]
    top, bottom = (int(height * f / 2) for f in rng.uniform(0, most, 2))
    left, right = (int(width * f / 2) for f in rng.uniform(0, most, 2))
    return np.ascontiguousarray(crop[top : height - bottom, left : width - right])


def _rotate(crop: Image, degrees: float) -> Image:
    import cv2

    height, width = crop.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    out = cv2.warpAffine(crop, turn, (width, height), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(out, dtype=np.uint8)


def _photometric(image: Image, rng: np.random.Generator) -> Image:
    """Brightness +-32, contrast and saturation x0.5..1.5, hue +-18 degrees, each half the time."""
    import cv2

    brightness, contrast, saturation, hue = rng.random(4) < 0.5
    value = image.astype(np.float32)
    if brightness:
        value += rng.uniform(-32, 32)
    if contrast:
        value *= rng.uniform(0.5, 1.5)
    if saturation or hue:
        hsv = cv2.cvtColor(np.clip(value, 0, 255) / np.float32(255), cv2.COLOR_RGB2HSV)
        if saturation:
            hsv[..., 1] = np.clip(hsv[..., 1] * rng.uniform(0.5, 1.5), 0, 1)
        if hue:
            hsv[..., 0] = (hsv[..., 0] + rng.uniform(-18, 18)) % 360
        value = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB) * np.float32(255)
    return np.clip(np.rint(value), 0, 255).astype(np.uint8)


def _erase(image: Image, rng: np.random.Generator) -> Image:
    """Random erasing (Zhong et al.): 2..40 % of the area, aspect 0.3..3.3, filled with noise."""
    height, width = image.shape[:2]
    area = rng.uniform(0.02, 0.4) * height * width
    aspect = np.exp(rng.uniform(np.log(0.3), np.log(1 / 0.3)))
    h = min(height, max(1, round(float(np.sqrt(area * aspect)))))
    w = min(width, max(1, round(float(np.sqrt(area / aspect)))))
    top, left = int(rng.integers(0, height - h + 1)), int(rng.integers(0, width - w + 1))
    out = image.copy()
    out[top : top + h, left : left + w] = rng.integers(0, 256, (h, w, 3), dtype=np.uint8)
    return out


def _cutout(image: Image, rng: np.random.Generator) -> Image:
    """A square hole of a quarter of the side, centred anywhere, filled with mid grey."""
    height, width = image.shape[:2]
    half = min(height, width) // 8
    y, x = int(rng.integers(0, height)), int(rng.integers(0, width))
    out = image.copy()
    out[max(y - half, 0) : y + half, max(x - half, 0) : x + half] = 127
    return out
