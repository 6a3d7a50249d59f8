"""What stands behind the person: a room out of focus."""

import numpy as np

from spoofcue.simulate.noise import Image, blur, fractal_noise
from spoofcue.simulate.scene import Light


def paint_backdrop(seed: int, light: Light, size: int) -> Image:
    """A blurred room (size, size, 3) in linear light: walls, furniture, sometimes a window."""
    rng = np.random.default_rng([seed, 0xBAC])
    wall = np.exp(rng.uniform(np.log(0.10), np.log(0.65)))
    tint = 1 + 0.16 * rng.standard_normal(3)
    ambient = 0.5 * np.array(light.key_rgb) + np.array(light.sky_rgb)
    room = np.ones((size, size, 3), np.float32) * (wall * tint * ambient).astype(np.float32)
    ramp = np.linspace(-1, 1, size, dtype=np.float32)
    room *= (1 + 0.25 * rng.normal() * ramp)[None, :, None]
    for _ in range(int(rng.integers(2, 9))):
        x0, y0 = rng.uniform(-0.2, 0.95, 2) * size
        w, h = rng.uniform(0.06, 0.5, 2) * size
        colour = np.exp(rng.uniform(np.log(0.03), np.log(0.6))) * (1 + 0.3 * rng.standard_normal(3))
        rows = slice(max(int(y0), 0), max(int(y0 + h), 0))
        columns = slice(max(int(x0), 0), max(int(x0 + w), 0))
        room[rows, columns] = np.clip(colour, 0.01, 0.8) * ambient
    if rng.uniform() < 0.3:
        x0, w = rng.uniform(0, 0.7) * size, rng.uniform(0.12, 0.3) * size
        room[: int(0.6 * size), int(x0) : int(x0 + w)] = rng.uniform(0.9, 1.6) * ambient
    room = blur(room, float(rng.uniform(0.012, 0.035)) * size)
    grainy = fractal_noise((size, size), size / 6, 3, rng)
    return np.asarray(np.clip(room * (1 + 0.04 * grainy[..., None]), 0.0, 1.6), np.float32)
