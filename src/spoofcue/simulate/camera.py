"""The camera, the same one for live faces and attacks: radiance in, JPEG out.

Each stage is a pure function of (image, parameters, random generator). `photograph` strings them
together. Left out: lens distortion, chromatic aberration, flare, HDR merging, face retouching.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.device import Device, Shot
from spoofcue.simulate.processing import local_contrast, luma_of, smear_texture, smoothing
from spoofcue.simulate.raster import FloatImage, Generator, Rgb, blur, luminance, srgb_from_linear
from spoofcue.simulate.stream import h264, mjpeg, subsample

# Fine samples per sensor px: scenes are evaluated on this grid, lens and pixels integrate it.
OVERSAMPLING = 3
# mean luminance of a face in a session's light, in units of a white paper there
ROOM_LEVEL = 0.22
# of a dim room's missing EV, those that the gain leaves missing
UNLIFTED = 0.15


def photograph(
    radiance: FloatImage,
    device: Device,
    shot: Shot,
    *,
    illuminant: Rgb,
    rng: Generator,
    near_px: float = 0.0,
) -> NDArray[np.uint8]:
    """Lens, sensor and processing.

    Order: lens blur, pixel aperture, flare, vignette, exposure, Bayer mosaic, shot and read noise,
    demosaicing, white balance, picture profile, local contrast, noise reduction, sharpening, the
    stream to the host (chroma subsampling, Motion JPEG, H.264), rescaling.

    Args:
        radiance: (H, W, 3) float32 linear light on the fine grid, OVERSAMPLING samples a px.
        device: camera.
        shot: this photo.
        illuminant: colour of white in the scene; the automatic white balance works on it.
        rng: of the sensor's noise, and of what an H.264 stream showed before.
        near_px: blur of what stands nearer than the focus, sigma in sensor px; see `near_blur`.

    Returns:
        (h, w, 3) uint8 RGB.

    """
    image = lens(radiance, device, shot, near_px)
    image = binned(image) if device.binning == 2 else pixels(image, device.aperture)
    image = flare(image, min(shot.flare * device.flare, 0.3))
    image = vignette(image, device.vignette)
    level = shot.exposure * 2 ** (-UNLIFTED * device.dim_ev)
    image = expose(image, level, shot.metering * device.metering)
    raw = sensor(mosaic(image), device.full_well * 2**-device.dim_ev, device.read_noise, rng)
    image = demosaic(raw)
    image = white_balance(image, device, shot, illuminant)
    code = profile(image, device.contrast + shot.contrast_shift, device.saturation)
    code = local_contrast(code, device.local_contrast)
    code = reduce_noise(code, device.denoise)
    code = smear_texture(code, smoothing(device.smear, device.dim_ev))
    code = sharpen(code, device.sharpen, device.sharpen_px)
    picture = subsample(quantise(code), device.chroma)
    picture = mjpeg(picture, device.mjpeg_quality, device.chroma)
    picture = h264(picture, device.h264_bits, rng)
    return rescale(picture, device.rescale)


def lens(radiance: FloatImage, device: Device, shot: Shot, near_px: float = 0.0) -> FloatImage:
    """Point spread of lens, defocus and hand movement: Gaussian, plus a line while it moves."""
    defocus = float(np.hypot(device.blur * shot.defocus_px, near_px))
    sigma = OVERSAMPLING * float(np.hypot(device.lens_px, defocus))
    length = OVERSAMPLING * device.blur * shot.motion_px
    if length > 2:
        kernel = _line(length, shot.motion_deg)
        radiance = np.asarray(cv2.filter2D(radiance, -1, kernel), np.float32)
    return blur(radiance, sigma)


def pixels(fine: FloatImage, aperture: float) -> FloatImage:
    """Integrate each sensor pixel, or its middle only where the sensor skips lines."""
    height, width = fine.shape[0] // OVERSAMPLING, fine.shape[1] // OVERSAMPLING
    if aperture < 0.5:
        middle = OVERSAMPLING // 2
        return np.ascontiguousarray(fine[middle::OVERSAMPLING, middle::OVERSAMPLING])
    return np.asarray(cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def binned(fine: FloatImage) -> FloatImage:
    """Sum two by two sites of one colour of a sensor twice as fine, in linear light.

    The two stand one output px apart, so each bin looks at more than its own px, and bins of
    different colours are not evenly spaced: finer than :func:`pixels` it is softer and jagged.
    """
    height, width = fine.shape[0] // OVERSAMPLING, fine.shape[1] // OVERSAMPLING
    size = 4 * -(-width // 2), 4 * -(-height // 2)
    sites = cv2.resize(fine, size, interpolation=cv2.INTER_AREA)
    # rows 4 q + 2 k + a go to row 2 q + a of the output, for either k
    parts = sites.reshape(size[1] // 4, 2, 2, size[0] // 4, 2, 2, 3)
    bins = parts.mean(axis=(1, 4)).reshape(size[1] // 2, size[0] // 2, 3)
    return np.ascontiguousarray(bins[:height, :width], np.float32)


def vignette(image: FloatImage, strength: float) -> FloatImage:
    """Fall-off toward the corners, of ``strength`` there."""
    height, width = image.shape[:2]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    return image * (1 - np.float32(strength * 0.5) * (x * x + y * y))[..., None]


def flare(image: FloatImage, share: float) -> FloatImage:
    """Light scattered in lens and on its surface: a veil, brightest about bright things."""
    if share <= 0:
        return image
    veil = blur(image, 0.15 * image.shape[0])
    return image + np.float32(share) * (veil - image)


def expose(image: FloatImage, level: float, metering: float = 1.0) -> FloatImage:
    """Automatic exposure toward a mean luminance of ``level`` in the picture's middle.

    With ``metering`` below 1 the rest of the frame, which lies beyond the picture, has a say: a
    thing brighter than the room comes out brighter.
    """
    height, width = image.shape[:2]
    middle = image[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4]
    mean = max(float(luminance(middle).mean()), 1e-4)
    return image * np.float32(level / (mean**metering * ROOM_LEVEL ** (1 - metering)))


def mosaic(image: FloatImage) -> FloatImage:
    """RGGB samples (H, W) of an RGB image."""
    raw = image[..., 1].copy()
    raw[0::2, 0::2] = image[0::2, 0::2, 0]
    raw[1::2, 1::2] = image[1::2, 1::2, 2]
    return raw


def sensor(raw: FloatImage, full_well: float, read_noise: float, rng: Generator) -> FloatImage:
    """Photon noise (variance = electrons) and read noise on raw samples, clipped at the well."""
    electrons = np.clip(raw, 0, 1.2) * np.float32(full_well)
    sigma = np.sqrt(electrons + np.float32(read_noise**2))
    electrons += sigma * rng.standard_normal(raw.shape, dtype=np.float32)
    return electrons * np.float32(1 / full_well)


def demosaic(raw: FloatImage) -> FloatImage:
    """Bilinear demosaicing of RGGB samples to (H, W, 3)."""
    deep = np.clip(raw * 40000 + 512, 0, 65535).astype(np.uint16)
    rgb = cv2.cvtColor(deep, cv2.COLOR_BayerBG2RGB).astype(np.float32)
    return (rgb - 512) * np.float32(1 / 40000)


def white_balance(image: FloatImage, device: Device, shot: Shot, illuminant: Rgb) -> FloatImage:
    """Gains that take most of the illuminant's colour away, with the camera's own error."""
    red, blue = shot.white_shift
    away = np.array(illuminant, np.float32) ** np.float32(-shot.awb)
    gains = away / away[1] * np.array(device.white_balance, np.float32)
    return image * (gains * np.array([red, 1.0, blue], np.float32))


def profile(image: FloatImage, contrast: float, saturation: float) -> FloatImage:
    """Linear light to code values 0..1: saturation, sRGB encoding, S-shaped tone curve."""
    grey = luminance(image)[..., None]
    image = grey + np.float32(saturation) * (image - grey)
    code = srgb_from_linear(np.clip(image, 0, 1))
    curve = code * code * (3 - 2 * code)
    return code + np.float32(contrast * 0.5) * (curve - code)


def reduce_noise(code: FloatImage, strength: float) -> FloatImage:
    """Noise reduction as cheap cameras do it: colour is smoothed widely, luma where it is flat."""
    if strength <= 0:
        return code
    luma = luma_of(code)
    chroma = blur(code - luma[..., None], 0.4 + 1.6 * strength)
    soft = blur(luma, 0.9)
    away = luma - soft
    # coring: what differs little from its neighbourhood is taken for noise
    kept = away * away / (away * away + np.float32((0.045 * strength) ** 2))
    return (soft + kept * away)[..., None] + chroma


def sharpen(code: FloatImage, amount: float, radius_px: float = 1.0) -> FloatImage:
    """Unsharp mask of a Gaussian radius; much of it leaves halos about edges."""
    return code + np.float32(amount) * (code - blur(code, radius_px))


def quantise(code: FloatImage) -> NDArray[np.uint8]:
    """Code values 0..1 to 8 bits."""
    return (np.clip(code, 0, 1) * 255 + 0.5).astype(np.uint8)


def rescale(image: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """Output size: below 1 averages areas, above 1 is digital zoom (bilinear)."""
    if factor == 1:
        return image
    size = tuple(max(2 * round(side * factor / 2), 2) for side in image.shape[1::-1])
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=method), np.uint8)


def encode(image: NDArray[np.uint8], quality: int) -> bytes:
    """JPEG file of an RGB image, 4:2:0 as phones write it."""
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(data)


def filed(image: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """The picture as it is read back from its JPEG file, (h, w, 3) uint8 RGB."""
    read = cv2.imdecode(np.frombuffer(encode(image, quality), np.uint8), cv2.IMREAD_COLOR)
    assert read is not None  # what was just encoded
    return np.asarray(cv2.cvtColor(read, cv2.COLOR_BGR2RGB), np.uint8)


def _line(length: float, degrees: float) -> FloatImage:
    """A blurred line of ``length`` samples through the middle, sum 1."""
    size = 2 * int(np.ceil(length / 2)) + 3
    kernel = np.zeros((size, size), np.float32)
    middle = size // 2
    step = np.array([np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))])
    for t in np.linspace(-length / 2, length / 2, 4 * size):
        x, y = np.rint(middle + t * step).astype(int)
        kernel[y, x] += 1
    return kernel / kernel.sum()
