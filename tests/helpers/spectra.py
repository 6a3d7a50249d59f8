"""Where the power of a picture lies; shared by the tests of the media."""

from __future__ import annotations

import numpy as np

from spoofcue.simulate.device import Shot

SHARP = Shot(0.0, 0.0, 0.0, 0.18, 1.0, 0.0, 1.0, 0.5, (1.0, 1.0), 0.0, 0)


def _transform(plane: np.ndarray) -> np.ndarray:
    window = np.hanning(plane.shape[0])[:, None] * np.hanning(plane.shape[1])[None]
    return np.fft.fft2((plane - plane.mean()) * window)


def strongest(plane: np.ndarray) -> tuple[float, float]:
    """(fy, fx) of the strongest frequency, cycles a sample, the mean's surroundings left out."""
    power = np.abs(_transform(plane)) ** 2
    power[:3, :3] = power[-2:, :3] = power[:3, -2:] = power[-2:, -2:] = 0
    y, x = np.unravel_index(power.argmax(), power.shape)
    return float(np.fft.fftfreq(power.shape[0])[y]), float(np.fft.fftfreq(power.shape[1])[x])


def peak_at(plane: np.ndarray, fy: float, fx: float) -> tuple[float, float]:
    """(power, phase in radians) of the sample nearest to a frequency."""
    transform = _transform(plane)
    y, x = round(fy * plane.shape[0]), round(fx * plane.shape[1])
    value = transform[y, x]
    return float(np.abs(value) ** 2), float(np.angle(value))
